import type { ContractExchange } from '../../domain/contract/contract-test-report';
import { isRecord, recordOf, type Resolve } from '../../domain/contract/openapi-document';
import type { ApiOperation } from '../facts/api-description';
import type { ProbeRequest } from '../facts/service';
import type { Conversation } from '../probes/conversation';
import { fieldsOf, withField } from '../probes/example-request';
import { isSuccess, type Exchange } from '../probes/exchange';
import { isJsonType, nameOf, requestBodyOf } from '../probes/operation-shape';
import { typeOf } from '../probes/schema-value';
import { rank } from '../probes/traffic';
import type { BodyCheck } from './body-mismatches';
import { judgeAnswer, recordExchange } from './judge-answer';

/** What came of asking; an operation no request was served of is named with the reason. */
export interface Exercised {
  readonly exchanges: readonly ContractExchange[];
  readonly notExecuted: readonly string[];
  /** Operations that were served. */
  readonly served: number;
}

const MOST_OPERATIONS = 500;
const MOST_EXAMPLES = 3;
const MOST_MS = 5 * 60_000;

/** Asks for every operation what its examples say, or what its schemas allow, and holds the answers against the contract. */
export async function exerciseOperations(conversation: Conversation, check: BodyCheck): Promise<Exercised> {
  const exchanges: ContractExchange[] = [];
  const notExecuted: string[] = [];
  let served = 0;
  const deadline = performance.now() + MOST_MS;
  const { way, first } = await conversation.callers();
  const ordered = [...conversation.operations].sort((a, b) => rank(a) - rank(b));
  for (const [index, operation] of ordered.entries()) {
    const name = nameOf(operation);
    if (index >= MOST_OPERATIONS || performance.now() > deadline) {
      notExecuted.push(`${name}: there was no time left for it`);
      continue;
    }
    const answers: Exchange[] = [];
    for await (const { from, request } of requestsFor(conversation, operation, answers)) {
      const exchange = await conversation.send(operation, from, request);
      answers.push(exchange);
      exchanges.push(
        recordExchange({ operation: name, from }, exchange, judgeAnswer(operation, exchange, check)),
      );
      if (exchange.response === null && !conversation.service.isAlive()) {
        notExecuted.push(`after ${name} the service had ended, and nothing more was asked`);
        return { exchanges, notExecuted, served };
      }
    }
    if (answers.some(isSuccess)) served += 1;
    else notExecuted.push(`${name}: ${reasonFor(operation, answers, way === null || first !== null)}`);
  }
  return { exchanges, notExecuted, served };
}

/** The examples of the body, one after another; where none of them is served, what the schema allows. */
async function* requestsFor(
  conversation: Conversation,
  operation: ApiOperation,
  answers: readonly Exchange[],
): AsyncGenerator<{ readonly from: string; readonly request: ProbeRequest }> {
  const fresh = !['GET', 'HEAD'].includes(operation.method.toUpperCase());
  const examples = examplesOf(operation);
  for (const { name, value } of examples) {
    const valid = await conversation.valid(operation, { fresh });
    if (valid !== null)
      yield { from: name === '' ? 'example' : `example ${name}`, request: { ...valid, body: value } };
  }
  if (answers.some(isSuccess)) return;
  const from = examples.length === 0 ? 'sample' : 'sample, as no example was served';
  const valid = await conversation.valid(operation, { fresh });
  if (valid === null) return;
  yield { from, request: valid };
  if (answers.some(isSuccess)) return;
  const body = withSmallNumbers(operation, valid.body, conversation.resolve);
  if (body !== null) yield { from: 'sample with small numbers', request: { ...valid, body } };
}

/** Samples take the least a schema allows, which a service may refuse all the same; null: nothing would be different. */
function withSmallNumbers(operation: ApiOperation, body: unknown, resolve: Resolve): unknown {
  if (!isRecord(body)) return null;
  const numbers = fieldsOf(requestBodyOf(operation)?.schema, resolve).filter(
    ({ steps, schema }) =>
      ['integer', 'number'].includes(typeOf(schema)) &&
      steps.length === 1 &&
      Number(body[steps[0] ?? '']) < 0 &&
      Number(schema['maximum'] ?? 1) >= 1,
  );
  if (numbers.length === 0) return null;
  return numbers.reduce<unknown>((changed, { steps }) => withField(changed, steps, 1), body);
}

function examplesOf(operation: ApiOperation): readonly { readonly name: string; readonly value: unknown }[] {
  const body = requestBodyOf(operation);
  if (body === null || !isJsonType(body.mediaType)) return [];
  const media = recordOf(recordOf(recordOf(operation.operation['requestBody'])['content'])[body.mediaType]);
  const named = Object.entries(recordOf(media['examples']))
    .map(([name, example]) => ({ name, value: recordOf(example)['value'] }))
    .filter(({ value }) => value !== undefined);
  const all =
    named.length > 0 ? named : media['example'] === undefined ? [] : [{ name: '', value: media['example'] }];
  // A bare text would be sent as it is.
  return all
    .slice(0, MOST_EXAMPLES)
    .map(({ name, value }) => ({ name, value: typeof value === 'string' ? JSON.stringify(value) : value }));
}

function reasonFor(operation: ApiOperation, answers: readonly Exchange[], hasCaller: boolean): string {
  const last = answers.at(-1);
  if (last === undefined) return 'no request can be made for it';
  if (last.response === null) return last.fault ?? 'no answer';
  const status = String(last.response.status);
  return operation.secured && !hasCaller && ['401', '403'].includes(status)
    ? `no test user could be logged in (answered ${status})`
    : `no request was served (answered ${status})`;
}
