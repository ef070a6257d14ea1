// Needs PostgreSQL (on PATH or from the package), git and squawk from the package.
import type { Answer } from '../../../src/gate/checker';
import { migrationsTested } from '../../../src/gate/checkers/database/migrations';
import { planMigrations } from '../../../src/gate/database/migration-plan';
import { type Given, openBench } from './support';

let bench: Awaited<ReturnType<typeof openBench>>;
beforeAll(async () => {
  bench = await openBench();
});
afterEach(() => bench.endAll());
afterAll(() => bench.close());

async function answer(given: Given): Promise<Answer['outcome']> {
  const [first] = await migrationsTested.check(bench.inspect(given));
  if (first === undefined) throw new Error('no answer');
  return first.outcome;
}

async function keys(given: Given): Promise<string[]> {
  const outcome = await answer(given);
  return outcome.kind === 'ran-found' ? (outcome.findings ?? []).map(({ key }) => key) : [outcome.kind];
}

const USERS = {
  'migrations/0001_users.up.sql': 'create table users (id int primary key, name text not null, nick text);',
  'migrations/0001_users.down.sql': 'drop table users;',
};
const second = (up: string, down: string, number = '0002'): Record<string, string> => ({
  [`migrations/${number}_next.up.sql`]: up,
  [`migrations/${number}_next.down.sql`]: down,
});

test.each(['examples/orders-service', 'examples/inventory-service', 'bench/gates/services/express'])(
  '%s is clean',
  async (from) => {
    expect(await answer({ from })).toMatchObject({ kind: 'ran-clean' });
  },
);

test('the control finds its defect', async () => {
  expect(await migrationsTested.control?.()).toBe(true);
});

test('without driver and migrations it does not apply, by a named rule', async () => {
  const given = { survey: { database: 'none', migrations: null } } as const;
  await expect(answer(given)).rejects.toMatchObject({ rule: 'no-migrations' });
});

test.each<[string, Record<string, string>, string]>([
  [
    'a down that leaves an index',
    second(
      'alter table users add column a int; create index i on users (name);',
      'alter table users drop column a;',
    ),
    'down-differs:migrations/0002_next.down.sql',
  ],
  [
    'a down that brings a column back without its NOT NULL',
    second('alter table users drop column name;', 'alter table users add column name text;'),
    'down-differs:migrations/0002_next.down.sql',
  ],
  [
    'a down that is refused',
    second('create table t (id int);', 'drop table tt;'),
    'down-fails:migrations/0002_next.down.sql',
  ],
  [
    'an up that is refused',
    second('create tabel t (id int);', 'drop table t;'),
    'up-fails:migrations/0002_next.up.sql',
  ],
  [
    'a required column for rows that are there',
    second('alter table users add column age int not null;', 'alter table users drop column age;'),
    'up-fails-on-rows:migrations/0002_next.up.sql',
  ],
  [
    'NOT NULL over rows without a value',
    second(
      'alter table users alter column nick set not null;',
      'alter table users alter column nick drop not null;',
    ),
    'up-fails-on-rows:migrations/0002_next.up.sql',
  ],
  [
    'a migration without a way back',
    { 'migrations/0002_next.up.sql': 'create table t (id int);' },
    'no-way-back:migrations/0002_next.up.sql',
  ],
  [
    'a number used twice',
    { ...second('create table t (id int);', 'drop table t;', '0001') },
    'duplicate-number:migrations/0001_users.up.sql',
  ],
  [
    'a number left out',
    {
      ...second('create table t (id int);', 'drop table t;'),
      ...Object.fromEntries(Object.entries(second('create table s (id int);', 'drop table s;', '0004'))),
    },
    'missing-number:migrations/0004_next.up.sql',
  ],
  [
    'half of the work without a transaction',
    second(
      'create index concurrently i on users (name);\ninsert into users values (1, $$a$$);',
      'drop index i;',
    ),
    'not-atomic:migrations/0002_next.up.sql',
  ],
])('%s is found', async (_, files, key) => {
  expect(await keys({ files: { ...USERS, ...files } })).toContain(`migration:${key}`);
});

test.each<[string, Record<string, string>]>([
  [
    'a required column with a default',
    second(`alter table users add column age int not null default 0;`, 'alter table users drop column age;'),
  ],
  [
    'a required column that is filled first',
    second(
      `alter table users add column age int; update users set age = 1; alter table users alter column age set not null;`,
      'alter table users drop column age;',
    ),
  ],
  [
    'a foreign key and a check over columns that have values',
    second(
      `alter table users add column boss int references users (id); alter table users add check (length(name) < 50);`,
      'alter table users drop constraint users_name_check; alter table users drop column boss;',
    ),
  ],
  ['an index made concurrently', second('create index concurrently i on users (name);', 'drop index i;')],
  [
    'types, functions, triggers and views',
    second(
      `create type mood as enum ('a', 'b'); create function f() returns trigger language plpgsql as $$ begin return new; end $$;
     create trigger t before insert on users for each row execute function f(); create view v as select id from users;`,
      'drop view v; drop trigger t on users; drop function f; drop type mood;',
    ),
  ],
])('%s is not', async (_, files) => {
  expect(await keys({ files: { ...USERS, ...files } })).toEqual(['ran-clean']);
});

