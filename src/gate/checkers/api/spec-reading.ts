import { isRecord, listOf, recordOf, type JsonRecord } from '../../../domain/contract/openapi-document';
import type { ApiOperation } from '../../facts/api-description';

/** One declared response; `status` is a code, a range such as `4XX`, or `default`. */
interface DeclaredResponse {
  readonly status: string;
  readonly response: JsonRecord;
}

export function responsesOf({ operation }: Pick<ApiOperation, 'operation'>): DeclaredResponse[] {
  return Object.entries(recordOf(operation['responses']))
    .filter(([status]) => !status.startsWith('x-'))
    .map(([status, response]) => ({ status: status.toUpperCase(), response: recordOf(response) }));
}

export const isSuccess = ({ status }: DeclaredResponse): boolean => status.startsWith('2');
export const isError = ({ status }: DeclaredResponse): boolean => /^[45]|^DEFAULT$/.test(status);

/** Media types and their schemas; null where a media type has none. */
export function contentOf(body: JsonRecord): { readonly type: string; readonly schema: JsonRecord | null }[] {
  return Object.entries(recordOf(body['content'])).map(([type, media]) => ({
    type: type.split(';')[0]?.trim().toLowerCase() ?? type,
    schema: isRecord(recordOf(media)['schema']) ? recordOf(recordOf(media)['schema']) : null,
  }));
}

export const isJson = (type: string): boolean => /json|^\*\/\*$/.test(type);

const MOST_PARTS = 20;

/** The alternatives of a schema that are not null, with the parts of `allOf` merged. */
export function alternativesOf(schema: JsonRecord, depth = 0): JsonRecord[] {
  const options = [...listOf(schema['oneOf']), ...listOf(schema['anyOf'])].filter(isRecord);
  if (options.length > 0 && depth < 3) {
    return options
      .filter((option) => option['type'] !== 'null')
      .flatMap((option) => alternativesOf(option, depth + 1));
  }
  return [mergeParts(schema, 0)];
}

function mergeParts(schema: JsonRecord, depth: number): JsonRecord {
  const parts = listOf(schema['allOf']).filter(isRecord).slice(0, MOST_PARTS);
  if (parts.length === 0 || depth > 3) return schema;
  const merged = [...parts.map((part) => mergeParts(part, depth + 1)), schema];
  return {
    ...Object.fromEntries(merged.flatMap((part) => Object.entries(part))),
    properties: Object.fromEntries(merged.flatMap((part) => Object.entries(recordOf(part['properties'])))),
    required: merged.flatMap((part) => listOf(part['required'])),
  };
}

/** The type of a schema, without null. */
export function typeOf(schema: JsonRecord): string | null {
  const { type } = schema;
  const named = Array.isArray(type) ? (type as unknown[]).find((entry) => entry !== 'null') : type;
  if (typeof named === 'string') return named;
  if (isRecord(schema['properties'])) return 'object';
  return isRecord(schema['items']) ? 'array' : null;
}

const OPERATIONAL =
  /^(?:health[\w-]*|ready|readyz|readiness|live|livez|liveness|alive|ping|up|status|metrics|prometheus|version|info|actuator|docs?|redoc|swagger[\w.-]*|openapi[\w.-]*|api-docs|favicon\.ico|robots\.txt|\.well-known)$/i;
/** Under another name: `/orders/health`. */
const PROBES = /^(?:health|ready|live)/i;
const PREFIX = /^(?:api|rest|v\d[\w.]*|_)$/i;

/** Paths for those who run the service rather than for its clients: health, metrics, documents. */
export function isOperational({ path }: Pick<ApiOperation, 'path'>): boolean {
  const [first = '', ...rest] = segmentsOf(path).filter((segment) => !PREFIX.test(segment));
  if (/^(?:actuator|docs|\.well-known)$/i.test(first)) return true;
  if (rest.some(isTemplate) || isTemplate(first)) return false;
  return first === '' || OPERATIONAL.test(first) || (rest.length === 1 && PROBES.test(rest[0] ?? ''));
}

export const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

export const isTemplate = (segment: string): boolean => segment.includes('{');

export const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
