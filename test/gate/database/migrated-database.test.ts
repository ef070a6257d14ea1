// Needs PostgreSQL (on PATH or from the package) and git.
import { CannotTell, DoesNotApply } from '../../../src/gate/checker';
import { queryOnce } from '../../../src/postgres/databases';
import { openBench } from './support';

let bench: Awaited<ReturnType<typeof openBench>>;
beforeAll(async () => {
  bench = await openBench();
});
afterEach(() => bench.endAll());
afterAll(() => bench.close());

test('the migrations of a sample become tables, and nothing of them is left afterwards', async () => {
  const inspection = bench.inspect({ from: 'examples/orders-service' });
  const database = await inspection.database();
  expect(database.tables.map(({ name }) => name)).toEqual(['order_items', 'orders']);
  const [items, orders] = database.tables;
  expect(orders).toMatchObject({
    schema: 'public',
    comment: 'What a customer ordered, and what became of it.',
  });
  expect(items?.constraints).toContainEqual({
    name: 'order_items_order_id_fkey',
    kind: 'foreign-key',
    columns: ['order_id'],
    definition: 'FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE CASCADE',
    references: { table: 'orders', columns: ['id'] },
  });
  expect(orders?.indexes.map(({ columns }) => columns)).toContainEqual(['status', 'created_at', 'id']);
  expect(orders?.columns.find(({ name }) => name === 'cancelled_at')).toMatchObject({
    type: 'timestamp(3) with time zone',
    nullable: true,
    default: null,
  });
  await bench.endAll();
  expect(
    await queryOnce(
      bench.server.adminUrl,
      `SELECT datname FROM pg_database WHERE datname = '${database.name}' UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE 'coordinator_%'`,
    ),
  ).toEqual([]);
});

test('statements of the owner are counted, those of the gate are not', async () => {
  const database = await bench
    .inspect({ files: { 'migrations/1_t.up.sql': 'create table t (id int)' } })
    .database();
  await database.resetStatements();
  for (const n of [1, 2, 3]) await queryOnce(database.url, `select * from t where id = ${n}`);
  await database.query('select count(*) from t where id > 0');
  expect(await database.statements()).toEqual([
    expect.objectContaining({ query: 'select * from t where id = $1', calls: 3, rows: 0 }),
  ]);
});

describe('what a migration cannot do', () => {
  const attempt = (sql: string): Promise<unknown> =>
    bench
      .inspect({ files: { 'migrations/1_evil.up.sql': `create table t (line text);\n${sql}` } })
      .database();

  test.each([
    ['start a program', `copy t from program 'id'`],
    ['read a file of the server', `copy t from '/etc/passwd'`],
    ['read a file by a function', `insert into t select pg_read_file('/etc/passwd')`],
    ['make a role', 'create role stranger login superuser'],
    ['make a database', 'create database elsewhere'],
    ['load a language that reaches out', 'create language plpython3u'],
    ['become somebody else', 'set role postgres'],
  ])('%s', async (_, sql) => {
    await expect(attempt(sql)).rejects.toThrow(CannotTell);
    await expect(attempt(sql)).rejects.toThrow(/migrations\/1_evil\.up\.sql:2 failed: /);
  });

  test('a statement without end is ended', async () => {
    await expect(attempt(`set statement_timeout = '300ms';\nselect pg_sleep(60);`)).rejects.toThrow(
      /1_evil\.up\.sql:3 failed: canceling statement due to statement timeout/,
    );
  });

  test('more rows than fit into memory are thrown away', async () => {
    await attempt(`select repeat('x', 1000) from generate_series(1, 300000)`);
  });
});

test('a database cannot be entered with the role of another', async () => {
  const files = { 'migrations/1_t.up.sql': 'create table t (id int)' };
  const [one, two] = await Promise.all([
    bench.inspect({ files }).database(),
    bench.inspect({ files }).database(),
  ]);
  const crossed = one.url.replace(`@localhost/${one.name}`, `@localhost/${two.name}`);
  await expect(queryOnce(crossed, 'select 1')).rejects.toThrow(/permission denied/);
});

describe('scripts that are no single transaction', () => {
  test('an index is created concurrently, and a script may manage its own transaction', async () => {
    const database = await bench
      .inspect({
        files: {
          'migrations/1_t.up.sql': 'begin;\ncreate table t (id int);\ncommit;',
          'migrations/2_i.up.sql':
            '-- why\ncreate index concurrently i on t (id);\ncreate index concurrently j on t (id desc);',
          'migrations/10_f.up.sql': `create function f() returns int language plpgsql as $f$ begin return 1; end; $f$;
            create function g() returns int begin atomic; select 1; end;
            create extension if not exists pgcrypto;
            insert into t values (f());`,
        },
      })
      .database();
    expect(database.tables[0]?.indexes.map(({ name }) => name)).toEqual(['i', 'j']);
    expect(await database.query('select * from t')).toEqual([{ id: 1 }]);
  });
});

test('Flyway finds the migrations done, and its notes are no table of the service', async () => {
  const database = await bench
    .inspect({
      files: {
        'db/migration/V1__t.sql': 'create table t (id int);',
        'db/migration/V1_2__u.sql': 'create table u (id int);',
      },
      survey: { migrations: { tool: 'flyway', dir: 'db/migration' } },
    })
    .database();
  expect(database.tables.map(({ name }) => name)).toEqual(['t', 'u']);
  expect(await database.query('select version, type from flyway_schema_history')).toEqual([
    { version: '1.2', type: 'BASELINE' },
  ]);
  expect((await database.readSnapshot()).filter((line) => line.includes('flyway'))).toEqual([]);
});

describe('a tree without a database to look at', () => {
  test('neither driver nor migrations: not applicable, by a named rule', async () => {
    const answer = bench.inspect({ survey: { database: 'none', migrations: null } }).database();
    await expect(answer).rejects.toThrow(DoesNotApply);
    await expect(answer).rejects.toMatchObject({ rule: 'no-database' });
  });

  test('another engine is named', async () => {
    const files = { 'package.json': { dependencies: { mysql2: '3.0.0' } } };
    await expect(bench.inspect({ files, survey: { database: 'other' } }).database()).rejects.toThrow(
      /uses MySQL/,
    );
  });

  test('a driver without migrations gets an empty database', async () => {
    const database = await bench.inspect({ survey: { migrations: null } }).database();
    expect(database).toMatchObject({ tables: [], migrator: null });
  });
});

test('a server that dies in between is told, and nothing hangs', async () => {
  const other = await openBench();
  const database = await other.inspect({ from: 'examples/orders-service' }).database();
  await other.server.stop();
  await expect(database.query('select 1')).rejects.toThrow(CannotTell);
  await expect(database.statements()).rejects.toThrow(CannotTell);
  await other.close();
});
