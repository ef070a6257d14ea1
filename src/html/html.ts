import { html as escape } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** A piece of HTML in which everything that came from elsewhere is escaped. */
export type Html = HtmlEscapedString;

/** Template for HTML: values are escaped unless they are HTML of this kind themselves; null and false are nothing. */
export function html(strings: TemplateStringsArray, ...values: unknown[]): Html {
  const made = escape(strings, ...values);
  if (made instanceof Promise) throw new Error('A page is made at once, without waiting for anything.');
  return made;
}
