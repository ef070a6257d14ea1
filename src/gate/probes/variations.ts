import { isRecord } from '../../domain/contract/openapi-document';
import type { ApiOperation } from '../facts/api-description';
import type { ProbeRequest } from '../facts/service';
import type { Conversation } from './conversation';
import { exampleRequest, fieldsOf, withField } from './example-request';
import {
  isJsonType,
  parametersIn,
  pathParameterNames,
  requestBodyOf,
  schemaOfParameter,
} from './operation-shape';
import { merged, typeOf } from './schema-value';

/** What is wrong with a request. */
type Purpose =
  | 'valid'
  | 'unknown id'
  | 'malformed id'
  | 'malformed JSON'
  | 'missing field'
  | 'wrong type'
  | 'wrong content type'
  | 'too large'
  | 'no body'
  | 'bad query';

export interface Variation {
  readonly purpose: Purpose;
  readonly request: ProbeRequest;
}

const TOO_LARGE_BYTES = 1_200_000;

/** Requests for one operation, made from a valid one by spoiling one part of it. */
export function variationsOf(
  conversation: Conversation,
  operation: ApiOperation,
  valid: ProbeRequest,
  headers: Readonly<Record<string, string>>,
): readonly Variation[] {
  return [
    ...badIds(conversation, operation, valid, headers),
    ...badBodies(conversation, operation, valid),
    ...badQueries(conversation, operation, valid),
  ];
}

function badIds(
  { resolve, nextVariant }: Conversation,
  operation: ApiOperation,
  valid: ProbeRequest,
  headers: Readonly<Record<string, string>>,
): readonly Variation[] {
  const name = pathParameterNames(operation.path).at(-1);
  const parameter = parametersIn(operation, 'path').find((one) => one['name'] === name);
  if (name === undefined || parameter === undefined) return [];
  const schema = merged(resolve(schemaOfParameter(parameter)), resolve);
  if (schema['enum'] !== undefined) return [];
  const withId = (id: string | undefined): ProbeRequest | null => {
    const made = exampleRequest(operation, {
      resolve,
      // Far from any number an example had.
      variant: 90_000 + nextVariant(),
      headers,
      ...(id === undefined ? {} : { path: { [name]: id } }),
    });
    return made === null ? null : { ...valid, path: made.path };
  };
  const numeric =
    typeOf(schema) === 'integer' ||
    /^\^?\(?(?:\[[1-9]-9\])?\[?(?:0-9|\\d)/.test(
      typeof schema['pattern'] === 'string' ? schema['pattern'] : '',
    );
  const unknown = withId(numeric ? '987654321' : undefined);
  const malformed = withId('not~an~id');
  return [
    ...(unknown === null ? [] : [{ purpose: 'unknown id' as const, request: unknown }]),
    ...(malformed === null ? [] : [{ purpose: 'malformed id' as const, request: malformed }]),
  ];
}

function badBodies(
  { resolve }: Conversation,
  operation: ApiOperation,
  valid: ProbeRequest,
): readonly Variation[] {
  const body = requestBodyOf(operation);
  if (body === null || !isJsonType(body.mediaType)) return [];
  const json = { ...valid.headers, 'content-type': body.mediaType };
  const found: Variation[] = [
    { purpose: 'malformed JSON', request: { ...valid, headers: json, body: '{"broken": ' } },
    {
      purpose: 'wrong content type',
      request: { ...valid, headers: { ...valid.headers, 'content-type': 'text/plain' }, body: 'just text' },
    },
  ];
  if (!isRecord(valid.body)) return found;
  const fields = fieldsOf(body.schema, resolve);
  const required = fields.find((field) => field.required && field.steps.length === 1);
  if (required !== undefined) {
    found.push({
      purpose: 'missing field',
      request: { ...valid, body: withField(valid.body, required.steps, undefined) },
    });
  }
  const typed = fields.find(({ schema }) =>
    ['integer', 'number', 'array', 'object'].includes(typeOf(schema)),
  );
  const field = typed ?? fields.find(({ schema }) => typeOf(schema) === 'string');
  if (field !== undefined) {
    const wrong = typed === undefined ? { not: 'a text' } : 'not of the type asked for';
    found.push({
      purpose: 'wrong type',
      request: { ...valid, body: withField(valid.body, field.steps, wrong) },
    });
  }
  const text = fields.find(({ schema }) => typeOf(schema) === 'string');
  found.push({
    purpose: 'too large',
    request: {
      ...valid,
      body: withField(valid.body, text?.steps ?? ['padding'], 'x'.repeat(TOO_LARGE_BYTES)),
    },
  });
  return found;
}

function badQueries(
  { resolve }: Conversation,
  operation: ApiOperation,
  valid: ProbeRequest,
): readonly Variation[] {
  const wrong = parametersIn(operation, 'query').find((one) => {
    const schema = merged(resolve(schemaOfParameter(one)), resolve);
    return (
      ['integer', 'number', 'boolean'].includes(typeOf(schema)) ||
      schema['format'] === 'uuid' ||
      schema['format'] === 'date'
    );
  });
  if (wrong === undefined) return [];
  const [path, query] = valid.path.split('?');
  const asked = new URLSearchParams(query);
  asked.set(String(wrong['name']), 'not~a~value');
  return [{ purpose: 'bad query', request: { ...valid, path: `${path ?? ''}?${asked.toString()}` } }];
}
