// Needs PostgreSQL (on PATH or from the package) and git; starts a small service of its own.
import { nPlusOne, statementsPerRow } from '../../../src/gate/checkers/database/n-plus-one';
import { measuresOf, queryIndexes } from '../../../src/gate/checkers/database/query-indexes';
import type { GateChecker } from '../../../src/gate/checker';
import type { Inspection } from '../../../src/gate/inspection';
import { type Given, openBench } from './support';

let bench: Awaited<ReturnType<typeof openBench>>;
beforeAll(async () => {
  bench = await openBench();
});
afterEach(() => bench.endAll());
afterAll(() => bench.close());

const LIST = `select * from orders where ($2::text is null or status = $2) order by created_at desc, id desc limit $1`;
const DETAIL = 'select * from orders where id = $1';
const INDEXES = `create index on orders (created_at desc, id desc); create index on lines (order_id);`;

/** A service with a list of orders and their lines. */
function service(options: {
  readonly lines: string;
  readonly list?: string;
  readonly detail?: string;
  readonly indexes?: string;
  readonly limit?: boolean;
}): Given {
  const { lines, list = LIST, detail = DETAIL, indexes = INDEXES, limit = true } = options;
  const server = `
    const http = require('http');
    const { Pool } = require(${JSON.stringify(require.resolve('pg'))});
    const pool = new Pool({ connectionString: process.env.DATABASE_URL });
    async function lines(orders) { ${lines} }
    http.createServer(async (request, response) => {
      const url = new URL(request.url, 'http://localhost');
      const send = (status, body) => { response.writeHead(status, { 'content-type': 'application/json' }); response.end(JSON.stringify(body)); };
      try {
        if (url.pathname === '/health') return send(200, {});
        const [, , id] = url.pathname.split('/');
        if (id) {
          const { rows } = await pool.query(${JSON.stringify(detail)}, [id]);
          return rows[0] ? send(200, rows[0]) : send(404, {});
        }
        const { rows } = await pool.query(${JSON.stringify(list)}, ${JSON.stringify(list)}.includes('$2') ? [url.searchParams.get('limit') ?? 50, url.searchParams.get('status')] : [url.searchParams.get('limit') ?? 50]);
        send(200, { data: await lines(rows) });
      } catch (error) { console.error(error); send(500, { error: error.message }); }
    }).listen(Number(process.env.PORT), '127.0.0.1');`;
  const parameter = { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100 } };
  const ok = { 200: { description: 'ok', content: { 'application/json': { schema: { type: 'object' } } } } };
  const openapi = {
    openapi: '3.0.3',
    info: { title: 't', version: '1' },
    paths: {
      '/orders': { get: { operationId: 'listOrders', parameters: limit ? [parameter] : [], responses: ok } },
      '/orders/{orderId}': {
        get: {
          operationId: 'getOrder',
          parameters: [{ name: 'orderId', in: 'path', required: true, schema: { type: 'string' } }],
          responses: ok,
        },
      },
    },
  };
  return {
    files: {
      'server.js': server,
      'openapi.json': openapi,
      'migrations/0001_orders.up.sql': `create table orders (id bigint generated always as identity primary key, status text not null, code text not null, created_at timestamptz not null default now());
        create table lines (id bigint generated always as identity primary key, order_id bigint not null references orders (id), sku text not null); ${indexes}`,
    },
    survey: { apiSpec: 'openapi.json' },
    settings: {
      api: { kind: 'openapi', spec: 'openapi.json', from: 'file', basePath: null },
      run: {
        cmd: ['node', 'server.js'],
        portEnv: 'PORT',
        health: '/health',
        readyTimeoutMs: 15_000,
        env: {},
        requiredEnv: [],
      },
      database: { urlEnv: 'DATABASE_URL', version: null, up: null, down: null, seed: null },
    },
  };
}

const BATCHED = `const { rows } = await pool.query('select * from lines where order_id = any($1)', [orders.map((o) => o.id)]);
  return orders.map((o) => ({ ...o, lines: rows.filter((l) => l.order_id === o.id) }));`;
const ONE_BY_ONE = `for (const o of orders) o.lines = (await pool.query('select * from lines where order_id = $1', [o.id])).rows; return orders;`;

async function keys(checker: GateChecker, inspection: Inspection): Promise<string[]> {
  const [answer] = await checker.check(inspection);
  return answer?.outcome.kind === 'ran-found'
    ? (answer.outcome.findings ?? []).map(({ key }) => key)
    : [answer?.outcome.kind ?? ''];
}

test('a list that asks once for all rows, by indexes, is clean; the figures are measured', async () => {
  const inspection = bench.inspect(service({ lines: BATCHED }));
  expect(await keys(nPlusOne, inspection)).toEqual(['ran-clean']);
  const [answer] = await queryIndexes.check(inspection);
  expect(answer?.outcome).toMatchObject({ kind: 'ran-clean' });
  expect(answer?.measures).toMatchObject({ databaseQueriesPerRequest: expect.closeTo(11 / 7) });
  expect(answer?.measures?.['databaseMeanMs']).toBeGreaterThan(0);
});

