import { z } from 'zod';
import { BlobRef } from '../common/blob';
import { BreakingChange, MAX_BREAKING } from './breaking-change';
import { ObjectiveHandle } from '../objective/objective';
import { TaskId } from '../plan/plan';
import { Usage } from '../usage/usage';
import { Allowance, CommitId } from '../work/work';

/* What the API-contract workflow asks of its activities and gets back; small, like all that enters history. */

const Line = z.string().max(500);

/** Lower-case hex sha-256 of the canonical JSON of the bundled spec. */
export const ContractHash = z.string().regex(/^[0-9a-f]{64}$/);
export type ContractHash = z.infer<typeof ContractHash>;

export const InspectContractRequest = z.strictObject({
  handle: ObjectiveHandle,
  commit: CommitId,
  /** File of the spec; null: the one the repository has, or that the commit adds. */
  path: z.string().max(500).nullable(),
});
export type InspectContractRequest = z.infer<typeof InspectContractRequest>;

export const InspectContractResult = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('usable'),
    kind: z.enum(['openapi', 'graphql']),
    path: z.string(),
    hash: ContractHash,
    /** False: it says the same as the base's. */
    changed: z.boolean(),
    operations: z.int(),
    breaking: z.array(BreakingChange).max(MAX_BREAKING),
  }),
  /** It cannot be built upon: not readable, or the linter objects. */
  z.strictObject({ outcome: z.literal('refused'), path: z.string(), problems: z.array(Line).min(1).max(10) }),
  z.strictObject({ outcome: z.literal('none'), reason: Line }),
]);
export type InspectContractResult = z.infer<typeof InspectContractResult>;

export const PublishContractRequest = z.strictObject({
  handle: ObjectiveHandle,
  commit: CommitId,
  name: z.string().max(100),
  path: z.string(),
  hash: ContractHash,
  revision: z.int().min(1),
});
export type PublishContractRequest = z.infer<typeof PublishContractRequest>;
export const PublishContractResult = z.strictObject({
  /** Manifest of the bundle: a ContractBundle. */
  bundle: BlobRef,
  files: z.int(),
  /** What changed against the base, in one line. */
  summary: Line,
});
export type PublishContractResult = z.infer<typeof PublishContractResult>;

export const AnnounceContractRequest = z.strictObject({
  handle: ObjectiveHandle,
  name: z.string().max(100),
  revision: z.int().min(1),
  hash: ContractHash,
  bundle: BlobRef,
  event: z.enum(['shared', 'approved', 'changes-requested', 'tested']),
});
export type AnnounceContractRequest = z.infer<typeof AnnounceContractRequest>;
export const AnnounceContractResult = z.strictObject({
  /** `off`: no webhook is configured. */
  delivery: z.enum(['delivered', 'off']),
});
export type AnnounceContractResult = z.infer<typeof AnnounceContractResult>;

/** A question to the frontend-coordinator role. */
export const ValidateContractRequest = z.strictObject({
  handle: ObjectiveHandle,
  plan: BlobRef,
  taskId: TaskId,
  bundle: BlobRef,
  revision: z.int().min(1),
  /** What was asked to be changed before. */
  earlier: z.array(Line).max(10),
  allowanceUsd: Allowance,
});
export type ValidateContractRequest = z.infer<typeof ValidateContractRequest>;
export const ValidateContractResult = z.strictObject({
  decision: z.enum(['approve', 'request-changes']),
  comments: z.array(Line).max(20),
  usage: Usage,
});
export type ValidateContractResult = z.infer<typeof ValidateContractResult>;

export const TestContractRequest = z.strictObject({
  handle: ObjectiveHandle,
  commit: CommitId,
  /** The approved bundle. */
  bundle: BlobRef,
});
export type TestContractRequest = z.infer<typeof TestContractRequest>;
export const TestContractResult = z.strictObject({
  outcome: z.enum(['passed', 'failed', 'not-executed']),
  /** A ContractTestReport: every exchange, and the compiler's words; null where nothing was run. */
  report: BlobRef.nullable(),
  exchanges: z.int(),
  /** Field by field: operation, pointer, expected, got. */
  mismatches: z.array(Line).max(20),
  notExecuted: z.array(Line).max(5),
  summary: Line,
});
export type TestContractResult = z.infer<typeof TestContractResult>;
