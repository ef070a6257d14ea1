import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  isCancellation,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
  type QueryDefinition,
} from '@temporalio/workflow';
import type { z } from 'zod';
import {
  ReportDeployment,
  WATCH_MESSAGES,
  WATCH_QUERIES,
  type DeploymentWatchInput,
  type WatchMessageName,
  type WatchSample,
} from '../src/domain/deployment/deployment-watch';
import type { PersonName } from '../src/domain/escalation/decision-rules';
import { ResolveEscalation, type Escalation } from '../src/domain/escalation/escalation';
import { unansweredSample } from '../src/domain/deployment/watch-samples';
import type { WatchResult, WatchStatus } from '../src/domain/deployment/watch-status';
import { nextStep } from '../src/domain/deployment/watch-steps';
import { QUERY_DESCRIPTIONS } from '../src/domain/objective/message-descriptions';
import { describeIssues, installMessage, type Sender } from './message';
import { endTelling, everythingSettled } from './news';
import { watching } from './proxies';
import {
  ignoreMessage,
  openWatch,
  refuseAnswer,
  refuseReport,
  takeAnswer,
  takeReport,
  takeRound,
  type Watch,
  type WatchCarried,
} from './watch';
import { startWatchClock } from './watch-clock';
import { createWatchDisplay, shownWatchQuestions, watchResult, watchSnapshot } from './watch-display';

const watchStatusQuery: QueryDefinition<WatchStatus> = defineQuery(WATCH_QUERIES.watchStatus);
const openEscalationsQuery: QueryDefinition<Escalation[]> = defineQuery(WATCH_QUERIES.openEscalations);

/** Rounds of one history, some eleven events each; a day of rounds every five minutes takes two histories. */
const BATCH = 200;

/**
 * Watches what an objective delivered once somebody reports it deployed (charter: "Database Change Coordination", step
 * 6): rounds of checks on durable timers, a level-4 question where one leaves its limit. It holds no worker slot between
 * rounds, goes on while a question is open, and always completes with an outcome.
 */
export async function deploymentWatchWorkflow(
  input: DeploymentWatchInput,
  carried?: WatchCarried,
): Promise<WatchResult> {
  const watch = openWatch(input, carried);
  listenToReports(watch);
  const show = createWatchDisplay(watch);
  startWatchClock(watch);
  const end = await watchOn(watch, show);
  if (end === 'continue-as-new') {
    await watch.audit.settle('next-run');
    await everythingSettled(watch);
    return continueAsNew<typeof deploymentWatchWorkflow>(input, watch.progress);
  }
  // First, since what is still being verified may be a decision to write down.
  await condition(allHandlersFinished);
  await watch.audit.settle('end');
  await endTelling(watch, null);
  return watchResult(watch);
}

async function watchOn(watch: Watch, show: () => void): Promise<'ended' | 'continue-as-new'> {
  for (let rounds = 0; ;) {
    if (watch.bug !== null) throw watch.bug;
    show();
    const step = nextStep(watch.progress, Date.now());
    switch (step.kind) {
      case 'end':
        watch.outcome = step.outcome;
        show();
        return 'ended';
      case 'wait': {
        const { revision } = watch;
        await condition(() => watch.revision !== revision, step.ms);
        break;
      }
      case 'round':
        await runRound(watch);
        rounds += 1;
        break;
    }
    if (rounds >= BATCH || workflowInfo().continueAsNewSuggested) return 'continue-as-new';
  }
}

async function runRound(watch: Watch): Promise<void> {
  const { deployment, tallies, rounds } = watch.progress;
  const wanted = new Set(tallies.filter((tally) => !tally.accepted).map((tally) => tally.name));
  const checks = watch.input.settings.checks.filter((check) => wanted.has(check.name));
  let samples: readonly WatchSample[];
  try {
    const options = { summary: `round ${rounds + 1}` };
    ({ samples } = await watching.runWatchChecks.executeWithOptions(options, [
      { handle: watch.input.handle, checks },
    ]));
  } catch (error) {
    if (isCancellation(error)) throw error;
    samples = checks.map((check) => unansweredSample(check, 'the round could not be carried out'));
  }
  // Another deployment was reported, or this one rolled back, while the checks were asked.
  if (watch.progress.deployment !== deployment || watch.progress.rolledBack) return;
  takeRound(watch, samples);
}

function listenToReports(watch: Watch): void {
  setHandler(watchStatusQuery, () => watchSnapshot(watch), { description: QUERY_DESCRIPTIONS.watchStatus });
  setHandler(openEscalationsQuery, () => shownWatchQuestions(watch), {
    description: QUERY_DESCRIPTIONS.openEscalations,
  });
  listen(watch, WATCH_MESSAGES.reportDeployment, {
    schema: ReportDeployment,
    refuse: (report) => refuseReport(watch, report),
    take: (report) => takeReport(watch, report),
  });
  listen(watch, WATCH_MESSAGES.resolveEscalation, {
    schema: ResolveEscalation,
    refuse: (answer, person) => refuseAnswer(watch, answer, person),
    take: (answer, sender) => takeAnswer(watch, answer, sender),
    askedAt: ({ escalationId: id }) =>
      watch.progress.open.find(({ escalation }) => escalation.id === id)?.escalation.raisedAt ?? null,
  });
  setDefaultSignalHandler((name) => {
    const known = Object.keys(WATCH_MESSAGES).join(', ');
    ignoreMessage(watch, name, `there is no message of this name; known: ${known}`);
  });
}

function listen<T>(
  watch: Watch,
  name: WatchMessageName,
  row: {
    readonly schema: z.ZodType<T>;
    readonly refuse: (body: T, person: PersonName | null) => string | null;
    readonly take: (body: T, sender: Sender) => string;
    readonly askedAt?: (body: T) => string | null;
  },
): void {
  installMessage<T>(name, {
    read: (payload, person) => {
      const parsed = row.schema.safeParse(payload);
      if (!parsed.success) return { why: describeIssues(parsed.error) };
      const ended = watch.outcome !== null || watch.progress.rolledBack;
      const why = ended ? 'the watch has ended' : row.refuse(parsed.data, person);
      return why === null ? { body: parsed.data } : { why };
    },
    askedAt: (body) => row.askedAt?.(body) ?? null,
    take: row.take,
    ignore: (why) => {
      ignoreMessage(watch, name, why);
    },
    usedProofs: watch.progress.usedProofs,
  });
}
