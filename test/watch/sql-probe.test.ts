// Needs PostgreSQL (a private one is started); hanging servers are of this test.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../src/config/environment';
import { WatchCheck } from '../../src/domain/coordination/coordination-settings';
import type { Measured } from '../../src/ports/watch';
import { queryOnce } from '../../src/postgres/databases';
import type { PostgresDatabase } from '../../src/postgres/postgres-server';
import { startPostgres, type PostgresServer } from '../../src/postgres/start-postgres';
import { createProbes } from '../../src/watch/probes';
import { eventually } from '../support/eventually';

let base: string;
let postgres: PostgresServer;
let database: PostgresDatabase;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'watch-'));
  postgres = await startPostgres({ path: readEnvironment().path, dataRoot: join(base, 'postgres') });
  database = await postgres.createDatabase();
  await queryOnce(database.url, 'CREATE TABLE orders AS SELECT i AS id FROM generate_series(1, 7) i');
});
afterAll(async () => {
  await postgres.stop();
  rmSync(base, { recursive: true, force: true });
});

const ask = (
  query: string,
  variable: string | undefined = database.url,
  timeoutMs?: number,
): Promise<Measured> =>
  createProbes({
    variable: (name) => (name === 'SHOP_DATABASE' ? variable : undefined),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }).measure(
    WatchCheck.parse({ kind: 'sql', name: 'rows', urlEnv: 'SHOP_DATABASE', query, limit: { max: 1 } }),
    new AbortController().signal,
  );
const refused = (reason: RegExp | string): object => ({
  kind: 'could-not-ask',
  reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
});
const rows = async (): Promise<unknown> => queryOnce(database.url, 'SELECT count(*)::int AS n FROM orders');

it.each([
  ['an integer', 'SELECT count(*) FROM orders;', 7],
  ['a numeric', 'SELECT 0.5::numeric -- half', 0.5],
  ['a float', 'WITH x AS (SELECT 2.5::float8 AS v) SELECT v FROM x', 2.5],
])('%s of one row and one column is the value', async (_, query, value) => {
  expect(await ask(query)).toEqual({ kind: 'value', value });
});

it.each([
  ['no row', 'SELECT id FROM orders WHERE id > 100', 'the query answered no row'],
  ['endless rows', 'SELECT generate_series(1, 1000000000)', 'the query answered more than one row'],
  ['two columns', 'SELECT 1, 2', 'the query answered 2 columns, not one'],
  ['NULL', 'SELECT max(id) FROM orders WHERE id > 100', 'the query answered NULL'],
  ['a text', "SELECT 'seven'", 'the query answered something that is no number'],
  ['a boolean', 'SELECT true', 'the query answered something that is no number'],
  ['infinity', "SELECT 'Infinity'::float8", 'what it answered is no finite number'],
])('%s could not be asked', async (_, query, reason) => {
  expect(await ask(query)).toEqual(refused(reason));
});

it.each([
  ['deletes', 'DELETE FROM orders RETURNING 1'],
  ['ends the transaction and deletes', 'SELECT 1; COMMIT; DELETE FROM orders'],
  ['deletes inside a query', 'WITH gone AS (DELETE FROM orders RETURNING 1) SELECT count(*) FROM gone'],
  ['lifts the read-only mode', "SELECT set_config('transaction_read_only', 'off', false)"],
  ['writes a sequence', "SELECT nextval('orders_id')"],
])('a query that %s changes nothing', async (_, query) => {
  await queryOnce(database.url, 'CREATE SEQUENCE IF NOT EXISTS orders_id');
  expect(await ask(query)).toMatchObject({ kind: 'could-not-ask' });
  expect(await rows()).toEqual([{ n: 7 }]);
});

it('a query the database does not understand is told with its reason', async () => {
  expect(await ask('SELECT * FROM nowhere')).toEqual(
    refused('the database refused (SQLSTATE 42P01): relation "nowhere" does not exist'),
  );
});

it('what the database quotes of its data is not told', async () => {
  const measured = await ask("SELECT 'card 4111'::int");
  expect(measured).toEqual(refused('the database refused (SQLSTATE 22P02)'));
});

it('a statement that takes too long is given up, on the server too', async () => {
  expect(await ask('SELECT 1 FROM pg_sleep(60)', database.url, 700)).toEqual(
    refused('no answer within 0.7 s'),
  );
  const running = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%watched%' AND state = 'active' AND pid <> pg_backend_pid()`;
  await eventually(
    () => queryOnce(database.url, running) as Promise<{ n: number }[]>,
    ([row]) => row?.n === 0,
  );
});

it('a server that accepts and says nothing is given up', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    expect(await ask('SELECT 1', `postgres://ada:hunter22@127.0.0.1:${port}/shop`, 300)).toEqual(
      refused('no answer within 0.3 s'),
    );
  } finally {
    server.close();
  }
});

it.each([
  [
    'a server that is not there',
    'postgres://ada:hunter22@127.0.0.1:1/shop',
    /cannot be reached \(ECONNREFUSED\)/,
  ],
  ['a password that is wrong', 'wrong', /SQLSTATE 28P01/],
  ['a variable that is not set', '', "the worker has no variable SHOP_DATABASE with the database's address"],
  ['a variable that holds something else', 'sk-ant-hunter22', /holds no address of a PostgreSQL database/],
  ['an address that is none', 'postgres://ada:hunter22@[bad/shop', /cannot be reached/],
])('%s is told without address or password', async (_, url, reason) => {
  const address = url === 'wrong' ? database.url.replace(/\/\/([^:]*):[^@]*@/, '//$1:hunter22@') : url;
  const measured = await ask('SELECT 1', address);
  expect(measured).toEqual(refused(reason));
  expect(JSON.stringify(measured)).not.toMatch(/hunter22|127\.0|\bada\b/);
});
