import { html, type Html } from '../../html/html';
import { readDiff, type DiffFile, type DiffRow, type DiffSide } from '../unified-diff';

/** Lines of a diff on one page; the command line has no such limit. */
const MOST_LINES = 3_000;
/** Of these, as many as whole files are unfolded. */
const OPEN_LINES = 300;
/** A line of a bundle may be a whole file. */
const MOST_CHARACTERS = 1_000;

/** A diff in two columns where there is room, in one on a phone. */
export function renderDiff(text: string, wholeDiff: string): Html {
  const { files, leftOut } = readDiff(text, MOST_LINES);
  if (files.length === 0) return html`<p class="muted">Nothing was changed.</p>`;
  let lines = 0;
  return html`${files.map((file) => renderFile(file, (lines += file.rows.length) <= OPEN_LINES))}
  ${
    leftOut === 0
      ? ''
      : html`<p class="muted">${leftOut} more lines are not shown; <code>${wholeDiff}</code> prints all.</p>`
  }`;
}

function renderFile({ path, rows, added, removed }: DiffFile, open: boolean): Html {
  const counts = `${String(added)} added, ${String(removed)} removed`;
  return html`<details class="file" ${open ? html`open` : ''}>
    <summary class="words"><code>${path}</code> <span class="muted">${counts}</span></summary>
    <div class="diff" role="region" aria-label="Changes of ${path}" tabindex="0">${rows.map(renderRow)}</div>
  </details>`;
}

function renderRow({ kind, before, after }: DiffRow): Html {
  switch (kind) {
    case 'hunk':
      return html`<div class="row hunk"><span class="text">${before?.text}</span></div>`;
    case 'same':
      return html`<div class="row same">${side('before', before)}${side('after', after)}</div>`;
    case 'changed':
      return html`<div class="row changed">${side('before', before)}${side('after', after)}</div>`;
  }
}

function side(name: 'before' | 'after', at: DiffSide | null): Html {
  if (at === null) return html`<span class="${name} none"></span>`;
  const text = at.text.length > MOST_CHARACTERS ? `${at.text.slice(0, MOST_CHARACTERS)}…` : at.text;
  return html`<span class="${name}"
    ><span class="line" aria-hidden="true">${at.line}</span>${
      name === 'before' ? html`<del class="text">${text}</del>` : html`<ins class="text">${text}</ins>`
    }</span
  >`;
}