describe('against the base', () => {
  const before = USERS;
  test.each<[string, Record<string, string>, string]>([
    [
      'an edit of a released migration',
      { 'migrations/0001_users.up.sql': 'create table users (id int primary key, name text, nick text);' },
      'released-edited:migrations/0001_users.up.sql',
    ],
    [
      'a dropped column',
      second('alter table users drop column nick;', 'alter table users add column nick text;'),
      'squawk-ban-drop-column:migrations/0002_next.up.sql',
    ],
    [
      'an index that blocks writing',
      second('create index i on users (name);', 'drop index i;'),
      'squawk-require-concurrent-index-creation:migrations/0002_next.up.sql',
    ],
    [
      'a type that is changed',
      second(
        'alter table users alter column name type varchar(20);',
        'alter table users alter column name type text;',
      ),
      'squawk-changing-column-type:migrations/0002_next.up.sql',
    ],
  ])('%s is found', async (_, files, key) => {
    expect(await keys({ before, files })).toContain(`migration:${key}`);
  });

  test('a number before the newest released one is found', async () => {
    const released = { ...before, ...second('create table t (id int);', 'drop table t;', '0003') };
    expect(
      await keys({ before: released, files: second('create table s (id int);', 'drop table s;') }),
    ).toEqual(['migration:out-of-order:migrations/0002_next.up.sql']);
  });

  test('a new table with its indexes, and an edited comment of a way down, are not', async () => {
    const files = {
      ...second(
        'create table t (id int primary key, user_id int references users (id)); create index i on t (user_id);',
        'drop table t;',
      ),
      'migrations/0001_users.down.sql': '-- takes the users with it\ndrop table users;',
    };
    expect(await keys({ before, files })).toEqual(['ran-clean']);
  });
});

describe('other layouts', () => {
  test('Flyway without a way back owes a note on fixing forward', async () => {
    const survey = { migrations: { tool: 'flyway', dir: 'src/main/resources/db/migration' } };
    const files = {
      'src/main/resources/db/migration/V1__users.sql': 'create table users (id int primary key);',
    };
    expect(await keys({ files, survey })).toEqual(['migration:no-way-back:src/main/resources/db/migration']);
    const noted = { ...files, 'docs/deploy.md': 'A bad migration is fixed forward: write the next one.' };
    expect(await keys({ files: noted, survey })).toEqual(['ran-clean']);
  });

  test('dbmate keeps both ways in a file', async () => {
    const survey = { migrations: { tool: 'dbmate', dir: 'db/migrations' } };
    const files = {
      'db/migrations/20240101000000_users.sql':
        '-- migrate:up\ncreate table users (id int);\n-- migrate:down\ndrop table users;\n',
      'db/migrations/20240102000000_index.sql':
        '-- migrate:up transaction:false\ncreate index concurrently i on users (id);\n-- migrate:down\n',
    };
    expect(await keys({ files, survey })).toEqual([
      'migration:down-differs:db/migrations/20240102000000_index.sql',
    ]);
  });

  test('versions are ordered as numbers', () => {
    const files = ['V10__c.sql', 'V1.2__a.sql', 'V1.10__b.sql', 'R__views.sql'].map((path) => ({
      path,
      text: '',
    }));
    expect(planMigrations(files).migrations.map(({ up }) => up.path)).toEqual([
      'V1.2__a.sql',
      'V1.10__b.sql',
      'V10__c.sql',
      'R__views.sql',
    ]);
  });

  test('commands of the target are run, and what they leave is compared', async () => {
    const script = (down: string): string =>
      `const { Client } = require('pg'); const c = new Client(process.env.DATABASE_URL);
       c.connect().then(() => c.query(process.argv[2] === 'up' ? 'create table if not exists t (id int)' : ${JSON.stringify(down)})).then(() => c.end());`;
    const survey = { migrations: { tool: 'custom', dir: 'db' } };
    const settings = {
      database: {
        urlEnv: 'DATABASE_URL',
        version: null,
        up: ['node', 'm.js', 'up'],
        down: ['node', 'm.js', 'down'],
        seed: null,
      },
    };
    const link = {
      'node_modules/pg/index.js': `module.exports = require(${JSON.stringify(require.resolve('pg'))});`,
    };
    expect(await keys({ files: { ...link, 'm.js': script('drop table t') }, survey, settings })).toEqual([
      'ran-clean',
    ]);
    expect(await keys({ files: { ...link, 'm.js': script('select 1') }, survey, settings })).toEqual([
      'migration:down-differs:db',
    ]);
  });
});
