import type { GateChecker } from '../../checker';
import { CannotTell } from '../../checker';
import type { ApiOperation } from '../../facts/api-description';
import { isRecord, type JsonRecord } from '../../../domain/contract/openapi-document';
import { type Exchange, type ProbeFinding, textOf } from '../../probes/exchange';
import { graphqlErrorShapes } from '../../probes/graphql-probes';
import { leakIn } from '../../probes/leaks';
import { contentOf, declaredResponse, isJsonType, nameOf, parseJson } from '../../probes/operation-shape';
import { converseWithPlanted } from '../../probes/planted-service';
import { createSchemaCheck, type SchemaCheck } from '../../probes/schema-check';
import { makeTraffic, type Traffic, trafficOf } from '../../probes/traffic';
import { inTurn } from '../../probes/turns';
import { probeAnswer } from '../../probes/verdict';
import { PLANTED_API } from './planted-api';
import { readsService } from './reads';

/** Item 4 at run time: every error body is of the documented type and shape, or at least all are of one. */
export const ERROR_RESPONSES: GateChecker = {
  name: 'error-responses-probe',
  version: '1',
  subjects: ['error-responses'],
  scope: 'objective',
  reads: readsService,
  control: async () => {
    const problem = { title: 'No', status: 404 };
    const planted = converseWithPlanted(PLANTED_API, ({ path }) =>
      path.startsWith('/no-such')
        ? { status: 404, body: '<pre>Cannot GET</pre>', headers: { 'content-type': 'text/html' } }
        : { status: 404, body: problem, headers: { 'content-type': 'application/problem+json' } },
    );
    const keys = judge(await makeTraffic(planted), PLANTED_API).map(({ key }) => key);
    return keys.length === 1 && keys[0] === 'type:unknown path';
  },
  check: async (inspection) => {
    const api = await inspection.api();
    if (api.kind === 'graphql') {
      return [await inTurn(inspection, (conversation) => graphqlErrorShapes(conversation))];
    }
    const traffic = await trafficOf(inspection);
    const errors = errorsIn(traffic);
    if (errors.length === 0) throw new CannotTell('no request of the probes was answered with an error');
    const kinds = new Set(errors.map(({ purpose }) => purpose)).size;
    return [
      probeAnswer(
        'error-responses',
        judge(traffic, api.document),
        `${errors.length} error responses of ${kinds} kinds are of one documented type and shape`,
        {
          shown: errors.filter(
            (one, at) => errors.findIndex(({ purpose }) => purpose === one.purpose) === at,
          ),
        },
      ),
    ];
  },
};

type Answered = Exchange & { readonly response: NonNullable<Exchange['response']> };

function errorsIn({ exchanges }: Traffic): readonly Answered[] {
  return exchanges.filter(
    (one): one is Answered =>
      one.response !== null && one.response.status >= 400 && one.request.method !== 'HEAD',
  );
}

/** Error bodies that are not what the spec says, or not what the others are. */
export function judge(traffic: Traffic, document: JsonRecord): ProbeFinding[] {
  const check = createSchemaCheck(document);
  const errors = errorsIn(traffic);
  const documented = documentedErrors(traffic.operations);
  const findings: ProbeFinding[] = [];
  const loose: Answered[] = [];
  const fitting: Answered[] = [];
  for (const exchange of errors) {
    const leak = leakIn(exchange.response.body, textOf(exchange.request.body));
    if (leak !== null)
      findings.push({
        key: `leak:${leak}:${placeOf(exchange)}`,
        text: `${placeOf(exchange)} shows ${leak} in the body of a ${exchange.response.status}.`,
        exchange,
      });
    const content = documentedContent(exchange);
    if (content === null) {
      loose.push(exchange);
      continue;
    }
    const fault = faultAgainst(exchange, content, check);
    if (fault === null) fitting.push(exchange);
    else findings.push(fault);
  }
  findings.push(...judgeLoose(loose, fitting, documented, check));
  return findings;
}

/** What the spec documents for this very status; null: nothing. */
function documentedContent({
  operation,
  response,
}: Answered): readonly (readonly [string, unknown])[] | null {
  const declared = operation === null ? null : declaredResponse(operation, response.status);
  const content = declared === null ? [] : contentOf(declared);
  return content.length === 0 ? null : content;
}

