import { z } from 'zod';
import { BlobRef } from '../common/blob';

/** Longest objective accepted, in characters. */
const MAX_OBJECTIVE_CHARACTERS = 20_000;

export const ObjectiveText = z
  .string()
  .trim()
  .min(1, 'the objective is empty; say in plain words what the backend should do')
  .max(
    MAX_OBJECTIVE_CHARACTERS,
    `the objective is longer than ${MAX_OBJECTIVE_CHARACTERS} characters; shorten it`,
  );

/** Where the code comes from. `sample` is a fresh copy of a bundled service at a version; every worker
 * has its own copy of it, so no path travels. */
export const RepositorySource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sample'), name: z.string().regex(/^[a-z0-9-]+$/), version: z.string() }),
  z.strictObject({ kind: z.literal('path'), path: z.string() }),
  z.strictObject({ kind: z.literal('url'), url: z.string() }),
]);
export type RepositorySource = z.infer<typeof RepositorySource>;

/** Which model answers. A scenario picks a variant of an offline playbook. */
export const ModelChoice = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('anthropic') }),
  z.strictObject({ kind: z.literal('offline'), playbook: z.string(), scenario: z.string() }),
]);
export type ModelChoice = z.infer<typeof ModelChoice>;

export const DEFAULT_MAX_PARALLEL = 4;
export const DEFAULT_BUDGET_USD = 10;

/** What a user may say about a run. Money in US dollars, instants in ISO 8601. */
export const RunOptions = z.strictObject({
  maxParallel: z.int().min(1).max(64).default(DEFAULT_MAX_PARALLEL),
  /** null: no cap. */
  budgetUsd: z.number().positive().nullable().default(DEFAULT_BUDGET_USD),
  deadline: z.iso.datetime({ offset: true }).nullable().default(null),
  approvePlan: z.boolean().default(false),
  push: z.boolean().default(false),
  /** Pushes what was delivered and opens a pull request; absent: no. */
  pr: z.boolean().optional(),
  allowUnsandboxed: z.boolean().default(false),
});
export type RunOptions = z.infer<typeof RunOptions>;

/** The argument of `objectiveWorkflow`: everything decided before it starts. */
export const ObjectiveInput = z.strictObject({
  objectiveId: z.string(),
  objective: ObjectiveText,
  repository: RepositorySource,
  /** What identifies the repository to ids and leases: normalised origin URL, real path, or sample version. */
  repositoryIdentity: z.string(),
  baseRef: z.string(),
  baseCommit: z.string(),
  model: ModelChoice,
  options: RunOptions,
  /** Configuration given with `--config`, by reference; null: the base commit's own, if any. */
  configuration: BlobRef.nullable(),
});
export type ObjectiveInput = z.infer<typeof ObjectiveInput>;

/** What identifies an objective to every activity: its dossier, by reference; history stays small. */
export const ObjectiveHandle = z.strictObject({ dossier: BlobRef });
export type ObjectiveHandle = z.infer<typeof ObjectiveHandle>;

/** Objective text as it enters ids: case, whitespace and Unicode form do not make another objective. */
function normaliseObjective(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/gu, ' ').toLowerCase();
}

/** The readable part of an objective id: up to five words, at most 40 characters, ASCII. */
function objectiveSlug(text: string): string {
  const words = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()
    .split(' ')
    .filter((word) => word !== '');
  const slug = words.slice(0, 5).join('-').slice(0, 40).replace(/-+$/, '');
  return slug === '' ? 'objective' : slug;
}

/**
 * Objective id = workflow id. `digest` is the lower-case hex sha-256 of {@link objectiveKey};
 * hashing is the caller's, since the domain has no crypto.
 */
export function objectiveId(text: string, digest: string): string {
  return `objective-${objectiveSlug(text)}-${digest.slice(0, 8)}`;
}

/** The text whose sha-256 makes the id: normalised objective, repository identity, base commit. */
export function objectiveKey(text: string, repositoryIdentity: string, baseCommit: string): string {
  return [normaliseObjective(text), repositoryIdentity, baseCommit].join('\n');
}

export const OBJECTIVE_ID = /^objective-[a-z0-9-]{1,40}-[0-9a-f]{8}(-[1-9][0-9]*)?$/;

/** The branch delivered into the user's repository. */
export function deliveryBranch(objectiveIdentifier: string): string {
  return `coordinator/${objectiveIdentifier}`;
}
