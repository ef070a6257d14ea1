import { html, type Html } from '../../html/html';
import type { Pieces } from '../exchange';
import type { ObjectiveRow } from '../../domain/objective/standing';
import { pathOf, type Overview } from '../overview';
import { frame, problem, state, table } from './frame';
import { waitingList } from './waiting';
import { firstLine, lasted, money } from './words';

/** What waits for a decision, oldest first, and every objective. */
export function listPage(
  overview: Overview,
  now: string,
  { by, notice }: { readonly by: string; readonly notice: string | null },
): string {
  const { headline, waiting, objectives } = listPieces(overview, now);
  return frame({
    title: headlineOf(overview),
    by,
    notice,
    live: '/live',
    body: html`<h1>Inbox</h1>
      <p id="headline" role="status">${headline}</p>
      <section aria-labelledby="waiting-title">
        <h2 id="waiting-title">Waits for a decision</h2>
        <div id="waiting">${waiting}</div>
      </section>
      <section aria-labelledby="objectives-title">
        <h2 id="objectives-title">Objectives</h2>
        <div id="objectives">${objectives}</div>
      </section>`,
  });
}

/** The same as text, for the stream. */
export function listChanges(overview: Overview, now: string): Pieces {
  const { headline, waiting, objectives } = listPieces(overview, now);
  return { headline, waiting: waiting.toString(), objectives: objectives.toString() };
}

function listPieces(
  overview: Overview,
  now: string,
): { readonly headline: string; readonly waiting: Html; readonly objectives: Html } {
  return {
    headline: headlineOf(overview),
    waiting: renderWaiting(overview, now),
    objectives: renderObjectives(overview, now),
  };
}

function headlineOf({ waiting }: Overview): string {
  return waiting.length === 0
    ? 'Nothing waits for you'
    : `${String(waiting.length)} ${waiting.length === 1 ? 'decision waits' : 'decisions wait'}`;
}

function renderWaiting({ waiting, problems }: Overview, now: string): Html {
  return html`${problems.map(problem)} ${waitingList(waiting, now, { named: true })}`;
}

function renderObjectives({ rows, more }: Overview, now: string): Html {
  if (rows.length === 0)
    return html`<p class="muted">There is no objective yet; <code>start-objective</code> gives one.</p>`;
  return html`${table(
    'All objectives',
    ['Objective', 'State', 'Age', 'Cost', 'Repository'],
    rows.map((row) => cellsOf(row, now)),
  )}
  ${
    more
      ? html`<p class="muted">The ${rows.length} newest are shown; <code>list</code> knows older ones.</p>`
      : ''
  }`;
}

function cellsOf(row: ObjectiveRow, now: string): readonly unknown[] {
  const href = pathOf(row.objectiveId);
  const { progress } = row;
  return [
    html`<a id="to-${href}" href="${href}">${firstLine(row.objective)}</a><br /><code
        >${row.objectiveId}</code
      >`,
    html`${state(row.state ?? (row.open ? 'open' : 'closed'))}
    ${
      progress === null || progress.tasks === 0
        ? ''
        : html`<br /><span class="muted">${progress.settled} of ${progress.tasks} tasks</span>`
    }`,
    lasted(row.startedAt, row.closedAt ?? now),
    progress === null ? '–' : money(progress),
    row.repository,
  ];
}
