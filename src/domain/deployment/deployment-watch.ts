import { z } from 'zod';
import { BlobRef } from '../common/blob';
import { WatchCheck, WatchSettings } from '../coordination/coordination-settings';
import { DecisionRules } from '../escalation/decision-rules';
import { ObjectiveHandle } from '../objective/objective';

/** Workflow that watches what an objective delivered, and outlives it (charter: "Database Change Coordination", step 6). */
export const DEPLOYMENT_WATCH_WORKFLOW = 'deploymentWatchWorkflow';

/** Names shared by the watch, client and documentation; a message is a signal and an update of the same name. */
export const WATCH_QUERIES = { watchStatus: 'watchStatus', openEscalations: 'openEscalations' } as const;
export const WATCH_MESSAGES = {
  reportDeployment: 'reportDeployment',
  resolveEscalation: 'resolveEscalation',
} as const;
export type WatchMessageName = keyof typeof WATCH_MESSAGES;

const SUFFIX = '/deployment';

/** Workflow id of the watch over what an objective delivered. */
export function deploymentWatchId(objectiveId: string): string {
  return `${objectiveId}${SUFFIX}`;
}

export function isDeploymentWatchId(id: string): boolean {
  return id.endsWith(SUFFIX);
}

/** Payload of `reportDeployment`, a signal and an update of the watch. */
export const ReportDeployment = z.strictObject({
  environment: z.string().min(1).max(100),
  commit: z.string().regex(/^[0-9a-f]{7,64}$/, 'a commit is given in hexadecimal'),
  deployedAt: z.iso.datetime({ offset: true }),
  by: z.string().min(1).max(200),
});
export type ReportDeployment = z.infer<typeof ReportDeployment>;

/** The argument of the watch. */
export const DeploymentWatchInput = z.strictObject({
  objectiveId: z.string(),
  handle: ObjectiveHandle,
  repository: z.string(),
  branch: z.string(),
  commit: z.string(),
  settings: WatchSettings,
  /** Commands that take the change back, from the rollout plan; the first is recommended on a breach. */
  rollback: z.array(z.string().max(500)).max(12),
  /** The RolloutPlan and the DeploymentPlan, where the schema changed. */
  rollout: BlobRef.nullable(),
  deployment: BlobRef.nullable(),
  /** Who may answer its questions; absent: anybody, or started by an older version. */
  decisions: DecisionRules.optional(),
  /** People are told of its questions; absent: nobody is. */
  notifies: z.literal(true).optional(),
});
export type DeploymentWatchInput = z.infer<typeof DeploymentWatchInput>;

export const RunWatchChecksRequest = z.strictObject({
  handle: ObjectiveHandle,
  checks: z.array(WatchCheck).max(50),
});
export type RunWatchChecksRequest = z.infer<typeof RunWatchChecksRequest>;

/** What one check answered; `value` null: it could not be asked, and `text` says why. */
export const WatchSample = z.strictObject({
  name: z.string(),
  value: z.number().nullable(),
  verdict: z.enum(['within', 'breach', 'could-not-ask']),
  text: z.string().max(300),
});
export type WatchSample = z.infer<typeof WatchSample>;
export const RunWatchChecksResult = z.strictObject({ samples: z.array(WatchSample).max(50) });
export type RunWatchChecksResult = z.infer<typeof RunWatchChecksResult>;
