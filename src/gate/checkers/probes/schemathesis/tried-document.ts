import { recordOf, type JsonRecord } from '../../../../domain/contract/openapi-document';
import type { ApiOperation, OpenApiDescription } from '../../../facts/api-description';
import { isHousekeeping, isSignInLike } from '../../../probes/operation-shape';

const MOST_OPERATIONS = 60;

/** Operations that requests are made for, and those beyond what there is time for. */
export interface TriedOperations {
  readonly tried: readonly ApiOperation[];
  readonly left: readonly ApiOperation[];
}

/** Signing in has limits of its own, and whoever signs out or removes their own account is unknown afterwards. */
export function operationsToTry({ operations }: Pick<OpenApiDescription, 'operations'>): TriedOperations {
  const fitting = operations.filter(
    (operation) =>
      !isSignInLike(operation) &&
      !isHousekeeping(operation) &&
      !(operation.method.toLowerCase() === 'delete' && !operation.path.includes('{')),
  );
  return { tried: fitting.slice(0, MOST_OPERATIONS), left: fitting.slice(MOST_OPERATIONS) };
}

/** The description with nothing but these operations, each under its whole path and none of the servers it names. */
export function documentOf(document: JsonRecord, operations: readonly ApiOperation[]): JsonRecord {
  const { servers: _servers, webhooks: _webhooks, paths: written, ...rest } = document;
  const paths: Record<string, JsonRecord> = {};
  for (const { path, method, pointer, operation, parameters } of operations) {
    const item = recordOf(recordOf(written)[String(pointer[1])]);
    const { servers: _own, ...raw } = recordOf(item[method.toLowerCase()]);
    const isReference = typeof item['$ref'] === 'string';
    paths[path] = {
      ...paths[path],
      ...(isReference || item['parameters'] === undefined ? {} : { parameters: item['parameters'] }),
      [method.toLowerCase()]: isReference ? { ...operation, parameters, servers: undefined } : raw,
    };
  }
  // It is required, and not everybody's document says it.
  return { info: { title: 'service', version: '1' }, ...rest, paths };
}
