import { z } from 'zod';
import { BlobRef } from './blob';
import { ContractHash } from './contract-work';
import { TaskId } from './plan';

/** A contract as status tells it; a revision is named by its hash. */
export const ContractStatus = z.strictObject({
  name: z.string().max(100),
  /** The spec in the repository. */
  path: z.string().max(500),
  taskId: TaskId,
  /** From 1; 0: none was shared yet. */
  revision: z.int().min(0),
  hash: ContractHash.nullable(),
  state: z.enum(['designing', 'shared', 'approved', 'changes-requested', 'refused', 'tested', 'failed']),
  bundle: BlobRef.nullable(),
  /** Who decided; null: nobody yet. */
  by: z.string().max(200).nullable(),
  comments: z.array(z.string().max(500)).max(20),
});
export type ContractStatus = z.infer<typeof ContractStatus>;

/** Payload of `reviewContract`. */
export const ReviewContract = z
  .strictObject({
    /** Name of a contract, its whole hash, or `name@` with the first of its hash. */
    contract: z.string().min(1).max(200),
    decision: z.enum(['approve', 'request-changes']),
    comments: z.string().trim().min(1).max(8000).optional(),
    by: z.string().min(1).max(200),
  })
  .refine(({ decision, comments }) => decision === 'approve' || comments !== undefined, {
    message: 'request-changes says in comments what has to change',
    path: ['comments'],
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

/**
 * Finds the contract that `reference` names: `name`, `name@<hash prefix>` or a whole hash. A hash binds what is said to
 * that revision; one that is not current finds nothing to decide on.
 */
export function findContract<T extends Pick<ContractStatus, 'name' | 'hash'>>(
  contracts: readonly T[],
  reference: string,
): NamedContract<T> {
  if (/^[0-9a-f]{64}$/.test(reference)) {
    const contract = contracts.find(({ hash }) => hash === reference);
    return contract === undefined ? { kind: 'unknown' } : { kind: 'found', contract };
  }
  const named = contracts.find(({ name }) => name === reference);
  if (named !== undefined) return { kind: 'found', contract: named };
  const [, name, prefix = ''] = /^(.+)@([0-9a-f]+)$/.exec(reference) ?? [];
  const contract = contracts.find((row) => row.name === name);
  if (contract === undefined || prefix.length < SHORTEST_HASH) return { kind: 'unknown' };
  return { kind: contract.hash?.startsWith(prefix) === true ? 'found' : 'outdated', contract };
}
