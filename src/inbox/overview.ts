import { awaitedContracts } from '../domain/contract/contract-status';
import type { ObjectiveRow } from '../domain/objective/standing';
import type { ObjectiveStatus } from '../domain/objective/status';
import { keptFor, subjectOf, waitOf, type Wait } from '../domain/objective/waits';
import type { Desk } from '../ports/desk';

/** Newest objectives that are shown. */
const SHOWN = 100;

/** One thing somebody has to decide; `objective` is the id of an objective or a watch. */
export type Waiting = Wait & { readonly objective: string };

export interface Overview {
  /** Newest first. */
  readonly rows: readonly ObjectiveRow[];
  /** There are older ones. */
  readonly more: boolean;
  /** Oldest first. */
  readonly waiting: readonly Waiting[];
  /** Why some of what waits may be missing. */
  readonly problems: readonly string[];
}

/** Everything the first page tells, as lists know it: no workflow is asked whose memo tells what waits of it. */
export async function readOverview(desk: Desk): Promise<Overview> {
  const [rows, waits] = await Promise.all([desk.list(null), desk.waits()]);
  return {
    rows: rows.slice(0, SHOWN),
    more: rows.length > SHOWN,
    waiting: waits.rows,
    problems: [
      ...waits.unread.map(
        (id) => `${id} waits for something, and no worker tells for what; \`worker\` brings one.`,
      ),
      ...(waits.more ? ['More waits than is shown here; decide some of it, and the rest follows.'] : []),
    ],
  };
}

/** What of an objective waits for somebody, as it tells itself: questions first. */
export function waitingOf(status: ObjectiveStatus): Waiting[] {
  const { objectiveId: objective, escalations, reviewers, plan, tasks } = status;
  // A review began with the newest thing that happened: nothing else goes on meanwhile.
  const since = status.events.at(-1)?.at ?? status.startedAt;
  const reviews: Wait[] = [
    ...(status.state === 'awaiting-approval' && plan !== null
      ? [{ ...review('plan', `plan-v${String(plan.version)}`, since), ...keptFor(reviewers?.plan) }]
      : []),
    ...awaitedContracts(tasks).map((name) => {
      const task = tasks.find((row) => awaitedContracts([row]).includes(name));
      return {
        ...review('contract', `contract:${name}`, task?.startedAt ?? since),
        ...keptFor(reviewers?.contract),
      };
    }),
  ];
  const open = status.outcome === null ? reviews : [];
  return [...escalations.map(waitOf), ...open].map((wait) => ({ ...wait, objective }));
}

function review(kind: 'plan' | 'contract', id: string, raisedAt: string): Wait {
  return { kind, id, trigger: null, question: '', recommended: 'approve', raisedAt };
}

/** Where in these pages an objective, or the watch over its deployment, stands. */
export function pathOf(id: string): string {
  return `/objectives/${id}`;
}

export function pathOfWaiting({ kind, id, objective }: Waiting): string {
  const base = pathOf(objective);
  switch (kind) {
    case 'question':
      return `${base}/questions/${encodeURIComponent(id)}`;
    case 'plan':
      return `${base}/plan`;
    case 'contract':
      return `${base}/contracts/${encodeURIComponent(subjectOf({ kind, id }))}`;
  }
}
