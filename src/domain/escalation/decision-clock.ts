import { z } from 'zod';
import type { DecisionRules } from './decision-rules';
import { NEVER_BY_DEFAULT } from './decision-rules';
import type { Escalation, ResolveEscalation } from './escalation';

const HOUR_MS = 3_600_000;

/** What the clock remembers of something that waits for a person; plain data that outlives a run. */
export const Waiting = z.strictObject({
  /** Id of the question, `plan`, or `contract:<name>`. */
  key: z.string(),
  /** Milliseconds since the epoch. */
  since: z.number(),
  /** Reminders that were due so far. */
  reminders: z.int().min(0),
  /** Its default was due and could not be taken. */
  undecidable: z.boolean(),
});
export type Waiting = z.infer<typeof Waiting>;

/** What is due next, and when (milliseconds since the epoch; it may have passed). */
export interface Due {
  readonly kind: 'remind' | 'default';
  readonly key: string;
  readonly at: number;
}

/** Whether silence means anything at all under these rules. */
export function hasClock(rules: DecisionRules | null): rules is DecisionRules {
  return rules !== null && (rules.remindAfterHours !== undefined || Object.keys(rules.defaults).length > 0);
}

/** The next instant at which something is due; null: nothing ever is. At the same instant the default comes first. */
export function nextDue(
  rules: DecisionRules,
  waiting: readonly Waiting[],
  open: readonly Escalation[],
): Due | null {
  const { remindAfterHours } = rules;
  const dues = waiting.flatMap(({ key, since, reminders, undecidable }): Due[] => {
    const asked = open.find(({ id }) => id === key);
    const hours = asked === undefined ? null : defaultAfter(rules, asked);
    return [
      ...(hours === null || undecidable
        ? []
        : [{ kind: 'default' as const, key, at: since + hours * HOUR_MS }]),
      ...(remindAfterHours === undefined
        ? []
        : [{ kind: 'remind' as const, key, at: since + (reminders + 1) * remindAfterHours * HOUR_MS }]),
    ];
  });
  return dues.reduce<Due | null>((first, due) => (first === null || due.at < first.at ? due : first), null);
}

/** Hours after which silence decides a question; null: never. */
function defaultAfter(rules: DecisionRules, { trigger }: Escalation): number | null {
  return NEVER_BY_DEFAULT.has(trigger) ? null : (rules.defaults[trigger]?.afterHours ?? null);
}

/** When silence decides a question, in milliseconds since the epoch; null: never. */
export function defaultAt(rules: DecisionRules, asked: Escalation): number | null {
  const hours = defaultAfter(rules, asked);
  return hours === null ? null : Date.parse(asked.raisedAt) + hours * HOUR_MS;
}

/** How many reminders were due by now; one that nobody was there to send is not sent later. */
export function remindersBy(rules: DecisionRules, { since }: Waiting, now: number): number {
  const { remindAfterHours } = rules;
  return remindAfterHours === undefined ? 0 : Math.floor((now - since) / (remindAfterHours * HOUR_MS));
}

/** Keeps what is known of what still waits, and begins to count for what is new. */
export function keepWaiting(
  waiting: readonly Waiting[],
  keys: readonly { readonly key: string; readonly since: number }[],
): Waiting[] {
  return keys.map(
    ({ key, since }) =>
      waiting.find((row) => row.key === key) ?? { key, since, reminders: 0, undecidable: false },
  );
}

/** What silence decides: the recommended option, or why it cannot. */
export type SilentDecision =
  | { readonly kind: 'taken'; readonly message: ResolveEscalation }
  | { readonly kind: 'not-taken'; readonly why: string };

export function decideSilently(rules: DecisionRules, asked: Escalation): SilentDecision {
  const hours = defaultAfter(rules, asked);
  if (hours === null) return { kind: 'not-taken', why: `${asked.trigger} is never decided by silence` };
  const option = asked.options.find(({ id }) => id === asked.recommended);
  if (option === undefined) return { kind: 'not-taken', why: 'nothing is recommended' };
  if (option.decision === 'reassign')
    return { kind: 'not-taken', why: 'the recommendation needs somebody to name an assignee' };
  if (asked.trigger === 'budget-exhausted' && option.id === 'raise')
    return { kind: 'not-taken', why: 'only a person can say how much more may be spent' };
  const within = `nobody decided within ${Number(hours.toPrecision(3))} h`;
  return {
    kind: 'taken',
    message: {
      escalationId: asked.id,
      decision: option.decision,
      option: option.id,
      ...(option.decision === 'accept'
        ? { guidance: `Accepted by default: ${within} (decisions.defaults).` }
        : {}),
      by: within,
    },
  };
}
