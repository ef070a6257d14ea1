// Needs PostgreSQL (on PATH or from the package) and git.
import { DATABASE_CHECKERS } from '../../../src/gate/checkers/database';
import { planProblems } from '../../../src/gate/checkers/database/backup-plan';
import { untestedTables } from '../../../src/gate/checkers/database/db-tests';
import type { Answer } from '../../../src/gate/checker';
import type { GateSlug } from '../../../src/domain/quality-gate/gate-items';
import { type Given, openBench } from './support';

let bench: Awaited<ReturnType<typeof openBench>>;
beforeAll(async () => {
  bench = await openBench();
});
afterEach(() => bench.endAll());
afterAll(() => bench.close());

async function answer(item: GateSlug, given: Given): Promise<Answer> {
  const checker = DATABASE_CHECKERS.find(({ subjects }) => subjects.includes(item));
  const [first] = (await checker?.check(bench.inspect(given))) ?? [];
  if (first === undefined) throw new Error('no answer');
  return first;
}

async function keys(item: GateSlug, given: Given): Promise<string[]> {
  const { outcome } = await answer(item, given);
  return outcome.kind === 'ran-found' ? (outcome.findings ?? []).map(({ key }) => key) : [outcome.kind];
}

const schema = (sql: string, more: Record<string, string> = {}): Given => ({
  files: { 'migrations/0001_schema.up.sql': sql, ...more },
});

test.each(DATABASE_CHECKERS.map((checker) => [checker.name, checker] as const))(
  'the control of %s finds its defect',
  async (_, checker) => {
    expect(await checker.control?.()).toBe(true);
  },
);

const SAMPLES = ['examples/orders-service', 'examples/inventory-service', 'bench/gates/services/express'];
const ON_SCHEMA: readonly GateSlug[] = [
  'indexes',
  'normalized-schema',
  'schema-docs',
  'backup-plan',
  'db-validation',
];

test.each(SAMPLES.flatMap((from) => ON_SCHEMA.map((item) => [item, from] as const)))(
  '%s of %s is clean',
  async (item, from) => {
    const given: Given = {
      from,
      survey: { apiSpec: 'openapi.yaml' },
      settings: { api: { kind: 'openapi', spec: 'openapi.yaml', from: 'file', basePath: null } },
    };
    expect(await keys(item, given)).toEqual(['ran-clean']);
  },
);

const SHOP = `create table customers (id bigint primary key, email text not null unique, name text not null);
  create table orders (id bigint primary key, customer_id bigint not null references customers (id), note text);
  create index on orders (customer_id);`;

describe('indexes', () => {
  test.each<[string, string, string]>([
    [
      'a reference without an index',
      'create table lines (id int primary key, order_id bigint references orders (id));',
      'lines(order_id)',
    ],
    [
      'one that comes second in an index',
      'create table lines (id int, order_id bigint references orders (id), primary key (id, order_id));',
      'lines(order_id)',
    ],
    [
      'one with an index of some rows',
      `create table lines (id int primary key, order_id bigint references orders (id)); create index on lines (order_id) where id > 5;`,
      'lines(order_id)',
    ],
    [
      'a composite one',
      'create table a (x int, y int, primary key (x, y)); create table b (id int primary key, x int, y int, foreign key (x, y) references a); create index on b (x);',
      'b(x, y)',
    ],
  ])('%s is found', async (_, sql, key) => {
    expect(await keys('indexes', schema(SHOP + sql))).toEqual([`foreign-key-index:${key}`]);
  });

  test.each<[string, string]>([
    [
      'led by the key of the table',
      'create table lines (order_id bigint references orders (id), n int, primary key (order_id, n));',
    ],
    ['unique', 'create table lines (id int primary key, order_id bigint unique references orders (id));'],
    [
      'of rows that have one',
      'create table lines (id int primary key, order_id bigint references orders (id)); create index on lines (order_id) where order_id is not null;',
    ],
    [
      'in another order',
      'create table a (x int, y int, primary key (x, y)); create table b (id int primary key, x int, y int, foreign key (x, y) references a); create index on b (y, x);',
    ],
  ])('an index %s serves', async (_, sql) => {
    expect(await keys('indexes', schema(SHOP + sql))).toEqual(['ran-clean']);
  });
});

