import { parse } from 'yaml';
import type { BreakingChange } from '../domain/contract/breaking-change';
import { openApiChanges } from '../domain/contract/openapi-changes';
import { readSpec } from './unreadable-spec';

/** Compares two OpenAPI documents, in YAML or JSON (which is YAML, too). */
export function compareOpenApiDocuments(
  path: string,
  before: string,
  after: string,
): Promise<readonly BreakingChange[]> {
  const read = (which: 'before' | 'after', text: string): unknown =>
    readSpec(which, path, (): unknown => parse(text, { uniqueKeys: false }));
  const old: unknown = read('before', before);
  return Promise.resolve(openApiChanges(path, old, read('after', after)));
}
