import { isRecord, listOf, recordOf, type JsonRecord } from '../../../domain/contract/openapi-document';
import { createRefResolver } from './resolve-refs';
import { basePathOf } from './base-path';
import type { ApiOperation } from '../api-description';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;
const MOST_OPERATIONS = 5_000;

/** The operations of an OpenAPI 3 document, in its order. */
export function listOperations(document: JsonRecord, configuredBase: string | null): ApiOperation[] {
  const resolve = createRefResolver(document);
  const paths = Object.entries(recordOf(document['paths'])).filter(([path]) => path.startsWith('/'));
  const isBaseWritten =
    configuredBase === null || paths.some(([path]) => isUnder(path, trimSlash(configuredBase)));
  return paths
    .flatMap(([path, rawItem]) => {
      const item = recordOf(resolveTop(resolve, rawItem));
      return METHODS.filter((method) => isRecord(item[method])).map((method): ApiOperation => {
        const operation = recordOf(resolve(item[method]));
        const servers = [operation, item, document].map((at) => listOf(at['servers'])).find(isFilled);
        const base = basePathOf(servers ?? []);
        const id = operation['operationId'];
        return {
          id: typeof id === 'string' && id !== '' ? id : `${method.toUpperCase()} ${path}`,
          method: method.toUpperCase(),
          path: `${base === '' && !isBaseWritten ? trimSlash(configuredBase) : base}${path}`,
          pointer: ['paths', path, method],
          operation,
          parameters: parametersOf(listOf(resolve(item['parameters'])), listOf(operation['parameters'])),
          secured: isSecured(operation['security'] ?? document['security']),
        };
      });
    })
    .slice(0, MOST_OPERATIONS);
}

/** A path item may itself be a reference; its operations are resolved one by one. */
function resolveTop(resolve: (value: unknown) => unknown, item: unknown): unknown {
  return typeof recordOf(item)['$ref'] === 'string' ? resolve(item) : item;
}

const isFilled = (list: readonly unknown[]): boolean => list.length > 0;

const trimSlash = (path: string): string => path.replace(/\/+$/, '');

const isUnder = (path: string, base: string): boolean => path === base || path.startsWith(`${base}/`);

function parametersOf(shared: readonly unknown[], own: readonly unknown[]): JsonRecord[] {
  const byName = new Map<string, JsonRecord>();
  for (const parameter of [...shared, ...own].filter(isRecord)) {
    byName.set(`${String(parameter['in'])} ${String(parameter['name'])}`, parameter);
  }
  return [...byName.values()];
}

/** An empty requirement among others makes a caller optional. */
function isSecured(security: unknown): boolean {
  const requirements = listOf(security);
  return requirements.length > 0 && requirements.every((entry) => Object.keys(recordOf(entry)).length > 0);
}
