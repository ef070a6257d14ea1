import { awaitedContracts } from '../domain/contract-status';
import type { Escalation } from '../domain/escalation';
import type { ObjectiveRow } from '../domain/standing';
import type { ObjectiveStatus } from '../domain/status';
import type { Desk } from '../ports/desk';

/** Newest objectives that are shown. */
const SHOWN = 100;
/** Newest open ones that are asked where they stand; lists know the rest. */
const ASKED = 25;

export interface Line {
  readonly row: ObjectiveRow;
  /** null: not asked, or nobody answered. */
  readonly status: ObjectiveStatus | null;
}

/** One thing somebody has to decide. */
export type Waiting =
  | {
      readonly kind: 'question';
      readonly id: string;
      readonly escalation: Escalation;
      readonly since: string;
    }
  | { readonly kind: 'plan'; readonly id: string; readonly version: number; readonly since: string }
  | { readonly kind: 'contract'; readonly id: string; readonly name: string; readonly since: string };

export interface Overview {
  readonly lines: readonly Line[];
  /** Older ones that are not shown. */
  readonly leftOut: number;
  /** Oldest first. */
  readonly waiting: readonly Waiting[];
  /** Why some questions may be missing. */
  readonly problem: string | null;
}

/** Everything the first page tells: one list, and one question to each open objective among the newest. */
export async function readOverview(desk: Desk): Promise<Overview> {
  const rows = await desk.list(null);
  const asked = new Set(rows.filter(({ open }) => open).slice(0, ASKED));
  const lines = await Promise.all(
    rows.slice(0, SHOWN).map(async (row): Promise<Line> => ({
      row,
      status: asked.has(row) ? await statusOf(desk, row) : null,
    })),
  );
  const reviews = lines.flatMap(({ status }) => (status === null ? [] : reviewsOf(status)));
  const { questions, problem } = await questionsOf(desk);
  return {
    lines,
    leftOut: Math.max(0, rows.length - SHOWN),
    waiting: [...questions, ...reviews].sort((a, b) => Date.parse(a.since) - Date.parse(b.since)),
    problem,
  };
}

/** Plan and contracts of an objective that wait for somebody. */
export function reviewsOf(status: ObjectiveStatus): Waiting[] {
  if (status.outcome !== null) return [];
  const { objectiveId: id, plan, tasks } = status;
  // The review began with the newest thing that happened: nothing else goes on meanwhile.
  const since = status.events.at(-1)?.at ?? status.startedAt;
  return [
    ...(status.state === 'awaiting-approval' && plan !== null
      ? [{ kind: 'plan' as const, id, version: plan.version, since }]
      : []),
    ...awaitedContracts(tasks).map((name) => ({
      kind: 'contract' as const,
      id,
      name,
      since: tasks.find((task) => awaitedContracts([task]).includes(name))?.startedAt ?? since,
    })),
  ];
}

/** Where in these pages an objective, or the watch over its deployment, stands. */
export function pathOf(id: string): string {
  return `/objectives/${id}`;
}

export function pathOfWaiting(waiting: Waiting): string {
  const base = pathOf(waiting.id);
  switch (waiting.kind) {
    case 'question':
      return `${base}/questions/${encodeURIComponent(waiting.escalation.id)}`;
    case 'plan':
      return `${base}/plan`;
    case 'contract':
      return `${base}/contracts/${encodeURIComponent(waiting.name)}`;
  }
}

async function statusOf(desk: Desk, { objectiveId }: ObjectiveRow): Promise<ObjectiveStatus | null> {
  try {
    const standing = await desk.status(objectiveId);
    return standing.kind === 'live' ? standing.status : null;
  } catch {
    // The list says what it knows; its own page says what is wrong.
    return null;
  }
}

async function questionsOf(
  desk: Desk,
): Promise<{ readonly questions: readonly Waiting[]; readonly problem: string | null }> {
  try {
    const open = await desk.escalations(null);
    return {
      questions: open.map(({ objective, escalation }) => ({
        kind: 'question',
        id: objective,
        escalation,
        since: escalation.raisedAt,
      })),
      problem: null,
    };
  } catch (error) {
    return { questions: [], problem: await desk.explain(error) };
  }
}
