import { z } from 'zod';
import { ReportDeployment, WatchSample } from './deployment-watch';
import { Decision, Escalation } from '../escalation/escalation';
import { IgnoredMessage } from '../objective/status';

/**
 * How a watch ended. `not-reported`: nobody said within 30 days that anything was deployed; `not-watched`: it was, but no
 * check answered a single time (or there is none), so nothing can be said of it.
 */
export const WatchOutcome = z.enum(['quiet', 'breached', 'rolled-back', 'not-reported', 'not-watched']);
export type WatchOutcome = z.infer<typeof WatchOutcome>;

/** Where a watch stands; the value of its search attribute `CoordinatorStatus`. */
export const WatchState = z.enum([
  'awaiting-deployment',
  'watching',
  'awaiting-human',
  ...WatchOutcome.options,
]);
export type WatchState = z.infer<typeof WatchState>;

/** What one check told since the deployment. */
export const WatchTally = z.strictObject({
  name: z.string(),
  /** Times it was asked, of these how often it breached its limit and how often it could not be asked. */
  asked: z.int(),
  breaches: z.int(),
  unanswered: z.int(),
  /** How often in a row it breaches, or cannot be asked, up to now. */
  breachesInRow: z.int(),
  unansweredInRow: z.int(),
  /** The value furthest from what is wanted; null: it never answered. */
  worst: z.number().nullable(),
  last: WatchSample.nullable(),
  /** A human accepted its value: it is not asked any more. */
  accepted: z.boolean(),
});
export type WatchTally = z.infer<typeof WatchTally>;

export const WatchEvent = z.strictObject({ seq: z.int(), at: z.iso.datetime(), text: z.string() });
export type WatchEvent = z.infer<typeof WatchEvent>;

/** What `watchStatus` answers. */
export const WatchStatus = z.strictObject({
  objectiveId: z.string(),
  state: WatchState,
  outcome: WatchOutcome.nullable(),
  repository: z.string(),
  branch: z.string(),
  /** The commit that was delivered; what was deployed is in `deployment`. */
  commit: z.string(),
  deployment: ReportDeployment.nullable(),
  /** Since when and until when it is watched; null before a deployment is reported. */
  watchedFrom: z.iso.datetime().nullable(),
  watchedUntil: z.iso.datetime().nullable(),
  rounds: z.int(),
  checks: z.array(WatchTally),
  escalations: z.array(Escalation),
  decisions: z.array(Decision),
  startedAt: z.iso.datetime(),
  now: z.iso.datetime(),
  events: z.array(WatchEvent),
  ignored: z.array(IgnoredMessage),
});
export type WatchStatus = z.infer<typeof WatchStatus>;

/** What the watch returns. Figures are of the deployment reported last. */
export const WatchResult = z.strictObject({
  objectiveId: z.string(),
  outcome: WatchOutcome,
  deployment: ReportDeployment.nullable(),
  /** Answers of checks. */
  samples: z.int(),
  worst: z.array(z.strictObject({ name: z.string(), value: z.number().nullable() })),
  decisions: z.array(Decision),
});
export type WatchResult = z.infer<typeof WatchResult>;

/** What the memo of a watch says: what there is to know without any worker. */
export const WatchMemo = z.object({
  objective: z.string(),
  repository: z.string(),
  branch: z.string(),
  commit: z.string(),
});
export type WatchMemo = z.infer<typeof WatchMemo>;
