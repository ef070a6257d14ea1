import type { ContractExpectation, ContractExpectations } from '../../domain/contract/contract-expectations';
import type { ContractExchange } from '../../domain/contract/contract-test-report';
import { isRecord } from '../../domain/contract/openapi-document';
import type { ApiOperation } from '../facts/api-description';
import { matchOperation } from '../facts/api/match-operation';
import type { Conversation } from '../probes/conversation';
import type { Exchange } from '../probes/exchange';
import type { Caller } from '../probes/log-in';
import { nameOf, parseJson } from '../probes/operation-shape';
import {
  type BodyCheck,
  shown,
  subsetMismatches,
  UnusableSchema,
  type ValueMismatch,
} from './body-mismatches';
import { judgeAnswer, recordExchange } from './judge-answer';

/** Asks what consumers ask, and holds the answers against what they expect and against the contract. */
export async function exerciseExpectations(
  conversation: Conversation,
  files: readonly ContractExpectations[],
  check: BodyCheck,
): Promise<{ readonly exchanges: readonly ContractExchange[]; readonly notExecuted: readonly string[] }> {
  const exchanges: ContractExchange[] = [];
  const notExecuted: string[] = [];
  for (const { consumer, expectations } of files) {
    for (const expectation of expectations) {
      const from = `${consumer}: ${expectation.name}`;
      if (!conversation.service.isAlive()) {
        notExecuted.push(`${from}: the service had ended`);
        continue;
      }
      const asked = await askFor(conversation, expectation);
      if (asked.kind === 'not-executed') {
        notExecuted.push(`${from}: ${asked.reason}`.slice(0, 500));
        continue;
      }
      const { operation, exchange } = asked;
      const mismatches = [
        ...unmet(expectation, exchange, check),
        ...(operation === null ? outside(conversation) : judgeAnswer(operation, exchange, check)),
      ];
      const name =
        operation === null ? `${expectation.request.method} ${expectation.request.path}` : nameOf(operation);
      exchanges.push(recordExchange({ operation: `${name} (${from})`, from }, exchange, mismatches));
    }
  }
  return { exchanges, notExecuted };
}

type Asked =
  | { readonly kind: 'asked'; readonly operation: ApiOperation | null; readonly exchange: Exchange }
  | { readonly kind: 'not-executed'; readonly reason: string };

async function askFor(conversation: Conversation, expectation: ContractExpectation): Promise<Asked> {
  const { method, path, headers, body, asUser } = expectation.request;
  const { operations } = conversation;
  const [route = path] = path.split(/[?#]/);
  const operation =
    operations.find((one) => one.method.toUpperCase() === method && one.path === route) ??
    matchOperation(operations, { method, path });
  const wanted = asUser ?? (operation?.secured === true ? 'first' : 'nobody');
  let caller: Caller | null = null;
  if (wanted !== 'nobody') {
    caller = (await conversation.callers())[wanted];
    if (caller === null)
      return { kind: 'not-executed', reason: `the ${wanted} test user could not be logged in` };
  }
  let filled = path;
  if (operation !== null && operation.path === route && route.includes('{')) {
    const owner = caller ?? (operation.secured ? (await conversation.callers()).first : null);
    const known = await conversation.existing(operation, owner, method !== 'GET' && method !== 'HEAD');
    if (known === null) return { kind: 'not-executed', reason: `nothing that exists was found for ${route}` };
    filled = path.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(known[name] ?? ''));
  }
  const exchange = await conversation.send(operation, expectation.name, {
    method,
    path: filled,
    headers: { ...caller?.headers, ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? JSON.stringify(body) : body }),
  });
  return { kind: 'asked', operation, exchange };
}

/** Only an OpenAPI contract names paths. */
function outside({ schema }: Conversation): ValueMismatch[] {
  return schema === null
    ? [{ pointer: 'request', expected: 'an operation of the contract', got: 'none of this method and path' }]
    : [];
}

function unmet(
  { response: wanted }: ContractExpectation,
  { response, fault }: Exchange,
  check: BodyCheck,
): ValueMismatch[] {
  if (response === null)
    return [{ pointer: 'status', expected: String(wanted.status), got: fault ?? 'no answer' }];
  const body = parseJson(response.body);
  return [
    ...(response.status === wanted.status
      ? []
      : [{ pointer: 'status', expected: String(wanted.status), got: String(response.status) }]),
    ...Object.entries(wanted.headers).flatMap(([name, value]) => {
      const given = response.headers[name.toLowerCase()];
      return given === value
        ? []
        : [{ pointer: `header ${name}`, expected: shown(value), got: shown(given) }];
    }),
    ...(wanted.body === undefined ? [] : subsetMismatches(wanted.body, body)),
    ...Object.entries(wanted.schemas).flatMap(([pointer, schema]) => {
      const value = valueAt(body, pointer);
      if (value === undefined) return [{ pointer, expected: 'a value', got: 'nothing' }];
      try {
        return check(schema, value).map((mismatch) => ({
          ...mismatch,
          pointer: `${pointer}${mismatch.pointer}`,
        }));
      } catch (error) {
        if (!(error instanceof UnusableSchema)) throw error;
        return [{ pointer, expected: 'a schema that can be used', got: error.message }];
      }
    }),
  ];
}

function valueAt(body: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (node, step) =>
        Array.isArray(node)
          ? (node as unknown[])[Number(step)]
          : isRecord(node) && Object.hasOwn(node, step)
            ? node[step]
            : undefined,
      body,
    );
}
