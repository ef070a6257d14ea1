import { allHandlersFinished, condition, patched } from '@temporalio/workflow';
import {
  decideSilently,
  keepWaiting,
  nextDue,
  remindersBy,
  type Due,
  type Waiting,
} from '../src/domain/escalation/decision-clock';
import { deciderOf, type Decidable, type DecisionRules } from '../src/domain/escalation/decision-rules';
import type { Escalation, ResolveEscalation } from '../src/domain/escalation/escalation';

const HOUR_MS = 3_600_000;

/** Who waits for people: an objective, or the watch over its deployment. */
export interface Clocked {
  /** Everything that waits for a person now, and since when. */
  readonly waitsNow: () => readonly { readonly key: string; readonly since: number }[];
  readonly open: () => readonly Escalation[];
  /** Nobody is asked any more, although something may still be open. */
  readonly isOver: () => boolean;
  /** What the clock remembers: plain data of the workflow's state. */
  readonly known: () => readonly Waiting[];
  readonly keep: (waiting: readonly Waiting[]) => void;
  readonly decide: (message: ResolveEscalation) => void;
  readonly say: (text: string) => void;
  /** Tells people once more what waits under a key. */
  readonly remind: (key: string, text: string) => void;
}

/** Reminds people of what waits and lets silence decide, as the rules say; never returns. */
export async function keepTime(rules: DecisionRules, clocked: Clocked): Promise<void> {
  for (;;) {
    const now = clocked.waitsNow();
    const waiting = keepWaiting(clocked.known(), now);
    clocked.keep(waiting);
    const due = nextDue(rules, waiting, clocked.open());
    const seen = spell(now);
    // A timer is set anew only when something else waits, not for every line of the run.
    const isChanged = (): boolean => spell(clocked.waitsNow()) !== seen;
    if (due === null) await condition(isChanged);
    else if (due.at > Date.now()) await condition(isChanged, due.at - Date.now());
    else if (clocked.isOver() && patched('clock-ends')) await condition(isChanged);
    else if (due.kind === 'remind') remind(rules, clocked, due);
    // Somebody may have decided in time whose proof is only being verified: with no worker up, timer and word come at once.
    else if (!allHandlersFinished() && patched('people-before-silence')) await condition(allHandlersFinished);
    else takeDefault(rules, clocked, due);
  }
}

const spell = (keys: readonly { readonly key: string }[]): string => keys.map(({ key }) => key).join('\n');

function takeDefault(rules: DecisionRules, clocked: Clocked, { key }: Due): void {
  const asked = clocked.open().find(({ id }) => id === key);
  if (asked === undefined) return;
  const silent = decideSilently(rules, asked);
  if (silent.kind === 'taken') {
    clocked.decide(silent.message);
    return;
  }
  change(clocked, key, { undecidable: true });
  clocked.say(`${key} has no default: ${silent.why}; it waits for somebody`);
}

function remind(rules: DecisionRules, clocked: Clocked, { key }: Due): void {
  const row = clocked.known().find((known) => known.key === key);
  if (row === undefined) return;
  const reminders = Math.max(row.reminders + 1, remindersBy(rules, row, Date.now()));
  change(clocked, key, { reminders });
  const hours = Math.round(((Date.now() - row.since) / HOUR_MS) * 10) / 10;
  const asked = clocked.open().find(({ id }) => id === key);
  const about: Decidable =
    asked?.trigger ?? (key.startsWith('contract:') ? 'contract-review' : 'plan-review');
  const role = deciderOf(rules, about);
  const text = `${key} waits for ${role ?? 'somebody'} since ${hours} h${asked === undefined ? '' : `: ${asked.question}`}`;
  clocked.say(`reminder: ${text}`);
  clocked.remind(key, text);
}

function change(
  clocked: Clocked,
  key: string,
  to: { readonly reminders?: number; readonly undecidable?: boolean },
): void {
  clocked.keep(clocked.known().map((row) => (row.key === key ? { ...row, ...to } : row)));
}
