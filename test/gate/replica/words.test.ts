// Needs nothing.
import { compareDesign, plainType } from '../../../src/gate/replica/compare-design';
import { identifierProblems } from '../../../src/gate/replica/file-identifier';
import { planRows } from '../../../src/gate/replica/fill-replica';
import { meantBy } from '../../../src/gate/replica/kept-rows';
import { blockingProblems } from '../../../src/gate/replica/blocking';
import { knownCommands } from '../../../src/gate/database/migration-commands';
import type { Table } from '../../../src/gate/facts/database';
import type { Inspection } from '../../../src/gate/inspection';
import { containing } from '../support';

test.each([
  ['int4', 'integer'],
  ['VARCHAR(20)', 'character varying(20)'],
  ['timestamptz', 'timestamp with time zone'],
  ['timestamptz(3)', 'timestamp(3) with time zone'],
  ['decimal(10, 2)', 'numeric(10,2)'],
  ['numeric(10)', 'numeric(10,0)'],
  ['bigserial', 'bigint'],
  ['bigint generated always as identity', 'bigint'],
  ['text[]', 'text []'],
  ['public.mood', 'mood'],
  ['char', 'character(1)'],
  ['text NOT NULL', 'text'],
])('%s and %s are one type', (a, b) => {
  expect(plainType(a)).toBe(plainType(b));
});

test.each([
  ['integer', 'bigint'],
  ['varchar(20)', 'varchar(30)'],
  ['timestamp', 'timestamptz'],
  ['text', 'text[]'],
])('%s and %s are two', (a, b) => {
  expect(plainType(a)).not.toBe(plainType(b));
});

const table = (name: string, references: readonly string[] = []): Table => ({
  schema: 'public',
  name,
  comment: null,
  columns: [],
  indexes: [],
  constraints: references.map((parent) => ({
    name: `${name}_${parent}`,
    kind: 'foreign-key',
    columns: [`${parent}_id`],
    definition: '',
    references: { table: parent, columns: ['id'] },
  })),
});

test('what is done and not designed is told', () => {
  const other = { ...table('other'), columns: [] };
  expect(
    compareDesign(
      { tables: [] },
      [{ table: 'other', kind: 'created', before: null, after: other, columns: [] }],
      [other],
    ),
  ).toEqual(['the migration has created table other, which the design does not name']);
});

describe('the identifier of a migration', () => {
  test.each([
    [['migrations/0003_users.up.sql', 'migrations/0003_users.down.sql'], '0003'],
    [['db/V3__users.sql'], '3'],
    [['db/V3__users.sql', 'db/U3__users.sql'], '3'],
    [['anything.sql'], null],
  ])('%j has %j', (files, identifier) => {
    expect(identifierProblems(files, identifier)).toEqual([]);
  });

  test.each([
    [
      'migrations/0003_users.up.sql',
      '0004',
      'rename migrations/0003_users.up.sql to migrations/0004_users.up.sql',
    ],
    [
      'migrations/00031_users.up.sql',
      '0003',
      'rename migrations/00031_users.up.sql to migrations/0003_users.up.sql',
    ],
    ['db/V3__users.sql', '4', 'rename db/V3__users.sql to db/V4__users.sql'],
    ['migrations/users.sql', '0004', 'rename migrations/users.sql to migrations/0004_users.sql'],
    ['db/20240101120000-users.js', '20240202', 'rename db/20240101120000-users.js to db/20240202-users.js'],
  ])('%s is to have %s', (file, identifier, text) => {
    expect(identifierProblems([file], identifier)).toEqual([containing(text)]);
  });

  test('a second number was not given out', () => {
    expect(identifierProblems(['m/0003_a.up.sql', 'm/0004_b.up.sql'], '0003')).toEqual([
      'only the identifier 0003 was given out: move what m/0004_b.up.sql does into m/0003_a.up.sql',
    ]);
  });
});

test('tables a change is about have all rows, parents fewer than their children', () => {
  const tables = [table('customers'), table('orders', ['customers']), table('items', ['orders'])];
  expect([...planRows(tables, 100_000, new Set())]).toEqual([
    ['customers', 4000],
    ['orders', 20_000],
    ['items', 100_000],
  ]);
  expect(planRows(tables, 100_000, new Set(['orders'])).get('orders')).toBe(100_000);
  expect(planRows(tables, 50, new Set()).get('customers')).toBe(50);
});

test('what SQL says it changes is read from UPDATE, INSERT and DELETE', () => {
  const { columns, tables } = meantBy([
    'update users u set name = lower(name), "Nick" = null where id > 1',
    'insert into public.log values (1)',
    'delete from only visits where id = 1',
  ]);
  expect([...columns].sort()).toEqual(['users.name', 'users.nick']);
  expect([...tables].sort()).toEqual(['log', 'visits']);
});

describe('what keeps others waiting', () => {
  const statement = (writersBlockedMs: number) => ({
    migration: 'm/1.up.sql',
    direction: 'up' as const,
    sql: 'create index i on t (a)',
    lock: 'ShareLock',
    tables: ['t'],
    runMs: writersBlockedMs,
    readersBlockedMs: 0,
    writersBlockedMs,
    samples: 9,
  });
  const lint = [
    { key: 'migration:squawk-require-concurrent-index-creation:m/1.up.sql', text: '', file: 'm/1.up.sql' },
  ];
  const rows = new Map([['t', 100_000]]);

  test('for more than a second is a problem', () => {
    expect(blockingProblems([statement(1001)], [], rows)).toEqual([
      {
        text: containing('for 1001 ms, more than 1000 ms, with ShareLock on t (100000 rows)'),
        evidence: [containing('9 requests')],
      },
    ]);
    expect(blockingProblems([statement(999)], [], rows)).toEqual([]);
  });

  test('for a fifth of it is one where a linter knows a way without', () => {
    expect(blockingProblems([statement(300)], lint, rows)).toHaveLength(1);
    expect(blockingProblems([statement(150)], lint, rows)).toEqual([]);
  });
});

describe('tools undo what is new', () => {
  const inspection = (paths: readonly string[]) =>
    ({ files: () => Promise.resolve({ paths, read: () => Promise.resolve(null) }) }) as unknown as Inspection;

  test.each([
    ['node-pg-migrate', [['npx', '--no-install', 'node-pg-migrate', 'down', '2']]],
    [
      'knex',
      [
        ['npx', '--no-install', 'knex', 'migrate:down'],
        ['npx', '--no-install', 'knex', 'migrate:down'],
      ],
    ],
    ['alembic', [['python3', '-m', 'alembic', 'downgrade', '-2']]],
  ])('%s', async (tool, argv) => {
    const { back } = await knownCommands(inspection([]), tool, 'm');
    expect(back?.(['m/2_a', 'm/3_b'])).toEqual(argv);
  });

  test('django, each application back to what it had', async () => {
    const paths = [
      'manage.py',
      'shop/migrations/0001_a.py',
      'shop/migrations/0002_b.py',
      'blog/migrations/0001_c.py',
    ];
    const { back } = await knownCommands(inspection(paths), 'django', '.');
    expect(back?.(['shop/migrations/0002_b.py', 'blog/migrations/0001_c.py'])).toEqual([
      ['python3', 'manage.py', 'migrate', '--noinput', 'shop', '0001_a'],
      ['python3', 'manage.py', 'migrate', '--noinput', 'blog', 'zero'],
    ]);
  });
});
