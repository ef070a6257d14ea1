import {
  ActivityCancellationType,
  patched,
  proxyActivities,
  proxyLocalActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type {
  AttemptActivities,
  ClaimActivities,
  ContractActivities,
  ContractThinking,
  DatabaseThinking,
  DecisionActivities,
  ForgeActivities,
  ModelActivities,
  NotificationActivities,
  ProviderActivities,
  ReplicaActivities,
  RepositoryActivities,
  WatchActivities,
} from '../activities/contract';
import { decisionQueue } from '../src/domain/objective/messages';

/*
 * One proxy per class of work. Retry policies here are the *transport* ladder: they repeat an activity that could
 * not be carried out, with the same input, and never count as an attempt of the task.
 * The cancellation type is explicit because the documented default is not the one in force; with TRY_CANCEL a
 * cancelled objective would close while agents still write.
 */
const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

const question = {
  startToCloseTimeout: '10 minutes',
  // A provider's outage is waited out this long before a human is asked.
  scheduleToCloseTimeout: '6 hours',
  heartbeatTimeout: '10 seconds',
  cancellationType,
  // Vendor clients never retry by themselves; the failure carries the provider's own delay where it gave one.
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '2 minutes' },
} as const;

export const models = proxyActivities<ModelActivities>(question);

/** Questions about contracts and schema changes. */
export const advisers = proxyActivities<DatabaseThinking & ContractThinking>(question);

export const attempts = proxyActivities<AttemptActivities>({
  startToCloseTimeout: '6 hours',
  scheduleToCloseTimeout: '12 hours',
  // A lost worker is noticed after this; the worker beats at half of it.
  heartbeatTimeout: '5 seconds',
  cancellationType,
  // For lost workers, however many: soon. Failures that want a longer pause say so themselves.
  retry: { initialInterval: '1 second', backoffCoefficient: 1.5, maximumInterval: '3 seconds' },
});

/** Disk full, a locked repository, a dead database: tried again for some minutes, then a human is asked. */
const machineTrouble = {
  initialInterval: '500 milliseconds',
  backoffCoefficient: 2,
  maximumInterval: '30 seconds',
  // Two minutes of pauses.
  maximumAttempts: 10,
} as const;

export const repository = proxyActivities<RepositoryActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '10 seconds',
  cancellationType,
  retry: machineTrouble,
});

/**
 * What runs a whole tree: some minutes, in which a parser may hold the worker's thread for a while. A lost worker is
 * noticed later for that.
 */
const wholeTree = {
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '30 seconds',
  cancellationType,
  retry: machineTrouble,
} as const;

export const objectiveGate = proxyActivities<Pick<RepositoryActivities, 'gateCommit'>>(wholeTree);

export const replica = proxyActivities<ReplicaActivities>(wholeTree);

export const providers = proxyActivities<ProviderActivities>({
  startToCloseTimeout: '1 minute',
  cancellationType,
  // Telling others is a courtesy: who is not told meets the wall and reports it.
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumAttempts: 4 },
});

export const watching = proxyActivities<WatchActivities>({
  startToCloseTimeout: '1 minute',
  cancellationType,
  // A check that gets no answer is an answer; only a lost worker repeats a round, and the next one comes anyway.
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumAttempts: 3 },
});

export const contracts = proxyActivities<
  Pick<ContractActivities, 'inspectContract' | 'publishContract' | 'testContract'>
>({
  ...wholeTree,
  // Types of a large spec are made on the worker's own thread, which beats late meanwhile.
  heartbeatTimeout: '2 minutes',
});

/** A webhook that is down is tried for a week; waiting for it keeps nobody. */
export const announcements = proxyActivities<Pick<ContractActivities, 'announceContract'>>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '7 days',
  cancellationType,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '10 minutes' },
});

/**
 * A forge that is down or limits its rate is asked again for a while, when it says; then the objective ends without it.
 */
export const forges = proxyActivities<ForgeActivities>({
  startToCloseTimeout: '25 minutes',
  scheduleToCloseTimeout: '2 hours',
  heartbeatTimeout: '30 seconds',
  cancellationType,
  retry: {
    initialInterval: '2 seconds',
    backoffCoefficient: 3,
    maximumInterval: '2 minutes',
    maximumAttempts: 6,
  },
});

/** Agreeing with the repository's entity: some messages to Temporal, so soon again or not at all. */
export const claims = proxyActivities<ClaimActivities>({
  startToCloseTimeout: '1 minute',
  cancellationType,
  retry: { ...machineTrouble, maximumAttempts: 6 },
});

/** Histories of before did it beside the workflow. */
const decidingLocally = proxyLocalActivities<DecisionActivities>({
  startToCloseTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', maximumAttempts: 2 },
});

/**
 * What belongs to a decision, on a queue of its own, which a worker that answers messages and carries no other activity
 * asks as well. No local activities: a query, or a second decision, that comes meanwhile lets them replay in another order
 * (SDK 1.24), and the objective would be lost with its worker. Milliseconds of work; whoever calls it decides what a
 * failure means.
 */
export function deciding(): DecisionActivities {
  if (!patched('decisions-by-activity')) return decidingLocally;
  return proxyActivities<DecisionActivities>({
    taskQueue: decisionQueue(workflowInfo().taskQueue),
    // It waits for a worker for as long as it takes: nobody's proof gets worse by that.
    startToCloseTimeout: '10 seconds',
    cancellationType,
    retry: { initialInterval: '200 milliseconds', maximumAttempts: 3 },
  });
}

/** What an activity failed with: a local one rejects with that itself, or with the last of its tries as the cause. */
export function whyOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/**
 * Telling people. Tries are counted, not hours: they come to a day, and a worker that was off for a weekend begins them when
 * it is back. Nobody waits for it.
 */
export const telling = proxyActivities<NotificationActivities>({
  startToCloseTimeout: '45 seconds',
  cancellationType,
  retry: {
    initialInterval: '2 seconds',
    backoffCoefficient: 2,
    maximumInterval: '10 minutes',
    maximumAttempts: 150,
  },
});
