import { condition, isCancellation } from '@temporalio/workflow';
import {
  decideSilently,
  hasClock,
  keepWaiting,
  nextDue,
  remindersBy,
  type Due,
} from '../src/domain/decision-clock';
import type { DecisionRules } from '../src/domain/decision-rules';
import { deciderOf, type Decidable } from '../src/domain/decision-rules';
import { awaitedContract } from './contract-review';
import { decide } from './decisions';
import { tell } from './news';
import { record, type Run } from './run';

const HOUR_MS = 3_600_000;

/** Reminds people of what waits for them and lets silence decide, where the rules say so; without such rules it does nothing. */
export function startClock(run: Run): void {
  const rules = run.progress.decisionRules ?? null;
  if (!hasClock(rules)) return;
  keepTime(run, rules).catch((error: unknown) => {
    // A cancelled objective asks nobody any more.
    if (isCancellation(error)) return;
    run.bug = error instanceof Error ? error : new Error(String(error));
    run.revision += 1;
  });
}

async function keepTime(run: Run, rules: DecisionRules): Promise<void> {
  for (;;) {
    const now = waitingFor(run);
    const waiting = keepWaiting(run.progress.waiting ?? [], now);
    run.progress.waiting = waiting;
    const due = nextDue(
      rules,
      waiting,
      run.progress.open.map((row) => row.escalation),
    );
    const seen = spell(now);
    // A timer is set anew only when something else waits, not for every line of the run.
    const isChanged = (): boolean => spell(waitingFor(run)) !== seen;
    if (due === null) await condition(isChanged);
    else if (due.at > Date.now()) await condition(isChanged, due.at - Date.now());
    else if (due.kind === 'default') takeDefault(run, rules, due);
    else remind(run, rules, due);
  }
}

/** Everything that waits for a person now, and since when. */
function waitingFor(run: Run): { readonly key: string; readonly since: number }[] {
  const { progress } = run;
  const decided = new Set(progress.decisions.map(({ escalationId }) => escalationId));
  const known = (key: string): { readonly key: string; readonly since: number } => ({
    key,
    since: progress.waiting?.find((row) => row.key === key)?.since ?? Date.now(),
  });
  return [
    ...progress.open
      .filter(({ escalation }) => !decided.has(escalation.id))
      .map(({ escalation }) => ({ key: escalation.id, since: Date.parse(escalation.raisedAt) })),
    ...(run.stage === 'awaiting-approval' ? [known('plan')] : []),
    ...progress.tasks.flatMap((task) => {
      const contract = awaitedContract(run, task);
      return contract === null ? [] : [known(`contract:${contract}`)];
    }),
  ];
}

const spell = (keys: readonly { readonly key: string }[]): string => keys.map(({ key }) => key).join('\n');

function takeDefault(run: Run, rules: DecisionRules, { key }: Due): void {
  const open = run.progress.open.find((row) => row.escalation.id === key);
  if (open === undefined) return;
  const silent = decideSilently(rules, open.escalation);
  if (silent.kind === 'taken') {
    decide(run, silent.message, { channel: 'timer', speaker: null });
    return;
  }
  change(run, key, { undecidable: true });
  record(run, `${key} has no default: ${silent.why}; it waits for somebody`);
}

function remind(run: Run, rules: DecisionRules, { key }: Due): void {
  const row = run.progress.waiting?.find((known) => known.key === key);
  if (row === undefined) return;
  const reminders = Math.max(row.reminders + 1, remindersBy(rules, row, Date.now()));
  change(run, key, { reminders });
  const hours = Math.round(((Date.now() - row.since) / HOUR_MS) * 10) / 10;
  const asked = run.progress.open.find(({ escalation }) => escalation.id === key)?.escalation;
  const about: Decidable =
    asked?.trigger ?? (key.startsWith('contract:') ? 'contract-review' : 'plan-review');
  const role = deciderOf(rules, about);
  const text = `${key} waits for ${role ?? 'somebody'} since ${hours} h${asked === undefined ? '' : `: ${asked.question}`}`;
  record(run, `reminder: ${text}`);
  tell(run, { kind: 'reminder', subject: key.replace(/^contract:/, ''), text });
}

function change(
  run: Run,
  key: string,
  to: { readonly reminders?: number; readonly undecidable?: boolean },
): void {
  run.progress.waiting = (run.progress.waiting ?? []).map((row) =>
    row.key === key ? { ...row, ...to } : row,
  );
}
