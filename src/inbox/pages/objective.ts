import { modelLabel } from '../../domain/usage/model-label';
import { progressOf } from '../../domain/objective/progress-memo';
import { headline, snapshotOf } from '../../domain/objective/standing';
import { isSettled } from '../../domain/department/states';
import { mention } from '../../domain/department/specialists';
import type { ObjectiveStatus, TaskStatus } from '../../domain/objective/status';
import { html, type Html } from '../../html/html';
import type { Pieces } from '../exchange';
import { pathOf, waitingOf } from '../overview';
import type { Pictures } from '../pictures';
import { kept } from '../visible';
import { csrfField, frame, problem, state, table } from './frame';
import { asWritten } from './unsent';
import { waitingList } from './waiting';
import { firstLine, instant, lasted, money } from './words';

/** Newest lines of the run that are shown. */
const EVENTS = 20;

interface Around {
  readonly by: string;
  readonly notice: string | null;
  readonly csrf: string;
  readonly webUi: string | null;
  readonly refused: string | null;
  /** What was written into the form that was refused. */
  readonly filled: ReadonlyMap<string, string>;
}

/** Where an objective stands; every part with an id of `pieces` is kept up to date. */
export function objectivePage(status: ObjectiveStatus, pictures: Pictures, around: Around): string {
  const base = pathOf(status.objectiveId);
  const pieces = renderPieces(status, pictures);
  const part = (id: keyof typeof pieces, title: string): Html =>
    html`<section aria-labelledby="${id}-title">
      <h2 id="${id}-title">${title}</h2>
      <div id="${id}">${pieces[id]}</div>
    </section>`;
  return frame({
    title: firstLine(status.objective, 80),
    by: around.by,
    notice: around.notice,
    live: `${base}/live`,
    body: html`<h1>${status.objective}</h1>
      ${problem(around.refused)} ${status.outcome === null ? '' : asWritten(around.filled)}
      <p id="headline" role="status">${pieces.headline}</p>
      <div id="facts">${pieces.facts}</div>
      <nav aria-label="More of this objective">
        <ul class="links">
          <li><a href="${base}/diff">All changes</a></li>
          ${
            around.webUi === null
              ? ''
              : html`<li>
                  <a href="${around.webUi}" rel="noreferrer noopener" target="_blank">Temporal Web UI</a>
                </li>`
          }
        </ul>
      </nav>
      ${part('waiting', 'Waits for a decision')} ${part('tasks', 'Tasks')} ${part('plan', 'Plan')}
      ${part('timeline', 'Timeline')} ${part('contracts', 'API contracts')} ${part('events', 'Newest events')}
      <div id="steering">${status.outcome === null ? renderSteering(status, around) : ''}</div>`,
  });
}

/** The pieces as text, for the stream. Of steering only whom it is for: the rest of it is written in, until the end. */
export function objectiveChanges(status: ObjectiveStatus, pictures: Pictures): Pieces {
  const pieces = Object.entries(renderPieces(status, pictures));
  return {
    ...Object.fromEntries(pieces.map(([id, piece]) => [id, piece.toString()])),
    ...(status.outcome === null ? { task: renderListeners(status, undefined).toString() } : { steering: '' }),
  };
}

function renderPieces(
  status: ObjectiveStatus,
  pictures: Pictures,
): Readonly<
  Record<
    'headline' | 'facts' | 'waiting' | 'tasks' | 'plan' | 'timeline' | 'contracts' | 'events',
    Html | string
  >
> {
  return {
    headline: headline({ ...snapshotOf(status), escalations: [] }),
    facts: renderFacts(status),
    waiting: renderWaiting(status),
    tasks: renderTasks(status),
    plan:
      status.tasks.length === 0
        ? html`<p class="muted">There is no plan yet.</p>`
        : pictures.planGraph(status.tasks),
    timeline: pictures.timeline({ ...status, writtenAt: status.now }),
    contracts: renderContracts(status),
    events: renderEvents(status),
  };
}

function renderFacts(status: ObjectiveStatus): Html {
  const budget = status.budgetUsd === null ? 'no limit' : `of ${String(status.budgetUsd)} USD`;
  const facts: readonly (readonly [string, string | null])[] = [
    ['State', status.outcome ?? status.state],
    ['Reason', status.reason],
    ['Time', `${lasted(status.startedAt, status.now)}, since ${instant(status.startedAt)}`],
    ['Cost', `${money(progressOf(status))} ${status.model.kind === 'offline' ? '' : budget}`],
    ['Done at', status.forecast?.finishAt === undefined ? null : instant(status.forecast.finishAt)],
    ['Repository', `${status.repository} at ${status.baseCommit.slice(0, 12)}`],
    ['Branch', status.delivery?.branch ?? null],
    ['Commit', status.delivery?.commit ?? null],
    ['Model', modelLabel(status.model)],
    ['Objective', status.objectiveId],
  ];
  return html`<dl class="facts">
      ${facts.map(([name, value]) =>
        value === null
          ? ''
          : html`<dt>${name}</dt>
              <dd>${value}</dd>`,
      )}
    </dl>
    ${
      status.outcome === null
        ? ''
        : html`<p><a id="to-report" href="${pathOf(status.objectiveId)}/report">Report</a></p>`
    }`;
}

