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
    <div class="diff" role="group" aria-label="Changes of ${path}">${rows.map(renderRow)}</div>
  </details>`;
}

function renderRow({ kind, before, after }: DiffRow): Html {
  switch (kind) {
    case 'hunk':
      return html`<div class="row hunk"><span class="text">${before?.text}</span></div>`;
    case 'same':
      return html`<div class="row same">${same('before', before)}${same('after', after)}</div>`;
    case 'changed':
      return html`<div class="row changed">${side('before', before)}${side('after', after)}</div>`;
  }
}

/** Both columns say the same, so one of them is read out, and as no change. */
function same(name: 'before' | 'after', at: DiffSide | null): Html {
  return html`<span class="${name}" ${name === 'before' ? html`aria-hidden="true"` : ''}
    ><span class="line" aria-hidden="true">${at?.line}</span
    ><span class="text">${cut(at?.text ?? '')}</span></span
  >`;
}

/** Bounded; a carriage return before the end of a line is a change nobody would see. */
function cut(text: string): string {
  const line = text.replace(/\r$/, '␍');
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line;
}

function side(name: 'before' | 'after', at: DiffSide | null): Html {
  if (at === null) return html`<span class="${name} none"></span>`;
  const text = cut(at.text);
  return html`<span class="${name}"
    ><span class="line" aria-hidden="true">${at.line}</span>${
      name === 'before' ? html`<del class="text">${text}</del>` : html`<ins class="text">${text}</ins>`
    }</span
  >`;
}
