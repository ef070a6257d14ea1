import type { Inspection } from '../inspection';
import type { ProbeRequest } from '../facts/service';
import { isRecord } from '../../domain/contract/openapi-document';
import {
  type Canary,
  CANARIES,
  CANARY_CARD,
  CANARY_COOKIE,
  CANARY_EMAIL,
  CANARY_PASSWORD,
  CANARY_TOKEN,
} from './canaries';
import type { Conversation } from './conversation';
import { fieldsOf, withField } from './example-request';
import type { Exchange } from './exchange';
import { callOf, graphqlRequest, readGraphqlSchema, rootFields } from './graphql-request';
import { isHousekeeping, isSignInLike, parametersIn, requestBodyOf } from './operation-shape';
import { EXAMPLE_PASSWORD, merged, typeOf } from './schema-value';
import { inTurn } from './turns';

/** Requests with secrets in them, their answers, and what the service wrote about them. */
export interface CanaryTraffic {
  readonly exchanges: readonly Exchange[];
  readonly log: string;
  readonly canaries: readonly Canary[];
}

const MOST_OPERATIONS = 25;
const MOST_OF_SIGN_IN = 3;
/** Lines may be written after the answer. */
const LOG_WAIT_MS = 1000;
const LOG_STEP_MS = 40;

const known = new WeakMap<Inspection, Promise<CanaryTraffic>>();

export function canaryTrafficOf(inspection: Inspection): Promise<CanaryTraffic> {
  const found = known.get(inspection) ?? inTurn(inspection, makeCanaryTraffic);
  known.set(inspection, found);
  return found;
}

/** Sends a canary wherever the service takes something sensitive, and in the headers of every request. */
export async function makeCanaryTraffic(conversation: Conversation): Promise<CanaryTraffic> {
  const { first } = await conversation.callers();
  const exchanges: Exchange[] = [];
  for (const { operation, purpose, request } of await requestsOf(conversation)) {
    const id = `kanarie-request-${String(exchanges.length).padStart(4, '0')}`;
    const headers = {
      cookie: `session=${CANARY_COOKIE}`,
      authorization: `Bearer ${CANARY_TOKEN}`,
      ...request.headers,
      'x-request-id': id,
    };
    exchanges.push(await conversation.send(operation, purpose, { ...request, headers }));
  }
  const last = exchanges.at(-1)?.request.headers?.['x-request-id'] ?? '';
  for (let waited = 0; waited < LOG_WAIT_MS; waited += LOG_STEP_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOG_STEP_MS));
    if (conversation.service.log().includes(last) || waited > LOG_WAIT_MS / 3) break;
  }
  return {
    exchanges,
    log: conversation.service.log(),
    canaries: [
      ...CANARIES,
      { kind: 'password', value: EXAMPLE_PASSWORD },
      ...((first?.token ?? '').length < 12 ? [] : [{ kind: 'token' as const, value: first?.token ?? '' }]),
    ],
  };
}

interface Prepared {
  readonly operation: Exchange['operation'];
  readonly purpose: string;
  readonly request: ProbeRequest;
}

async function requestsOf(conversation: Conversation): Promise<readonly Prepared[]> {
  if (conversation.schema !== null) return graphqlRequests(conversation);
  const prepared: Prepared[] = [];
  let signIns = 0;
  for (const operation of conversation.operations.slice(0, MOST_OPERATIONS)) {
    if (isHousekeeping(operation)) continue;
    if (isSignInLike(operation) && (signIns += 1) > MOST_OF_SIGN_IN) continue;
    const valid = await conversation.valid(operation, { query: sensitiveQuery(operation) });
    if (valid === null) continue;
    const request = withCanaries(conversation, operation, valid);
    prepared.push({ operation, purpose: 'valid', request });
    // Without its own caller it is the canary of the headers that asks.
    if (operation.secured) {
      const { authorization: _a, cookie: _c, ...headers } = request.headers ?? {};
      prepared.push({ operation, purpose: 'a foreign token', request: { ...request, headers } });
    }
    if (isRecord(request.body)) {
      const [spoilt] = fieldsOf(requestBodyOf(operation)?.schema, conversation.resolve).filter(
        ({ steps, required }) => required && !isSensitive(steps.at(-1) ?? ''),
      );
      if (spoilt !== undefined)
        prepared.push({
          operation,
          purpose: 'a field of another type',
          request: { ...request, body: withField(request.body, spoilt.steps, { not: 'this' }) },
        });
    }
  }
  prepared.push({
    operation: null,
    purpose: 'unknown path',
    request: { method: 'GET', path: '/no-such-path-0b5e7a' },
  });
  return prepared;
}