describe('normalised schema', () => {
  test.each<[string, string, string]>([
    ['a table without a key', 'create table t (a int, b int);', 'no-key:t'],
    [
      'numbered columns',
      'create table t (id int primary key, phone1 text, phone2 text, phone3 text);',
      'repeated-columns:t.phone1',
    ],
    ['ids in a text', 'create table t (id int primary key, tag_ids text);', 'list-column:t.tag_ids'],
    [
      'ids in an array',
      'create table t (id int primary key, member_ids bigint[]);',
      'list-column:t.member_ids',
    ],
    [
      'two tables of one shape',
      'create table eu (id int primary key, sku text, price int, stock int); create table us (id int primary key, sku text, price int, stock int);',
      'twin-tables:eu:us',
    ],
  ])('%s is found', async (_, sql, key) => {
    expect(await keys('normalized-schema', schema(sql))).toEqual([key]);
  });

  test('address lines, coordinates, arrays of words, a history and a join table are not', async () => {
    const sql = `create table t (id int primary key, address_line1 text, address_line2 text, address_line3 text, x1 int, y1 int, x2 int, y2 int, words text[], sha256 text, data jsonb);
      create table t_history (id int primary key, address_line1 text, address_line2 text, address_line3 text, x1 int, y1 int, x2 int, y2 int, words text[], sha256 text, data jsonb);
      create table pairs (a int references t (id), b int references t_history (id), primary key (a, b));`;
    expect(await keys('normalized-schema', schema(sql))).toEqual(['ran-clean']);
  });
});

describe('schema docs', () => {
  test('what neither a comment nor a document on the schema names is found', async () => {
    const sql = `create table t (id int primary key, secret_level int); comment on table t is 'Things.';`;
    expect(await keys('schema-docs', schema(sql, { 'README.md': 't has id and secret_level' }))).toEqual([
      'schema-docs:t.id',
      'schema-docs:t.secret_level',
    ]);
    expect(await keys('schema-docs', schema(sql, { 'docs/schema.md': '`t`: id, secretLevel' }))).toEqual([
      'ran-clean',
    ]);
    expect(
      await keys('schema-docs', schema(sql, { 'README.md': '# It\n## Database\n| t | id, secret_level |' })),
    ).toEqual(['ran-clean']);
  });
});

describe('backup plan', () => {
  test.each<[string, string, string[]]>([
    ['nothing but a promise', 'We make backups.', ['rpo', 'rto', 'backup-command', 'restore-command']],
    ['no restore', 'RPO 1 h, RTO 1 h: `pg_dump app > dump`', ['restore-command']],
    ['no aims', '`pg_dump app > dump` and `psql app < dump`', ['rpo', 'rto']],
  ])('%s', (_, text, missing) => {
    expect(planProblems(text).map(({ key }) => key)).toEqual(missing.map((key) => `backup-plan:${key}`));
  });

  test('aims in plain words count', () => {
    expect(
      planProblems(
        'At most 24 hours of data are lost. The service is back within one hour. pg_basebackup, pg_restore.',
      ),
    ).toEqual([]);
  });

  test('a missing document is found, and the drill is still told', async () => {
    const { outcome, evidence } = await answer('backup-plan', schema(SHOP));
    expect(outcome).toMatchObject({ kind: 'ran-found', findings: [{ key: 'backup-plan:no-document' }] });
    expect(evidence?.[0]).toMatchObject({
      text: expect.stringMatching(/50 rows of 2 tables restored and compared/),
    });
  });

  test('a schema that does not restore is found', async () => {
    const sql = `${SHOP} create function wanted() returns boolean language sql as 'select count(*) > 0 from customers';
      alter table orders add check (wanted());`;
    const given = schema(sql, { 'docs/backup.md': 'RPO 1 h, RTO 1 h: `pg_dump`, `pg_restore`' });
    expect(await keys('backup-plan', given)).toEqual(['backup-plan:drill']);
  });
});