function renderWaiting(status: ObjectiveStatus): Html {
  return waitingList(waitingOf(status), status.now, { named: false });
}

function renderTasks({ objectiveId, tasks }: ObjectiveStatus): Html {
  if (tasks.length === 0) return html`<p class="muted">There is no plan yet.</p>`;
  return table(
    'Tasks of the objective',
    ['Task', 'Specialist', 'State', 'Level', 'After', 'Now'],
    tasks.map((task) => [
      taskName(objectiveId, task),
      mention(task.specialist),
      state(task.state),
      `L${String(task.level)}`,
      task.dependsOn.join(', '),
      task.waitingFor === null ? task.doing : `waits for ${task.waitingFor}`,
    ]),
  );
}

function taskName(objectiveId: string, { id, title, commit }: TaskStatus): Html {
  if (commit === null) return html`<b>${id}</b> ${title}`;
  const href = `${pathOf(objectiveId)}/diff/${id}`;
  return html`<a id="to-${href}" href="${href}">${id}</a> ${title}`;
}

function renderContracts({ objectiveId, contracts = [] }: ObjectiveStatus): Html {
  if (contracts.length === 0) return html`<p class="muted">None was shared.</p>`;
  return table(
    'State of each API contract',
    ['Contract', 'State', 'Revision', 'Hash', 'Decided by'],
    contracts.map(({ name, state: at, revision, hash, by }) => {
      const href = `${pathOf(objectiveId)}/contracts/${encodeURIComponent(name)}`;
      return [
        html`<a id="to-${href}" href="${href}">${name}</a>`,
        state(at),
        revision,
        html`<code>${hash?.slice(0, 12) ?? '–'}</code>`,
        by ?? '–',
      ];
    }),
  );
}

function renderEvents({ events }: ObjectiveStatus): Html {
  if (events.length === 0) return html`<p class="muted">There is none yet.</p>`;
  return html`<ol class="events">
    ${events
      .slice(-EVENTS)
      .reverse()
      .map(
        ({ at, taskId, text }) =>
          html`<li>
            <time datetime="${at}">${at.slice(11, 19)}</time> ${taskId ?? ''} ${firstLine(text, 300)}
          </li>`,
      )}
  </ol>`;
}

function renderSteering(status: ObjectiveStatus, { csrf, filled }: Pick<Around, 'csrf' | 'filled'>): Html {
  const { objectiveId, state: at } = status;
  const base = pathOf(objectiveId);
  return html`<section aria-labelledby="steer-title">
    <h2 id="steer-title">Tell the specialists something</h2>
    <form method="post" action="${base}/steer">
      ${csrfField(csrf)}
      <label for="message">What they should know</label>
      <textarea id="message" name="message" rows="3" maxlength="8000" required>
${kept(filled.get('message') ?? '')}</textarea>
      <label for="task">Who</label>
      <select id="task" name="task">
        ${renderListeners(status, filled.get('task'))}
      </select>
      <p><button>Tell them</button></p>
    </form>
    ${ordersIn(at).map(
      ([order, words]) =>
        html`<form method="post" action="${base}/${order}">
          ${csrfField(csrf)}
          <p><button class="plain">${words}</button></p>
        </form>`,
    )}
  </section>`;
}

/**
 * Whom steering reaches. Whom it was written for stays among them although their task is settled: what was meant for one
 * is not for everybody.
 */
function renderListeners({ tasks }: ObjectiveStatus, chosen: string | undefined): Html {
  return html`<option value="">everybody who works on it</option>
    ${tasks
      .filter(({ id, state: at }) => !isSettled(at) || id === chosen)
      .map(
        ({ id, title }) =>
          html`<option value="${id}" ${id === chosen ? html`selected` : ''}>
            ${id} ${firstLine(title, 60)}
          </option>`,
      )}`;
}

/** While a question is open, the state does not tell whether it is paused as well, so both are there. */
function ordersIn(at: ObjectiveStatus['state']): readonly (readonly [order: string, words: string])[] {
  const pause = ['pause', 'Let nothing new start'] as const;
  const resume = ['resume', 'Go on'] as const;
  if (at === 'awaiting-human') return [pause, resume];
  return at === 'paused' ? [resume] : [pause];
}