function graphqlRequests(conversation: Conversation): readonly Prepared[] {
  const logIn = rootFields(readGraphqlSchema(conversation), 'mutation').find(({ name }) =>
    /log-?in|sign-?(?:in|up)|regist/i.test(name),
  );
  const plain = graphqlRequest(conversation, '{ __typename }');
  const { authorization: _, ...headers } = plain.headers ?? {};
  return [
    { operation: null, purpose: 'valid', request: { ...plain, headers } },
    {
      operation: null,
      purpose: 'a document that cannot be parsed',
      request: { ...plain, body: { query: '{ __typename ' } },
    },
    ...(logIn === undefined
      ? []
      : [
          {
            operation: null,
            purpose: 'a log-in',
            request: graphqlRequest(
              conversation,
              `mutation { ${callOf(logIn).replace(EXAMPLE_PASSWORD, CANARY_PASSWORD)} }`,
            ),
          },
        ]),
  ];
}

const VALUES: readonly (readonly [RegExp, string])[] = [
  [/passw|passphrase|^pwd$|^pin$/i, CANARY_PASSWORD],
  [/card_?(?:number|no)|^pan$|credit_?card|iban/i, CANARY_CARD],
  [/token|secret|api_?key|credential/i, CANARY_TOKEN],
  [/e-?mail/i, CANARY_EMAIL],
];

const isSensitive = (name: string): boolean => VALUES.some(([pattern]) => pattern.test(name));

/** The request with canaries in its sensitive fields, and beside them where the body may have more. */
function withCanaries(
  conversation: Conversation,
  operation: NonNullable<Exchange['operation']>,
  valid: ProbeRequest,
): ProbeRequest {
  const schema = requestBodyOf(operation)?.schema;
  if (schema === undefined || !isRecord(valid.body)) return valid;
  const { resolve } = conversation;
  let body: unknown = valid.body;
  for (const { steps, schema: field } of fieldsOf(schema, resolve)) {
    const value = VALUES.find(([pattern]) => pattern.test(steps.at(-1) ?? ''))?.[1];
    const fits =
      typeOf(field) === 'string' &&
      (typeof field['pattern'] !== 'string' || new RegExp(field['pattern']).test(value ?? ''));
    const short = value !== undefined && value.length > Number(field['maxLength'] ?? 10_000);
    if (value !== undefined && fits && !short && field['enum'] === undefined)
      body = withField(body, steps, value);
  }
  if (merged(resolve(schema), resolve)['additionalProperties'] !== false && isRecord(body)) {
    body = { password: CANARY_PASSWORD, cardNumber: CANARY_CARD, accessToken: CANARY_TOKEN, ...body };
  }
  return { ...valid, body };
}

function sensitiveQuery(operation: NonNullable<Exchange['operation']>): Record<string, string> {
  const names = parametersIn(operation, 'query').map((one) => String(one['name']));
  return Object.fromEntries(
    names
      .filter(
        (name) =>
          /^(?:access_?)?token$|passw|secret|api_?key/i.test(name) && !/page|next|continuation/i.test(name),
      )
      .map((name) => [name, CANARY_TOKEN]),
  );
}