function faultAgainst(
  exchange: Answered,
  content: readonly (readonly [string, unknown])[],
  check: SchemaCheck,
): ProbeFinding | null {
  const type = typeOfBody(exchange);
  const where = placeOf(exchange);
  const status = exchange.response.status;
  const media = content.find(([name]) => mediaMatches(name, type));
  if (media === undefined) {
    return {
      key: `type:${where}:${status}`,
      text: `${where} answers ${status} as ${type || 'nothing'}, the spec says ${content.map(([name]) => name).join(' or ')} (${exchange.purpose}).`,
      exchange,
    };
  }
  if (!isJsonType(type) || media[1] === undefined) return null;
  const body = parseJson(exchange.response.body);
  const fault = body === undefined ? 'the body is no JSON' : check(media[1], body);
  return fault === null
    ? null
    : {
        key: `shape:${where}:${status}`,
        text: `${where} answers ${status} in another shape than documented: ${fault} (${exchange.purpose}).`,
        exchange,
      };
}

/** Errors the spec says nothing of: they have to look like those it documents, or else like each other. */
function judgeLoose(
  loose: readonly Answered[],
  fitting: readonly Answered[],
  documented: readonly (readonly [string, unknown])[],
  check: SchemaCheck,
): ProbeFinding[] {
  const model = fitting.length > 0 ? fitting : loose;
  // Bodies of a server that knows no JSON are the shape where nothing is documented; a JSON API has JSON errors.
  const models = model.filter((one) => isJsonType(typeOfBody(one)));
  const usual = mostCommon(models.map(shapeOf));
  return loose.flatMap((exchange) => {
    const type = typeOfBody(exchange);
    if (!isJsonType(type)) {
      return [
        {
          key: `type:${placeOf(exchange)}`,
          text: `${placeOf(exchange)} is answered with ${exchange.response.status} as ${type || 'an empty body'}, not in the JSON shape of other errors.`,
          exchange,
        },
      ];
    }
    const body = parseJson(exchange.response.body);
    const fitsOne = documented.some(
      ([name, schema]) => mediaMatches(name, type) && schema !== undefined && check(schema, body) === null,
    );
    if (
      fitsOne ||
      models.some((one) => one !== exchange && fitting.includes(one) && sameShape(one, exchange))
    )
      return [];
    if (documented.length === 0 && (usual === null || shapesAgree(usual, shapeOf(exchange)))) return [];
    return [
      {
        key: `shape:${placeOf(exchange)}`,
        text: `${placeOf(exchange)} is answered with ${exchange.response.status} in another shape than other errors: ${shapeOf(exchange)}.`,
        exchange,
      },
    ];
  });
}

/** Media types and schemas of all documented errors, each once. */
function documentedErrors(operations: readonly ApiOperation[]): readonly (readonly [string, unknown])[] {
  const all = operations.flatMap(({ operation }) =>
    Object.entries((operation['responses'] ?? {}) as JsonRecord)
      .filter(([status]) => /^[45]|^default$/.test(status))
      .flatMap(([, response]) => (isRecord(response) ? contentOf(response) : [])),
  );
  const spelled = all.map((one) => safeText(one));
  return all.filter((_, at) => spelled.indexOf(spelled[at] ?? '') === at);
}

function safeText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return ''; // circular
  }
}

function mediaMatches(documented: string, type: string): boolean {
  const plain = documented.split(';')[0]?.trim().toLowerCase() ?? '';
  return plain === type || plain === '*/*' || (plain.endsWith('/*') && type.startsWith(plain.slice(0, -1)));
}

const typeOfBody = ({ response }: Answered): string =>
  response.body === ''
    ? ''
    : (response.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? 'no type');

/** Content type and keys: `application/json {error, message}`. */
function shapeOf(exchange: Answered): string {
  const body = parseJson(exchange.response.body);
  const keys = isRecord(body) ? Object.keys(body).sort().join(', ') : typeof body;
  return `${typeOfBody(exchange)} {${keys}}`;
}

const sameShape = (a: Answered, b: Answered): boolean => shapesAgree(shapeOf(a), shapeOf(b));

/** The same type, and all keys of one are among those of the other. */
function shapesAgree(a: string, b: string): boolean {
  const [typeA, keysA] = split(a);
  const [typeB, keysB] = split(b);
  const [few, many] = keysA.length <= keysB.length ? [keysA, keysB] : [keysB, keysA];
  return typeA === typeB && few.every((key) => many.includes(key));
}

function split(shape: string): readonly [string, readonly string[]] {
  const at = shape.indexOf(' {');
  return [shape.slice(0, at), shape.slice(at + 2, -1).split(', ')];
}

function mostCommon(values: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/** The operation, or what was wrong with the request. */
const placeOf = ({ operation, purpose }: Exchange): string =>
  operation === null ? purpose : nameOf(operation);
