import { isCancellation } from '@temporalio/workflow';
import { hasClock } from '../src/domain/escalation/decision-clock';
import { tidingsOfReminder } from '../src/domain/notification/news';
import { awaitedContract } from './contract-review';
import { decide } from './decisions';
import { keepTime } from './keep-time';
import { tell } from './news';
import { record, type Run } from './run';

/** Reminds people of what waits for them and lets silence decide, where the rules say so; without such rules it does nothing. */
export function startClock(run: Run): void {
  const rules = run.progress.decisionRules ?? null;
  if (!hasClock(rules)) return;
  keepTime(rules, {
    waitsNow: () => waitingFor(run),
    open: () => run.progress.open.map((row) => row.escalation),
    isOver: () => run.stage === 'closing',
    known: () => run.progress.waiting ?? [],
    keep: (waiting) => {
      run.progress.waiting = waiting;
    },
    decide: (message) => {
      decide(run, message, { channel: 'timer', speaker: null });
    },
    say: (text) => {
      record(run, text);
    },
    remind: (key, text) => {
      tell(run, tidingsOfReminder(key, text));
    },
  }).catch((error: unknown) => {
    // A cancelled objective asks nobody any more.
    if (isCancellation(error)) return;
    run.bug = error instanceof Error ? error : new Error(String(error));
    run.revision += 1;
  });
}

/** Everything that waits for a person now, and since when. */
function waitingFor(run: Run): { readonly key: string; readonly since: number }[] {
  const { progress } = run;
  const decided = new Set(progress.decisions.map(({ escalationId }) => escalationId));
  const known = (key: string): { readonly key: string; readonly since: number } => ({
    key,
    since: progress.waiting?.find((row) => row.key === key)?.since ?? Date.now(),
  });
  // A run that continues another comes to its approval only after some steps; it waits all the while.
  const before = !progress.approved && run.stage !== 'running' && run.stage !== 'closing';
  const plan =
    run.stage === 'awaiting-approval' || (before && progress.waiting?.some(({ key }) => key === 'plan'));
  return [
    ...progress.open
      .filter(({ escalation }) => !decided.has(escalation.id))
      .map(({ escalation }) => ({ key: escalation.id, since: Date.parse(escalation.raisedAt) })),
    ...(plan === true ? [known('plan')] : []),
    ...progress.tasks.flatMap((task) => {
      const contract = awaitedContract(run, task);
      return contract === null ? [] : [known(`contract:${contract}`)];
    }),
  ];
}