test.each<[string, boolean]>([
  ['a limit', true],
  ['no limit', false],
])('a query for each row of a list with %s is found', async (_, limit) => {
  const inspection = bench.inspect(service({ lines: ONE_BY_ONE, limit }));
  expect(await keys(nPlusOne, inspection)).toEqual([
    'n-plus-one:GET /orders:select * from lines where order_id = $1',
  ]);
});

test('a query for each parent that the rows of a list refer to is found, also where each is asked for only once', async () => {
  const once = `const known = {};
    for (const o of orders) known[o.customer_id] ??= (await pool.query('select * from customers where id = $1', [o.customer_id])).rows[0];
    return orders.map((o) => ({ ...o, customer: known[o.customer_id] }));`;
  const customers = `create table customers (id bigint generated always as identity primary key, name text not null);
    alter table orders add customer_id bigint not null references customers (id);
    create index on orders (customer_id); ${INDEXES}`;
  const inspection = bench.inspect(service({ lines: once, indexes: customers }));
  expect(await keys(nPlusOne, inspection)).toEqual([
    'n-plus-one:GET /orders:select * from customers where id = $1',
  ]);
});

test.each<[string, Parameters<typeof service>[0], string[]]>([
  [
    'a filter',
    { lines: BATCHED, indexes: 'create index on orders (created_at desc, id desc);' },
    ['query-index:filter:lines(order_id)'],
  ],
  [
    'an order',
    { lines: BATCHED, indexes: 'create index on lines (order_id);' },
    ['query-index:order:orders(created_at, id)'],
  ],
  [
    'an order of a range',
    {
      lines: 'return orders;',
      list: `select * from orders where created_at >= now() - interval '7 days' order by code limit $1`,
    },
    ['query-index:order:orders(code)'],
  ],
  [
    'an order behind a join',
    {
      lines: 'return orders;',
      list: `select orders.* from orders join lines on lines.order_id = orders.id order by orders.code limit $1`,
    },
    ['query-index:order:orders(code)'],
  ],
  [
    'a look-up',
    {
      lines: 'return orders;',
      detail: 'select * from orders where code = (select code from orders where id = $1)',
    },
    ['query-index:filter:orders(code)'],
  ],
])('%s without an index is found', async (_, options, expected) => {
  expect(await keys(queryIndexes, bench.inspect(service(options)))).toEqual(expected);
});

test.each<[string, string]>([
  ['of a range in its own order', 'where created_at >= $2::timestamptz order by created_at limit $1'],
  [
    'of the few rows of one parent',
    'where id in (select order_id from lines where order_id = $2::bigint) order by code limit $1',
  ],
])('an order %s is none', async (_, rest) => {
  const list = `select * from orders ${rest}`
    .replace('$2::timestamptz', "now() - interval '7 days'")
    .replace('$2::bigint', '5');
  const inspection = bench.inspect(service({ lines: 'return orders;', list }));
  expect(await keys(queryIndexes, inspection)).toEqual(['ran-clean']);
});

test('a service that does not start is no failure of its queries', async () => {
  const given = service({ lines: BATCHED });
  const broken = { ...given, files: { ...given.files, 'server.js': 'process.exit(1)' } };
  await expect(nPlusOne.check(bench.inspect(broken))).rejects.toMatchObject({ name: 'CannotTell' });
});

describe('statements per row', () => {
  const list = (
    few: readonly [number, number],
    more: readonly [number, number],
  ): Parameters<typeof statementsPerRow>[0][number] => ({
    operation: 'GET /x',
    few: { items: few[0], calls: new Map([['select 1 from x', few[1]]]) },
    more: { items: more[0], calls: new Map([['select 1 from x', more[1]]]) },
  });
  test.each<[string, ReturnType<typeof list>, number]>([
    ['once a request', list([4, 1], [12, 1]), 0],
    ['twice whatever the rows', list([4, 2], [12, 2]), 0],
    ['a batch of ten', list([4, 1], [12, 2]), 0],
    ['once a row', list([4, 4], [12, 12]), 1],
    ['for most rows', list([4, 3], [12, 8]), 1],
    ['once a row where the rows did not grow', list([6, 6], [6, 6]), 1],
    ['a few times where the rows did not grow', list([6, 3], [6, 3]), 0],
  ])('%s', (_, one, found) => {
    expect(statementsPerRow([one])).toHaveLength(found);
  });
});

test('the mean is that of the statement at the 95th percentile of calls', () => {
  const statements = [
    { query: 'a', calls: 94, rows: 0, meanMs: 1 },
    { query: 'b', calls: 5, rows: 0, meanMs: 3 },
    { query: 'c', calls: 1, rows: 0, meanMs: 90 },
  ];
  expect(measuresOf(statements, 50)).toEqual({
    databaseMeanMs: 3,
    databaseWorstMs: 90,
    databaseQueriesPerRequest: 2,
  });
  expect(measuresOf([], 0)).toEqual({});
});
