import { z } from 'zod';
import { BlobRef } from '../common/blob';
import { ContractHash } from './contract-work';
import { Proof } from '../escalation/decision-proof';
import { TaskId } from '../plan/plan';

/** Where a contract stands: `refused` is unusable as it is, `failed` is built otherwise than it was approved. */
export const ContractState = z.enum([
  'designing',
  'shared',
  'approved',
  'changes-requested',
  'refused',
  'tested',
  'failed',
]);
export type ContractState = z.infer<typeof ContractState>;

/** One API contract of an objective, as status tells it. */
export const ContractStatus = z.strictObject({
  name: z.string(),
  /** File of the spec; null: not known yet. */
  path: z.string().nullable(),
  /** Task that designs it. */
  taskId: TaskId,
  /** Revisions shared so far. */
  revision: z.int().min(0),
  /** Hash of the newest revision; what is locked once it is approved. */
  hash: ContractHash.nullable(),
  state: ContractState,
  /** Manifest of the newest bundle. */
  bundle: BlobRef.nullable(),
  /** Who decided about it last. */
  by: z.string().nullable(),
  /** What was asked to be changed, or does not fit. */
  comments: z.array(z.string().max(500)).max(20),
  /** Report of the last integration test. */
  test: BlobRef.nullable().optional(),
});
export type ContractStatus = z.infer<typeof ContractStatus>;

/** What `waitingFor` of a task says whose contract a human has to review. */
export const awaitedMark = (name: string): string => `contract:${name}`;

/** Names of the contracts that wait for a human, from what tasks wait for. */
export function awaitedContracts(tasks: readonly { readonly waitingFor: string | null }[]): string[] {
  return tasks.flatMap(({ waitingFor }) =>
    waitingFor?.startsWith('contract:') === true ? [waitingFor.slice('contract:'.length)] : [],
  );
}

/**
 * Payload of `reviewContract`. `contract` is the contract's name, or the hash of the revision that was looked at: a hash
 * of an older one is refused.
 */
export const ReviewContract = z
  .strictObject({
    contract: z.string().min(1).max(100),
    decision: z.enum(['approve', 'request-changes']),
    comments: z.union([z.string().min(1).max(8000), z.array(z.string().min(1).max(500)).max(20)]).optional(),
    by: z.string().min(1).max(200),
    proof: Proof.optional(),
  })
  .refine((said) => said.decision === 'approve' || (said.comments ?? []).length > 0, {
    message: 'request-changes needs comments',
  });
export type ReviewContract = z.infer<typeof ReviewContract>;

/** Fewer characters of a hash name no revision. */
const SHORTEST_HASH = 7;

/** Which contract is meant, or why none is. */
export type NamedContract<T> =
  | { readonly kind: 'found'; readonly contract: T }
  /** It was revised since: the hash is that of no current revision. */
  | { readonly kind: 'outdated'; readonly contract: T }
  | { readonly kind: 'unknown' };

/** Finds the contract that `reference` names: `name`, `name@<first of its hash>` or a whole hash. */
export function findContract<T extends Pick<ContractStatus, 'name' | 'hash'>>(
  contracts: readonly T[],
  reference: string,
): NamedContract<T> {
  const exact = contracts.find(({ name, hash }) => name === reference || hash === reference);
  if (exact !== undefined) return { kind: 'found', contract: exact };
  const [, name, prefix = ''] = /^(.+)@([0-9a-f]+)$/.exec(reference) ?? [];
  const contract = contracts.find((row) => row.name === name);
  if (contract === undefined || prefix.length < SHORTEST_HASH) return { kind: 'unknown' };
  return { kind: contract.hash?.startsWith(prefix) === true ? 'found' : 'outdated', contract };
}
