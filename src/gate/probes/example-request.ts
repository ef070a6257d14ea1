import {
  type JsonRecord,
  isRecord,
  listOf,
  recordOf,
  type Resolve,
} from '../../domain/contract/openapi-document';
import type { ApiOperation } from '../facts/api-description';
import type { ProbeRequest } from '../facts/service';
import {
  isJsonType,
  parametersIn,
  type RequestBody,
  requestBodyOf,
  schemaOfParameter,
} from './operation-shape';
import { merged, valueOf, type ValueSetting } from './schema-value';

export interface ExampleSetting extends ValueSetting {
  /** Values of path parameters that are known to exist. */
  readonly path?: Readonly<Record<string, string>>;
  /** More query parameters than the required ones, or other values for them. */
  readonly query?: Readonly<Record<string, string>>;
  /** Headers of the caller. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A request that the spec calls valid: examples, defaults, first choices, formats; required parts only. The same for the
 * same setting. Null where its body is of a kind that cannot be made, such as an upload.
 */
export function exampleRequest(operation: ApiOperation, setting: ExampleSetting): ProbeRequest | null {
  const body = requestBodyOf(operation);
  const encoded = body === null ? {} : encodeBody(body, exampleBody(body, setting));
  if (encoded === null) return null;
  const headers = {
    ...Object.fromEntries(
      parametersIn(operation, 'header')
        .filter(
          (one) =>
            one['required'] === true && !/^(authorization|accept|content-type)$/i.test(String(one['name'])),
        )
        .map((one) => [String(one['name']).toLowerCase(), parameterText(one, setting)]),
    ),
    ...setting.headers,
    ...encoded.headers,
  };
  return {
    method: operation.method.toUpperCase(),
    path: `${examplePath(operation, setting)}${exampleQuery(operation, setting)}`,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(encoded.body === undefined ? {} : { body: encoded.body }),
  };
}

/** The path with its parameters filled in. */
function examplePath(operation: ApiOperation, setting: ExampleSetting): string {
  return operation.path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const known = setting.path?.[name];
    if (known !== undefined) return encodeURIComponent(known);
    const parameter = parametersIn(operation, 'path').find((one) => one['name'] === name);
    return encodeURIComponent(parameter === undefined ? '1' : parameterText(parameter, setting));
  });
}

/** The body that goes with it, before it is written down; undefined: the example of the spec has none. */
function exampleBody(body: RequestBody, setting: ValueSetting): unknown {
  const fromSchema = valueOf(body.schema, setting);
  // An example of the whole body serves once; later ones may have to differ.
  if (isRecord(body.example) && setting.variant === 0) return { ...body.example, ...setting.known };
  if (!isRecord(body.example) || !isRecord(fromSchema)) return fromSchema;
  return { ...fromSchema };
}

function encodeBody(
  body: RequestBody,
  value: unknown,
): { headers?: Record<string, string>; body?: unknown } | null {
  if (isJsonType(body.mediaType) || body.mediaType === '*/*') {
    return {
      body: typeof value === 'string' ? JSON.stringify(value) : value,
      // A merge patch and the like are refused as plain JSON.
      ...(body.mediaType === '*/*' || (body.mediaType === 'application/json' && typeof value !== 'string')
        ? {}
        : { headers: { 'content-type': body.mediaType } }),
    };
  }
  if (body.mediaType.startsWith('application/x-www-form-urlencoded')) {
    const pairs = Object.entries(recordOf(value)).map(([name, one]): [string, string] => [name, String(one)]);
    return {
      body: new URLSearchParams(pairs).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    };
  }
  return body.mediaType.startsWith('text/') && typeof value === 'string'
    ? { body: value, headers: { 'content-type': body.mediaType } }
    : null;
}

function exampleQuery(operation: ApiOperation, setting: ExampleSetting): string {
  const wanted = new URLSearchParams();
  for (const one of parametersIn(operation, 'query')) {
    const name = String(one['name']);
    if (one['required'] === true && setting.query?.[name] === undefined)
      wanted.set(name, parameterText(one, setting));
  }
  for (const [name, value] of Object.entries(setting.query ?? {})) wanted.set(name, value);
  const text = wanted.toString();
  return text === '' ? '' : `?${text}`;
}

function parameterText(parameter: JsonRecord, setting: ValueSetting): string {
  const given = parameter['example'] ?? recordOf(Object.values(recordOf(parameter['examples']))[0])['value'];
  const value = given ?? valueOf(schemaOfParameter(parameter), setting, String(parameter['name']));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Where a field of a body is: names of the objects on the way, and its own. */
export interface BodyField {
  readonly steps: readonly string[];
  readonly schema: JsonRecord;
  readonly required: boolean;
}

/** All fields of a body with plain values, objects opened up; arrays are left out. */
export function fieldsOf(
  schema: unknown,
  resolve: Resolve,
  steps: readonly string[] = [],
): readonly BodyField[] {
  if (steps.length > 3) return [];
  const at = merged(resolve(schema), resolve);
  const required = new Set(listOf(at['required']));
  return Object.entries(recordOf(at['properties'])).flatMap(([name, property]) => {
    const inner = merged(resolve(property), resolve);
    if (inner['readOnly'] === true) return [];
    const here = [...steps, name];
    return isRecord(inner['properties']) && Object.keys(inner['properties']).length > 0
      ? fieldsOf(inner, resolve, here)
      : [{ steps: here, schema: inner, required: required.has(name) }];
  });
}

/** A copy of a body with another value in one field, or without the field. */
export function withField(body: unknown, steps: readonly string[], value: unknown): unknown {
  const [name, ...rest] = steps;
  if (name === undefined || !(isRecord(body) || body === undefined)) return body;
  const copy: Record<string, unknown> = { ...body };
  const inner = rest.length === 0 ? value : withField(copy[name], rest, value);
  if (inner === undefined) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a copy of ours
    delete copy[name];
  } else copy[name] = inner;
  return copy;
}
