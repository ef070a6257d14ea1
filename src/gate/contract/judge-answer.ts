import type { ContractExchange, ContractMismatch } from '../../domain/contract/contract-test-report';
import { recordOf } from '../../domain/contract/openapi-document';
import { redactSecrets } from '../../process/redact';
import type { ApiOperation } from '../facts/api-description';
import { exchangeEvidence, type Exchange } from '../probes/exchange';
import { contentOf, declaredResponse, isJsonType, parseJson } from '../probes/operation-shape';
import { UnusableSchema, shown, type BodyCheck, type ValueMismatch } from './body-mismatches';

/** How an answer differs from what the contract says of its operation: status, content type, headers, body. */
export function judgeAnswer(
  operation: ApiOperation,
  exchange: Exchange,
  check: BodyCheck,
): readonly ValueMismatch[] {
  const { response, fault } = exchange;
  if (response === null) return [{ pointer: 'status', expected: 'an answer', got: fault ?? 'none' }];
  const { status, headers, body } = response;
  const declared = declaredResponse(operation, status);
  if (declared === null) {
    if (status === 429) return [];
    const statuses = Object.keys(recordOf(operation.operation['responses'])).filter(
      (name) => !name.startsWith('x-'),
    );
    return [{ pointer: 'status', expected: oneOf(statuses), got: String(status) }];
  }
  return [
    ...notServed(operation, status),
    ...headerMismatches(recordOf(declared['headers']), headers, check),
    ...(exchange.request.method.toUpperCase() === 'HEAD' || status === 204 || status === 304
      ? []
      : bodyMismatches(contentOf(declared), status, headers['content-type'] ?? '', body, check)),
  ];
}

/** A path without parameters names nothing that could be missing. */
function notServed({ path }: ApiOperation, status: number): ValueMismatch[] {
  if (path.includes('{') || ![404, 405, 501].includes(status)) return [];
  return [{ pointer: 'status', expected: 'an answer of the operation', got: String(status) }];
}

function headerMismatches(
  declared: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>>,
  check: BodyCheck,
): ValueMismatch[] {
  return Object.entries(declared).flatMap(([name, value]): ValueMismatch[] => {
    const header = recordOf(value);
    const given = headers[name.toLowerCase()];
    const pointer = `header ${name}`.slice(0, 500);
    if (given === undefined) {
      return header['required'] === true ? [{ pointer, expected: 'the header', got: 'nothing' }] : [];
    }
    const schema = header['schema'];
    if (schema === undefined) return [];
    const type = recordOf(schema)['type'];
    const isNumber = type === 'integer' || type === 'number';
    const read =
      isNumber && given.trim() !== '' ? Number(given) : type === 'boolean' ? given === 'true' : given;
    if (typeof read === 'number' && Number.isNaN(read))
      return [{ pointer, expected: String(type), got: shown(given) }];
    if (type === 'array' || type === 'object') return [];
    return guarded(() => check(schema, read)).map((mismatch) => ({ ...mismatch, pointer }));
  });
}

function bodyMismatches(
  content: ReturnType<typeof contentOf>,
  status: number,
  contentType: string,
  body: string,
  check: BodyCheck,
): readonly ValueMismatch[] {
  if (content.length === 0) {
    // Of refusals many specs say only that they are made.
    return body === '' || status >= 300 ? [] : [{ pointer: '', expected: 'no body', got: shown(body) }];
  }
  const given = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const media = content.find(([type]) => speaks(type, given));
  if (media === undefined) {
    const got = given === '' ? 'nothing' : given;
    return [{ pointer: 'content-type', expected: oneOf(content.map(([type]) => type)), got }];
  }
  const [, schema] = media;
  if (schema === undefined || !isJsonType(given)) return [];
  const value = parseJson(body);
  if (value === undefined) return [{ pointer: '', expected: 'JSON', got: shown(body) }];
  return guarded(() => check(schema, value));
}

function speaks(declared: string, given: string): boolean {
  const wanted = declared.split(';')[0]?.trim().toLowerCase() ?? '';
  if (wanted === given || wanted === '*/*') return true;
  return wanted.endsWith('/*') && given.startsWith(wanted.slice(0, -1));
}

function guarded(judge: () => readonly ValueMismatch[]): readonly ValueMismatch[] {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof UnusableSchema)) throw error;
    return [{ pointer: '', expected: 'a schema that can be used', got: error.message }];
  }
}

const oneOf = (names: readonly string[]): string =>
  (names.length === 1 ? (names[0] ?? '') : `one of ${names.join(', ')}`).slice(0, 500);

/** An exchange as the report keeps it. */
export function recordExchange(
  about: { readonly operation: string; readonly from: string },
  exchange: Exchange,
  mismatches: readonly ValueMismatch[],
): ContractExchange {
  const evidence = exchangeEvidence(exchange);
  const operation = about.operation.slice(0, 500);
  return {
    operation,
    from: about.from.slice(0, 300),
    request: evidence.kind === 'exchange' ? evidence.request : '',
    response: evidence.kind === 'exchange' ? evidence.response : '',
    status: exchange.response?.status ?? null,
    mismatches: mismatches.slice(0, 100).map(({ pointer, expected, got }): ContractMismatch => ({
      operation,
      pointer,
      expected: redactSecrets(expected).slice(0, 500),
      got: redactSecrets(got).slice(0, 500),
    })),
  };
}
