// Needs PostgreSQL (on PATH or from the package) and git.
import { NO_SETTINGS } from '../../../src/domain/quality-gate/gate-settings';
import { containing } from '../support';
import { column, designOf, openReplicaBench, reportOf, second, USERS } from './support';

let bench: Awaited<ReturnType<typeof openReplicaBench>>;
beforeAll(async () => {
  bench = await openReplicaBench();
});
afterAll(() => bench.close());

const PG = JSON.stringify(require.resolve('pg'));
/** Tests that are given a migrated database, or make the schema of their tree's migrations where it is empty. */
const test_js = (sql: string): string => `
const { Client } = require(${PG});
const fs = require('node:fs');
(async () => {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  try {
    const { rows } = await client.query("select to_regclass('users') as users");
    if (rows[0].users === null)
      for (const file of fs.readdirSync('migrations').sort())
        if (file.endsWith('.up.sql')) await client.query(fs.readFileSync('migrations/' + file, 'utf8'));
    await client.query(${JSON.stringify(sql)});
    console.log('# tests 1\\n# pass 1\\n# fail 0');
  } finally {
    await client.end();
  }
})().catch((error) => { console.error(error.message); process.exitCode = 1; });
`;

const design = designOf([{ columns: [column('nick', '', { change: 'drop' })] }], { phase: 'contract' });
const dropNick = second('alter table users drop column nick;', 'alter table users add column nick text;');
const survey = { test: ['node', 'test.js'] };

test('a version whose tests ask for what is gone does not work on the new schema; the new version does', async () => {
  const subject = bench.subject({
    before: { ...USERS, 'test.js': test_js('select name, nick from users') },
    files: { ...dropNick, 'test.js': test_js('select name from users') },
    survey,
  });
  const report = reportOf(await bench.replicas().rehearse({ ...subject, design, identifier: '0002' }));
  expect(report.oldVersionWorks).toBe(false);
  expect(report.actions).toContainEqual(
    expect.objectContaining({ name: 'tests of the new version', outcome: 'done' }),
  );
  expect(report.destructive.map(({ what }) => what)).toEqual(['drops column nick of table users']);
  // What goes with a dropped column is told as destroyed, not as lost.
  expect(report.problems).toEqual([]);
});

test('a version whose tests do without it works', async () => {
  const subject = bench.subject({
    before: { ...USERS, 'test.js': test_js('select name from users') },
    files: dropNick,
    survey,
  });
  const report = reportOf(await bench.replicas().rehearse({ ...subject, design, identifier: '0002' }));
  expect(report.oldVersionWorks).toBe(true);
});

test.each([
  ['that fail on their own schema too', test_js('select nothing from users'), 'fail on its own schema too'],
  ['that ask no database', "console.log('# tests 1\\n# pass 1\\n# fail 0')", 'ask no database'],
])('tests of the base %s say nothing', async (_, text, reason) => {
  const subject = bench.subject({ before: { ...USERS, 'test.js': text }, files: dropNick, survey });
  const report = reportOf(await bench.replicas().rehearse({ ...subject, design, identifier: '0002' }));
  expect(report.oldVersionWorks).toBeNull();
  expect(report.notExecuted).toContainEqual(containing(reason));
});

/** A tool of the target's own: programs as migrations, with a table of what has run. */
const TOOL = `
const { Client } = require(${PG});
const fs = require('node:fs');
(async () => {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  try {
    await client.query('create table if not exists schema_migrations (name text primary key)');
    const done = (await client.query('select name from schema_migrations order by 1')).rows.map(({ name }) => name);
    const files = fs.readdirSync('migrations').sort();
    if (process.argv[2] === 'up')
      for (const file of files.filter((name) => !done.includes(name))) {
        await client.query(require('./migrations/' + file).up);
        await client.query('insert into schema_migrations values ($1)', [file]);
      }
    else {
      const file = done.at(-1);
      await client.query(require('./migrations/' + file).down);
      await client.query('delete from schema_migrations where name = $1', [file]);
    }
  } finally {
    await client.end();
  }
})().catch((error) => { console.error(error.message); process.exitCode = 1; });
`;
const program = (up: string, down: string): string =>
  `exports.up = ${JSON.stringify(up)}; exports.down = ${JSON.stringify(down)};`;

test.each([
  ['is measured as a whole', 'alter table users drop column age;', []],
  [
    'whose way down is no inverse is refused',
    'select 1;',
    [containing('script: the way down is no inverse')],
  ],
])("a target's own tool %s", async (_, down, problems) => {
  const subject = bench.subject({
    before: {
      'migrate.js': TOOL,
      'migrations/0001_users.js': program(
        'create table users (id bigint generated always as identity primary key, name text not null)',
        'drop table users',
      ),
    },
    files: { 'migrations/0002_age.js': program('alter table users add column age int', down) },
    survey: {
      migrations: { tool: 'own', dir: 'migrations' },
      gate: {
        ...NO_SETTINGS,
        database: {
          urlEnv: 'DATABASE_URL',
          version: null,
          up: ['node', 'migrate.js', 'up'],
          down: ['node', 'migrate.js', 'down'],
          seed: null,
        },
      },
    },
  });
  const report = reportOf(
    await bench.replicas().rehearse({
      ...subject,
      design: designOf([{ columns: [column('age', 'integer')] }]),
      identifier: '0002',
    }),
  );
  expect(report.problems.map(({ step, text }) => `${step}: ${text}`)).toEqual(problems);
  expect(report.statements[0]).toMatchObject({
    migration: 'migrations/0002_age.js',
    sql: '(up, run by own)',
    direction: 'up',
  });
});

test('a rehearsal that does not end in its time is told, and leaves nothing', async () => {
  const replicas = bench.replicas({ limitMs: 1 });
  const subject = bench.subject({ files: dropNick });
  const before = await bench.databases();
  expect(await replicas.rehearse({ ...subject, design, identifier: null })).toEqual({
    kind: 'not-executed',
    reason: containing('did not end within'),
  });
  expect(await bench.databases()).toEqual(before);
});
