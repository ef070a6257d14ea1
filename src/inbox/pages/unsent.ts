import { html, type Html } from '../../html/html';
import { kept } from '../visible';
import { csrfField, frame, pre, problem } from './frame';

/** Fields that people write, with what they are called. */
const WRITTEN = [
  ['guidance', 'Guidance'],
  ['message', 'What they should know'],
  ['comment', 'Comment'],
  ['comments', 'Comments'],
  ['plan', 'The plan as YAML'],
] as const;

/**
 * What was written into a form that came to nothing, so that it is not lost.
 * @param again where it is sent again by a button; null: it has to be written anew, by somebody who is logged in
 */
export function unsentPage({
  sentence,
  form,
  again,
  by,
}: {
  readonly sentence: string;
  readonly form: ReadonlyMap<string, string>;
  readonly again: { readonly path: string; readonly csrf: string } | null;
  readonly by: string | null;
}): string {
  return frame({
    title: 'Not sent',
    by,
    body: html`<h1>Not sent</h1>
      ${problem(sentence)}
      ${
        again === null
          ? ''
          : html`<form method="post" action="${again.path}">
              ${csrfField(again.csrf)} ${hidden(form)}
              <p><button>Send it again</button></p>
            </form>`
      }
      ${asWritten(form)}`,
  });
}

/** What somebody wrote, where there is no form it could stand in any more. */
export function asWritten(form: ReadonlyMap<string, string>): Html[] {
  return WRITTEN.flatMap(([name, title]) => {
    const text = form.get(name);
    return text === undefined
      ? []
      : [
          html`<h2>${title}, as you wrote it</h2>
            ${pre(kept(text))}`,
        ];
  });
}

function hidden(form: ReadonlyMap<string, string>): Html[] {
  return [...form]
    .filter(([name]) => name !== 'csrf' && name !== 'once')
    .map(([name, text]) => html`<input type="hidden" name="${name}" value="${kept(text)}" />`);
}
