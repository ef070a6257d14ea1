import { z } from 'zod';
import { BlobRef } from '../common/blob';
import { BreakingChange, MAX_BREAKING } from './breaking-change';
import { ContractHash } from './contract-work';

/** A relative path with forward slashes that leads nowhere but down. */
export const BundlePath = z
  .string()
  .min(1)
  .max(500)
  .refine(
    (path) =>
      !/[\\\0]|^\/|^[A-Za-z]:/.test(path) &&
      path.split('/').every((step) => step !== '' && step !== '.' && step !== '..'),
    'a path in a bundle stays inside of it',
  );

export const ContractFile = z.strictObject({
  path: BundlePath,
  blob: BlobRef,
  bytes: z.int().min(0),
  mediaType: z.string().max(100),
});
export type ContractFile = z.infer<typeof ContractFile>;

/** One thing a client can ask for: `GET /v1/orders`, or `Query.orders` of a GraphQL schema. */
export const ContractOperation = z.strictObject({
  name: z.string().max(500),
  /** operationId; null without one. */
  id: z.string().max(500).nullable(),
  summary: z.string().max(500),
});
export type ContractOperation = z.infer<typeof ContractOperation>;

/** Manifest of what is shared of one revision of a contract; the same spec gives the same bytes in every file. */
export const ContractBundle = z.strictObject({
  name: z.string().max(100),
  revision: z.int().min(1),
  hash: ContractHash,
  kind: z.enum(['openapi', 'graphql']),
  /** The spec in the repository. */
  source: z.string().max(500),
  files: z.array(ContractFile).max(6000),
  operations: z.array(ContractOperation).max(5000),
  breaking: z.array(BreakingChange).max(MAX_BREAKING),
});
export type ContractBundle = z.infer<typeof ContractBundle>;

/** Names of the files every bundle has; the spec is one of two. */
export const BUNDLE_FILES = {
  openapi: 'openapi.json',
  graphql: 'schema.graphql',
  reference: 'reference.html',
  types: 'types.ts',
  mock: 'mock-server.mjs',
  changelog: 'changelog.md',
  /** Folder of the spec as it is in the repository. */
  original: 'original',
} as const;

/** The file of a bundle by its path. @throws Error where the bundle has none of that name */
export function fileOf(bundle: Pick<ContractBundle, 'name' | 'files'>, path: string): ContractFile {
  const file = bundle.files.find((row) => row.path === path);
  if (file === undefined) throw new Error(`The bundle of ${bundle.name} has no ${path}.`);
  return file;
}
