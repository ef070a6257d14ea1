import { z } from 'zod';
import { awaitedContracts } from '../contract/contract-status';
import type { Escalation } from '../escalation/escalation';
import type { ObjectiveStatus } from './status';
import { EscalationReason } from '../department/triggers';

/** Name of the list in the memo of an objective's workflow, and of a watch's. */
export const WAITS_MEMO = 'waits';

/** Most rows the memo holds; where it is full, the workflow itself is asked. */
export const MOST_WAITS = 20;
const QUESTION_CHARACTERS = 160;

/**
 * Something that waits for a human, short enough for lists. `id` is the escalation's, `plan-v<version>` of a plan that
 * waits for approval, `contract:<name>` of a contract that waits for review.
 */
export const Wait = z.object({
  kind: z.enum(['question', 'plan', 'contract']),
  id: z.string(),
  /** What a question was raised for; null: it is none. */
  trigger: EscalationReason.nullable(),
  question: z.string(),
  /** Id of the option the department would choose. */
  recommended: z.string(),
  raisedAt: z.iso.datetime(),
  /** Whom the rules keep it for, and when `recommended` is taken unless somebody has decided; absent as in the question. */
  for: z.string().optional(),
  defaultAt: z.iso.datetime().optional(),
});
export type Wait = z.infer<typeof Wait>;

/** What the memo says when nothing waits; Temporal takes an empty list for the wish to remove the field. */
const NOTHING = 'nothing';

/** The list as the memo holds it. */
export const WaitsMemo = z.union([z.array(Wait).min(1), z.literal(NOTHING)]);
type WaitsMemo = z.infer<typeof WaitsMemo>;

export function waitsMemo(waits: readonly Wait[]): WaitsMemo {
  return waits.length === 0 ? NOTHING : [...waits];
}

export function readWaitsMemo(memo: WaitsMemo): readonly Wait[] {
  return memo === NOTHING ? [] : memo;
}

export function waitOf({
  id,
  trigger,
  question,
  recommended,
  raisedAt,
  for: who,
  defaultAt,
}: Escalation): Wait {
  return {
    kind: 'question',
    id,
    trigger,
    question: short(question),
    recommended,
    raisedAt,
    ...keptFor(who),
    ...(defaultAt === undefined ? {} : { defaultAt }),
  };
}

/** What waits, without what the rules say of it: this alone says whether there is something new to list. */
export function spellWaits(waits: readonly Wait[]): string {
  return JSON.stringify(waits.map(({ for: _who, defaultAt: _at, ...row }) => row));
}

/**
 * What of an objective waits for a human, questions first.
 * @param known what was listed before: a plan or contract keeps the instant it was first seen waiting
 */
export function waitsOf(
  status: Pick<ObjectiveStatus, 'state' | 'escalations' | 'reviewers' | 'plan' | 'tasks' | 'now'>,
  known: readonly Wait[] = [],
): Wait[] {
  const since = (id: string): string => known.find((wait) => wait.id === id)?.raisedAt ?? status.now;
  const rows: Wait[] = status.escalations.map(waitOf);
  if (status.state === 'awaiting-approval') {
    const id = `plan-v${String(status.plan?.version ?? 1)}`;
    const question = `The plan of ${String(status.tasks.length)} tasks waits for approval.`;
    rows.push({
      kind: 'plan',
      id,
      trigger: null,
      question,
      recommended: 'approve',
      raisedAt: since(id),
      ...keptFor(status.reviewers?.plan),
    });
  }
  for (const name of awaitedContracts(status.tasks)) {
    const id = `contract:${name}`;
    const question = short(`Contract ${name} waits to be reviewed.`);
    rows.push({
      kind: 'contract',
      id,
      trigger: null,
      question,
      recommended: 'approve',
      raisedAt: since(id),
      ...keptFor(status.reviewers?.contract),
    });
  }
  return rows;
}

/** Whom it is kept for, short enough for lists. */
export function keptFor(who: string | undefined): Pick<Wait, 'for'> {
  return who === undefined ? {} : { for: short(who) };
}

/** Task or `deployment` or `objective` a question is about, from its id. */
export function subjectOf({ kind, id }: Pick<Wait, 'kind' | 'id'>): string {
  switch (kind) {
    case 'question':
      return id.replace(/-E[0-9]+$/, '');
    case 'plan':
      return 'plan';
    case 'contract':
      return id.slice('contract:'.length);
  }
}

function short(text: string): string {
  const points = [...text.replace(/\s+/gu, ' ').trim()];
  return points.length <= QUESTION_CHARACTERS
    ? points.join('')
    : `${points.slice(0, QUESTION_CHARACTERS - 1).join('')}…`;
}
