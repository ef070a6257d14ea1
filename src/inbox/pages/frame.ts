import { raw } from 'hono/html';
import { html, type Html } from '../../html/html';
import { newSecret } from '../../http/secret';
import { visible } from '../visible';

/** Where style sheet, script and icon are. */
export const ASSETS = { styles: '/inbox.css', script: '/inbox.js', icon: '/icon.svg' } as const;

interface Frame {
  readonly title: string;
  readonly body: Html;
  /** Who decides here; null: nobody is logged in. */
  readonly by: string | null;
  /** Said first on the page. */
  readonly notice?: string | null;
  /** Address of the stream that keeps the page up to date. */
  readonly live?: string;
  /** Goes to this address at once. */
  readonly onTo?: string;
  /** Looked for again every now and then, until there is something to show. */
  readonly again?: boolean;
}

/** A whole page; whatever was written elsewhere is escaped, and hides nothing. */
export function frame({ title, body, by, notice = null, live, onTo, again = false }: Frame): string {
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      ${onTo === undefined ? '' : html`<meta http-equiv="refresh" content="0;url=${onTo}" />`}
      <title>${title} · backend-coordinator</title>
      <link rel="icon" href="${ASSETS.icon}" />
      <link rel="stylesheet" href="${ASSETS.styles}" />
      ${live === undefined && !again ? '' : html`<script src="${ASSETS.script}" defer></script>`}
    </head>
    <body ${live === undefined ? '' : html`data-live="${live}"`} ${again ? html`data-again` : ''}>
      <a class="skip" href="#content">Skip to the content</a>
      <header class="top">
        <nav aria-label="Pages"><a href="/">Inbox</a></nav>
        ${by === null ? '' : html`<span class="muted">You decide as ${by}</span>`}
      </header>
      <main id="content" tabindex="-1">
        ${
          live === undefined
            ? ''
            : html`<div id="stale" role="status"></div>
                <div id="offline" role="status"></div>`
        }
        ${notice === null ? '' : html`<p class="notice" role="status">${notice}</p>`} ${body}
      </main>
    </body>
  </html>`;
  return visible(`<!doctype html>${page.toString()}`);
}

/** A page of one sentence. */
export function sentencePage(title: string, sentence: string, by: string | null): string {
  return frame({
    title,
    by,
    body: html`<h1>${title}</h1>
      <p>${sentence}</p>`,
  });
}

/** Why something was refused; announced at once. */
export function problem(sentence: string | null): Html | '' {
  return sentence === null ? '' : html`<p class="problem" role="alert">${sentence}</p>`;
}

/** Why a page shows nothing newer. */
export function stale(why: string, at: string): Html {
  return html`<p class="problem">
    ${why} What you see is of ${at.slice(11, 19)} UTC or before; it goes on by itself.
  </p>`;
}

/** The hidden fields of every form: the one without which none is taken, and the mark of this one. */
export function csrfField(token: string): Html {
  return html`<input type="hidden" name="csrf" value="${token}" />
    <input type="hidden" name="once" value="${newSecret()}" />`;
}

/** The text between tags as it is: HTML templates would lay it out anew. */
export function pre(text: string | Html): Html {
  // A line break right behind the tag is swallowed by the parser, so one is given to it.
  return html`${raw('<pre tabindex="0">\n')}${text}${raw('</pre>')}`;
}

export function table(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly unknown[])[],
): Html {
  return html`<div
    class="scroll"
    id="region-${caption.replace(/\W+/g, '-')}"
    tabindex="0"
    role="region"
    aria-label="${caption}"
  >
    <table>
      <caption class="unseen">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${header.map((cell) => html`<th scope="col">${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

export function state(name: string): Html {
  return html`<span class="state ${name}">${name}</span>`;
}
