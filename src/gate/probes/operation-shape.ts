import { type JsonRecord, isRecord, listOf, recordOf } from '../../domain/contract/openapi-document';
import type { ApiOperation } from '../facts/api-description';

/** Body of an operation: its first JSON media type, or else its first one. */
export interface RequestBody {
  readonly mediaType: string;
  readonly schema: unknown;
  readonly example: unknown;
  readonly required: boolean;
}

/** What an operation takes as its body; null where it takes none. */
export function requestBodyOf({ operation, parameters }: ApiOperation): RequestBody | null {
  const body = recordOf(operation['requestBody']);
  const content = Object.entries(recordOf(body['content']));
  const [mediaType, media] = content.find(([type]) => isJsonType(type)) ?? content[0] ?? [];
  if (mediaType !== undefined) {
    const { schema, example, examples } = recordOf(media);
    const first = recordOf(Object.values(recordOf(examples))[0])['value'];
    return { mediaType, schema, example: example ?? first, required: body['required'] === true };
  }
  // Swagger 2.0.
  const parameter = parameters.find((one) => one['in'] === 'body');
  if (parameter === undefined) return null;
  return {
    mediaType: 'application/json',
    schema: parameter['schema'],
    example: undefined,
    required: parameter['required'] === true,
  };
}

export function isJsonType(type: string): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\b/i.test(type.trim());
}

/** Names of the path's parameters, in the order of the path. */
export function pathParameterNames(path: string): readonly string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? '');
}

export function parametersIn(
  operation: ApiOperation,
  place: 'query' | 'path' | 'header' | 'cookie',
): readonly JsonRecord[] {
  return operation.parameters.filter((one) => one['in'] === place);
}

/** Schema of a parameter, in OpenAPI 3 or Swagger 2.0. */
export function schemaOfParameter(parameter: JsonRecord): JsonRecord {
  const { schema, content } = parameter;
  if (isRecord(schema)) return schema;
  const media = recordOf(Object.values(recordOf(content))[0]);
  return isRecord(media['schema']) ? media['schema'] : parameter;
}

/** The response object that speaks of a status: the status itself, its class, or the default; null: undeclared. */
export function declaredResponse({ operation }: ApiOperation, status: number): JsonRecord | null {
  const responses = recordOf(operation['responses']);
  const range = `${String(status)[0] ?? ''}XX`;
  for (const name of [String(status), range, range.toLowerCase(), 'default']) {
    if (Object.hasOwn(responses, name)) return recordOf(responses[name]);
  }
  return null;
}

/** Media types with their schemas of a response object. */
export function contentOf(response: JsonRecord): readonly (readonly [string, unknown])[] {
  const content = Object.entries(recordOf(response['content']));
  if (content.length > 0) return content.map(([type, media]) => [type, recordOf(media)['schema']] as const);
  return response['schema'] === undefined ? [] : [['application/json', response['schema']]];
}

/** Schema of the successful answer. */
export function successSchema(operation: ApiOperation): unknown {
  const responses = recordOf(operation.operation['responses']);
  const name = Object.keys(responses).find((status) => status.startsWith('2'));
  return name === undefined ? undefined : contentOf(recordOf(responses[name]))[0]?.[1];
}

/** Whether an operation is about being alive, its own documentation or its figures. */
export function isHousekeeping({ id, path }: ApiOperation): boolean {
  return !path.includes('{') && [path, id].some((text) => HOUSEKEEPING.test(text));
}

const HOUSEKEEPING =
  /(?:^|[/_-])(?:health\w*|healthz?|live\w*|ready\w*|readiness|ping|status|metrics|version|docs|openapi[\w.]*|swagger[\w.-]*|favicon\.ico|robots\.txt|\.well-known)(?:$|[/_-])|health/i;

/** Whether an operation belongs to signing in and out, which callers do before they are known. */
export function isSignInLike({ id, path }: ApiOperation): boolean {
  return /log-?in|log-?out|sign-?(?:in|up|out)|regist(?:er|ration)|oauth|o?auth(?:\/|$)|authenticate|token|session|refresh|callback|password-?(?:reset|forgot)|(?:forgot|reset)-?password|verify-?email|webhook|\/auth\//i.test(
    `${id} ${path}`,
  );
}

const ROW_NAMES = [
  'data',
  'items',
  'results',
  'content',
  'rows',
  'records',
  'edges',
  'list',
  'entries',
  'values',
];

/** The rows in the body of a list; null where there is no array. */
export function rowsIn(body: unknown, depth = 0): readonly unknown[] | null {
  if (Array.isArray(body)) return body as unknown[];
  if (!isRecord(body) || depth > 2) return null;
  const named = ROW_NAMES.find((name) => Array.isArray(body[name]));
  if (named !== undefined) return listOf(body[named]);
  const arrays = Object.values(body).filter((value) => Array.isArray(value));
  if (arrays.length === 1) return listOf(arrays[0]);
  for (const name of [...ROW_NAMES, '_embedded', 'page', 'response']) {
    const inner = isRecord(body[name]) ? rowsIn(body[name], depth + 1) : null;
    if (inner !== null) return inner;
  }
  return null;
}

/** Parsed JSON, or undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** `GET /v1/orders`, as findings name an operation. */
export const nameOf = (operation: ApiOperation): string =>
  `${operation.method.toUpperCase()} ${operation.path}`;
