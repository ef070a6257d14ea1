import { deploymentWatchId } from '../../domain/deployment/deployment-watch';
import type { WatchRow } from '../../domain/objective/standing';
import type { WatchStatus } from '../../domain/deployment/watch-status';
import { waitOf } from '../../domain/objective/waits';
import { html, type Html } from '../../html/html';
import type { Pieces } from '../exchange';
import { pathOf } from '../overview';
import { frame, state, table } from './frame';
import { waitingList } from './waiting';
import { firstLine, instant } from './words';

/** Newest lines of the watch that are shown. */
const EVENTS = 20;

/** How the watch over a deployment goes. */
export function watchPage(
  row: WatchRow,
  status: WatchStatus | null,
  { by, notice }: { readonly by: string; readonly notice: string | null },
): string {
  const { watchId, objective, branch, commit } = row;
  const objectiveId = watchId.slice(0, -deploymentWatchId('').length);
  return frame({
    title: `Deployment of ${firstLine(objective, 80)}`,
    by,
    notice,
    ...(status === null ? {} : { live: `${pathOf(watchId)}/live` }),
    body: html`<p class="muted"><a href="${pathOf(objectiveId)}">${objectiveId}</a></p>
      <h1>Deployment of ${branch}</h1>
      <p>Delivered at <code>${commit.slice(0, 12)}</code></p>
      ${
        status === null
          ? html`<p>${state(row.state ?? 'not known')}</p>
              <p class="muted">
                No worker answers, so this is all there is to see; <code>worker</code> brings one.
              </p>`
          : renderParts(renderPieces(status))
      }`,
  });
}

/** The pieces as text, for the stream. */
export function watchChanges(status: WatchStatus): Pieces {
  return Object.fromEntries(
    Object.entries(renderPieces(status)).map(([id, piece]) => [id, piece.toString()]),
  );
}

type Parts = Readonly<Record<'standing' | 'waiting' | 'checks' | 'decisions' | 'events', Html>>;

function renderParts({ standing, ...parts }: Parts): Html {
  const titles = [
    ['waiting', 'Waits for a decision'],
    ['checks', 'Checks'],
    ['decisions', 'Decided'],
    ['events', 'Newest events'],
  ] as const;
  return html`<div id="standing" role="status">${standing}</div>
    ${titles.map(
      ([id, title]) =>
        html`<section aria-labelledby="${id}-title">
          <h2 id="${id}-title">${title}</h2>
          <div id="${id}">${parts[id]}</div>
        </section>`,
    )}`;
}

function renderPieces(status: WatchStatus): Parts {
  const objective = deploymentWatchId(status.objectiveId);
  const waiting = status.escalations.map((escalation) => ({ ...waitOf(escalation), objective }));
  return {
    standing: renderStanding(status),
    waiting: waitingList(waiting, status.now, { named: false }),
    checks: renderChecks(status),
    decisions: renderDecisions(status),
    events: renderEvents(status),
  };
}

function renderStanding({ state: at, outcome, deployment, watchedUntil, objectiveId }: WatchStatus): Html {
  return html`<p>
    ${state(outcome ?? at)}
    ${
      deployment === null
        ? html`Nobody has reported a deployment yet;
            <code>deployed ${objectiveId} --environment production</code> does.`
        : html`<code>${deployment.commit.slice(0, 12)}</code> in ${deployment.environment}, deployed
            ${instant(new Date(deployment.deployedAt).toISOString())}, reported by
            ${deployment.by}${watchedUntil === null ? '' : `; watched until ${instant(watchedUntil)}`}.`
    }
  </p>`;
}

function renderChecks({ checks }: WatchStatus): Html {
  if (checks.length === 0) return html`<p class="muted">None.</p>`;
  return table(
    'Checks of the watch',
    ['Check', 'Asked', 'Breaches', 'Not answered', 'Last'],
    checks.map(({ name, asked, breaches, unanswered, last, accepted }) => [
      name,
      asked,
      breaches,
      unanswered,
      accepted ? 'accepted, and asked no more' : (last?.text ?? '–'),
    ]),
  );
}

function renderDecisions({ decisions }: WatchStatus): Html {
  if (decisions.length === 0) return html`<p class="muted">Nothing yet.</p>`;
  return html`<ul>
    ${decisions.map(
      ({ escalationId, decision, by, decidedAt, guidance }) =>
        html`<li>
          ${escalationId}: <b>${decision}</b> by ${by},
          ${instant(decidedAt)}${guidance === null ? '' : `: ${guidance}`}
        </li>`,
    )}
  </ul>`;
}

function renderEvents({ events }: WatchStatus): Html {
  return html`<ol class="events">
    ${events
      .slice(-EVENTS)
      .reverse()
      .map(
        ({ at, text }) =>
          html`<li><time datetime="${at}">${at.slice(11, 19)}</time> ${firstLine(text, 300)}</li>`,
      )}
  </ol>`;
}
