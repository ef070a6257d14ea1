// Needs nothing.
import {
  coverEndpoints,
  declaresErrors,
  sameValue,
} from '../../../src/gate/checkers/tests/endpoint-coverage';
import { judgeEndpoints } from '../../../src/gate/checkers/tests/endpoint-tests';
import { coverGraphql } from '../../../src/gate/checkers/tests/graphql-coverage';
import type { ApiOperation } from '../../../src/gate/facts/api-description';
import type { RecordedRequest } from '../../../src/gate/facts/test-run';

function operation(
  method: string,
  path: string,
  responses: readonly string[],
  more: object = {},
): ApiOperation {
  const declared = Object.fromEntries(responses.map((code) => [code, {}]));
  return {
    id: path,
    method,
    path,
    pointer: [],
    operation: { responses: declared, ...more },
    parameters: [],
    secured: false,
  };
}

function request(
  method: string,
  path: string,
  status: number,
  document: string | null = null,
): RecordedRequest {
  return { method, path, status, contentType: 'application/json', body: null, document };
}

const LIST = operation('GET', '/v1/orders', ['200', '400', '429']);
const SHOW = operation('GET', '/v1/orders/{id}', ['200', '404']);
const HEALTH = operation('GET', '/v1/health', ['200', '503', '4XX']);

test('operations, successes and declared responses are counted from what was called', () => {
  const coverage = coverEndpoints(
    [LIST, SHOW, HEALTH],
    [
      request('GET', '/v1/orders', 200),
      request('GET', '/v1/orders', 400),
      request('GET', '/v1/orders/7', 404),
    ],
  );
  expect(coverage).toMatchObject({ endpoint: 2 / 3, success: 1 / 3, declared: 3 / 8 });
  expect(coverage.uses.map(({ hits }) => hits)).toEqual([2, 1, 0]);
});

test('an operation whose only failures are everybody else’s needs no error test', () => {
  expect([LIST, SHOW, HEALTH].map(declaresErrors)).toEqual([true, true, false]);
  expect(declaresErrors(operation('GET', '/x', ['200', '429']))).toBe(false);
  expect(declaresErrors(operation('POST', '/x', ['201', '4XX'], { requestBody: {} }))).toBe(true);
});

test('a missed operation counts when it changed, when too few are reached, or when tests were lost', () => {
  const others = Array.from({ length: 9 }, (_, index) => operation('GET', `/v1/${String(index)}`, ['200']));
  const missedOne = coverEndpoints(
    [...others, SHOW],
    others.map(({ path }) => request('GET', path, 200)),
  ).uses;
  const judge = (given: { changed?: ApiOperation[]; strict?: boolean; uses?: typeof missedOne }): string[] =>
    judgeEndpoints({
      uses: given.uses ?? missedOne,
      changed: new Set(given.changed ?? []),
      strict: given.strict ?? false,
      missed: ({ hits }) => hits === 0,
    }).map(({ operation: { path } }) => path);
  expect(judge({})).toEqual([]);
  expect(judge({ changed: [SHOW] })).toEqual([SHOW.path]);
  expect(judge({ strict: true })).toEqual([SHOW.path]);
  expect(judge({ uses: coverEndpoints([LIST, SHOW], [request('GET', '/v1/orders', 200)]).uses })).toEqual([
    SHOW.path,
  ]);
});

test('operations are the same whatever the order of their keys', () => {
  expect(sameValue({ a: [1, { b: 2 }], c: 3 }, { c: 3, a: [1, { b: 2 }] })).toBe(true);
  expect(sameValue({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
});

test('GraphQL counts the fields of executed documents, through interfaces and fragments', async () => {
  const sdl = `
    interface Node { id: ID! }
    type Tea implements Node { id: ID! name: String! price: Int }
    type Query { node: Node tea: Tea }
    type Mutation { brew(id: ID!): Tea }`;
  const failed = {
    ...request('POST', '/graphql', 200, 'mutation { brew(id: 1) { id } }'),
    body: '{"errors": [{"message":"no"}]}',
  };
  const coverage = await coverGraphql(sdl, [
    request('POST', '/graphql', 200, 'query { node { id } tea { ...T } } fragment T on Tea { name }'),
    request('POST', '/graphql', 400, 'query {'),
    failed,
  ]);
  expect([...coverage.executed].sort()).toEqual([
    'Mutation.brew',
    'Query.node',
    'Query.tea',
    'Tea.id',
    'Tea.name',
  ]);
  expect(coverage.fields).toHaveLength(6);
  expect([...coverage.failed]).toEqual(['Mutation.brew']);
  expect(coverage.mutations).toEqual(['Mutation.brew']);
});
