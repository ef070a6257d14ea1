import { html, type Html } from '../html/html';
import { renderPage } from '../html/page';

const STYLES = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1c2330; --faint: #5b6678; --line: #d7dce5;
  --panel: #f5f7fa; --accent: #2456b8; --warn: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181f; --ink: #e6e9ef; --faint: #9aa5b8; --line: #333c4a;
  --panel: #1c222c; --accent: #7aa2f7; --warn: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem;
  overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.25rem 0 .4rem; overflow-wrap: anywhere; }
p { margin: .5rem 0; white-space: pre-line; overflow-wrap: anywhere; }
a { color: var(--accent); }
code, pre { font: .875em/1.45 ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .6rem; overflow: auto;
  white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24rem; margin: .4rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .925rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 600; }
nav ul { list-style: none; padding: 0; } nav li { margin: .2rem 0; overflow-wrap: anywhere; }
.method { display: inline-block; min-width: 4.2rem; font-weight: 700; color: var(--accent); }
.muted { color: var(--faint); } .gone { color: var(--warn); }
`;

/** One page that needs nothing else: no script, no network; light and dark, from a phone's width up. */
export function page(title: string, body: Html): string {
  return renderPage(title, STYLES, body);
}

/** A table with a header; no rows, no table. */
export function tableOf(
  header: readonly string[],
  rows: readonly (readonly (Html | string)[])[],
): Html | string {
  if (rows.length === 0) return '';
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${header.map((cell) => html`<th>${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