describe('validation in the database', () => {
  const api = (properties: object, required: readonly string[]): Record<string, string> => ({
    'openapi.json': JSON.stringify({
      openapi: '3.0.3',
      info: { title: 't', version: '1' },
      paths: { '/customers': { get: { responses: { 200: { description: 'all' } } } } },
      components: { schemas: { NewCustomer: { type: 'object', required, properties } } },
    }),
  });
  const settings = { api: { kind: 'openapi', spec: 'openapi.json', from: 'file', basePath: null } } as const;
  const customers = (columns: string, properties: object, required: readonly string[] = []): Given => ({
    ...schema(`create table customers (id bigint primary key, ${columns});`, api(properties, required)),
    settings,
    survey: { apiSpec: 'openapi.json' },
  });

  test.each<[string, Given, string]>([
    ['required', customers('name text', { name: { type: 'string' } }, ['name']), 'required:customers.name'],
    [
      'a length',
      customers('name text not null', { name: { type: 'string', maxLength: 20 } }),
      'max-length:customers.name',
    ],
    [
      'a length that is larger in the database',
      customers('name varchar(200) not null', { name: { type: 'string', maxLength: 20 } }),
      'max-length:customers.name',
    ],
    [
      'an enum',
      customers('kind text not null', { kind: { type: 'string', enum: ['a', 'b'] } }),
      'enum:customers.kind',
    ],
    [
      'a camel-case name',
      customers('full_name text', { fullName: { type: 'string' } }, ['fullName']),
      'required:customers.full_name',
    ],
  ])('%s that only the API keeps is found', async (_, given, key) => {
    expect(await keys('db-validation', given)).toEqual([`db-validation:${key}`]);
  });

  test('rules the database keeps, by whatever means, are not', async () => {
    const columns = `name varchar(20) not null, kind text not null check (kind in ('a', 'b')), code text not null check (code ~ '^[a-z]{2,5}$'), nick text`;
    const properties = {
      name: { type: 'string', maxLength: 20 },
      kind: { type: 'string', enum: ['a', 'b'] },
      code: { type: 'string', maxLength: 5 },
      nick: { type: ['string', 'null'] },
    };
    expect(
      await keys('db-validation', customers(columns, properties, ['name', 'kind', 'code', 'nick'])),
    ).toEqual(['ran-clean']);
  });

  test('references that are none, and addresses that two people can have, are found', async () => {
    const sql = `create table users (id bigint primary key, email text not null);
      create table customers (id bigint primary key, user_id bigint not null, name text not null);`;
    const given: Given = {
      ...schema(sql, api({ name: { type: 'string' } }, ['name'])),
      settings,
      survey: { apiSpec: 'openapi.json' },
    };
    expect(await keys('db-validation', given)).toEqual([
      'db-validation:reference:customers.user_id',
      'db-validation:unique:users.email',
    ]);
  });
});

test('tables that tests do not write or read are told by the statements that ran', async () => {
  const { tables } = await bench.inspect(schema(SHOP)).database();
  const statements = [
    {
      query:
        'WITH added AS (INSERT INTO "public"."orders" (id) VALUES ($1) RETURNING id) SELECT * FROM added',
      calls: 1,
    },
    { query: 'select c.name from customers c, orders o where o.customer_id = c.id', calls: 3 },
    { query: 'insert into customers_archive values ($1)', calls: 1 },
  ];
  expect(untestedTables(tables, statements, new Set()).map(({ key }) => key)).toEqual([
    'db-tests:unwritten:customers',
  ]);
  expect(untestedTables(tables, statements, new Set(['customers']))).toEqual([]);
});
