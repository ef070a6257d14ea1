import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
} from '@temporalio/workflow';
import type { Tidings } from '../src/domain/notification/news';
import type { ObjectiveHandle, ObjectiveInput } from '../src/domain/objective/objective';
import type { ObjectiveResult } from '../src/domain/objective/status';
import { releaseClaims } from './claims';
import { listenToMessages } from './conversation';
import { closeCoordination } from './coordination-child';
import { startClock } from './decision-clock';
import { deliver, deliverCancelled } from './delivery';
import { endTelling, everythingSettled } from './news';
import { gateObjective } from './objective-gate';
import { analyse, approve, gateBase, plan, survey } from './planning';
import { awaitFeedback, hasFeedback } from './feedback';
import { isTakenUp, type Carried } from './carried';
import { isStopped, openRun, record, type Run } from './run';
import { watchCoordination } from './lost-coordination';
import { createDisplay } from './snapshot';
import { runTasks } from './tasks';

/**
 * One objective from acceptance to delivery (charter: the coordinator's whole job). It always completes with an
 * outcome, red or aborted too; only Temporal's own cancellation closes it as cancelled, and only a bug fails it.
 */
export async function objectiveWorkflow(input: ObjectiveInput, carried?: Carried): Promise<ObjectiveResult> {
  const run = openRun(input, carried);
  listenToMessages(run);
  run.show = createDisplay(run);
  try {
    if (isTakenUp(carried)) await awaitFeedback(run);
    let end = await work(run);
    // What the last gate leaves red or unbuilt becomes tasks, once; then it runs again. So does what people said meanwhile.
    while (end === 'settled' && ((await gateObjective(run)) === 'tasks-added' || hasFeedback(run)))
      end = await runTasks(run);
    if (end === 'continue-as-new') {
      await run.audit.settle('next-run');
      await everythingSettled(run);
      return await continueAsNew<typeof objectiveWorkflow>(input, carriedOn(run));
    }
    await deliver(run);
    await releaseClaims(run);
    await closeCoordination(run, `the objective has ended: ${run.progress.outcome ?? ''}`);
    await endTelling(run, endOf(run));
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => closeCancelled(run));
    await CancellationScope.nonCancellable(() => run.audit.settle('end'));
    throw error;
  }
  await condition(allHandlersFinished);
  await run.audit.settle('end');
  return resultOf(run);
}

/** What people said last may come while the answers to others are awaited. */
function carriedOn({ progress, planReview }: Run): Carried {
  return planReview === null
    ? { ...progress, planReview: null }
    : { ...progress, planReview: { body: planReview.body, sender: planReview.sender } };
}

async function work(run: Run): Promise<'settled' | 'stopped' | 'continue-as-new'> {
  run.show();
  const handle = await survey(run);
  if (handle === null) return 'stopped';
  startClock(run);
  watchCoordination(run);
  const prepared = await Promise.allSettled([gateBase(run, handle), think(run, handle)]);
  for (const side of prepared) if (side.status === 'rejected') throw side.reason;
  if (isStopped(run)) return 'stopped';
  if ((await approve(run)) === 'continue-as-new') return 'continue-as-new';
  return isStopped(run) ? 'stopped' : runTasks(run);
}

async function think(run: Run, handle: ObjectiveHandle): Promise<void> {
  const analysis = await analyse(run, handle);
  run.show();
  if (analysis !== null) await plan(run, handle, analysis);
}

/** Temporal cancelled the workflow: every agent is dead first, then branch and report are left as they are. */
async function closeCancelled(run: Run): Promise<void> {
  for (const scope of run.inFlight.values()) scope.cancel();
  await condition(() => run.inFlight.size === 0);
  run.stop = { outcome: 'cancelled', reason: 'cancelled' };
  record(run, 'cancelled; every agent has stopped');
  await deliverCancelled(run);
  await releaseClaims(run);
  await closeCoordination(run, 'the objective was cancelled');
  await endTelling(run, endOf(run));
}

/** What people are told of its end. */
function endOf({ progress }: Run): Tidings {
  const { outcome, reason } = progress;
  return {
    kind: 'ended',
    subject: 'objective',
    ...(outcome === null ? {} : { outcome }),
    ...(reason === null ? {} : { text: reason }),
  };
}

function resultOf(run: Run): ObjectiveResult {
  const { outcome, reason, delivery } = run.progress;
  if (outcome === null) throw new Error('an objective ends with an outcome');
  return {
    objectiveId: run.input.objectiveId,
    outcome,
    reason,
    branch: delivery?.branch ?? null,
    commit: delivery?.commit ?? null,
    report: delivery?.report ?? null,
    ...(delivery?.pullRequest === undefined ? {} : { pullRequest: delivery.pullRequest.url }),
  };
}
