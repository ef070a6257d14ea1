// Needs PostgreSQL (on PATH or from the package) and git.
import { containing } from '../support';
import { column, designOf, openReplicaBench, reportOf, second, stepsOf, type Given } from './support';
import type { MigrationDesign } from '../../../src/domain/database/migration-design';
import { RehearsalReport } from '../../../src/domain/database/rehearsal';

let bench: Awaited<ReturnType<typeof openReplicaBench>>;
beforeAll(async () => {
  bench = await openReplicaBench();
});
afterAll(() => bench.close());

const AGE = designOf([{ columns: [column('age', 'int4')] }]);
const age = second('alter table users add column age int;', 'alter table users drop column age;');

async function rehearsed(
  given: Given,
  design: MigrationDesign = AGE,
  identifier: string | null = '0002',
): Promise<RehearsalReport> {
  return reportOf(await bench.replicas().rehearse({ ...bench.subject(given), design, identifier }));
}

test('a migration that adds is sound: up, down and up again with rows, each statement measured', async () => {
  const report = await rehearsed({ files: age, rows: 2000 });
  expect(RehearsalReport.parse(report)).toEqual(report);
  expect(report.problems).toEqual([]);
  expect(report.destructive).toEqual([]);
  expect(report.tables).toEqual([
    { table: 'users', rows: 2000 },
    { table: 'visits', rows: expect.any(Number) },
  ]);
  expect(report.actions.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
    'schema of the base: done',
    'names: done',
    'rules about migrations: done',
    'up without rows: done',
    'design against schema: done',
    'schema rules: done',
    'tests of the new version: could-not-run',
    'tests of the old version: could-not-run',
    'rows: done',
    'up with rows: done',
    'rows after up: done',
    'down with rows: done',
    'rows after down: done',
    'up again: done',
  ]);
  expect(report.statements.map(({ direction, lock, tables }) => [direction, lock, tables])).toEqual([
    ['up', 'AccessExclusiveLock', ['users']],
    ['down', 'AccessExclusiveLock', ['users']],
  ]);
  const requests = report.actions.map(({ detail }) => /beside (\d+) requests/.exec(detail)?.[1] ?? '');
  expect(requests.filter((count) => Number(count) >= 4)).toHaveLength(2);
});

test('a migration that keeps writers waiting is refused with what was measured', async () => {
  const slow = second(
    'alter table users add column age int; select pg_sleep(1.6);',
    'alter table users drop column age;',
  );
  const { problems, statements } = await rehearsed({ files: slow });
  expect(problems).toEqual([
    { step: 'deployment', text: containing('keeps writers waiting for'), evidence: expect.any(Array) },
  ]);
  const waited = statements.filter(({ direction }) => direction === 'up');
  expect(Math.max(...waited.map(({ writersBlockedMs }) => writersBlockedMs))).toBeGreaterThan(1000);
  expect(Math.max(...waited.map(({ readersBlockedMs }) => readersBlockedMs))).toBeGreaterThan(1000);
  expect(waited.every(({ lock }) => lock === 'AccessExclusiveLock')).toBe(true);
});

test('a migration that fails on rows only is refused with the error and a row that shows it', async () => {
  const files = second(
    'alter table users alter column nick set not null;',
    'alter table users alter column nick drop not null;',
  );
  const report = await rehearsed(
    { files },
    designOf([{ columns: [column('nick', 'text', { change: 'alter', nullable: false })] }]),
  );
  expect(report.problems).toEqual([
    {
      step: 'replica',
      text: containing('goes through without rows and fails with them'),
      evidence: expect.arrayContaining([expect.stringMatching(/row .*"nick":null/)]),
    },
  ]);
  expect(report.destructive).toEqual([
    {
      migration: 'migrations/0002_next.up.sql',
      what: 'makes column nick NOT NULL without a default of table users',
      sql: containing('alter table users'),
    },
  ]);
});

test('no way down is let pass where the design says why', async () => {
  const design = designOf([{ columns: [column('age', 'integer')] }], { irreversible: 'fixed forward' });
  const report = await rehearsed({ files: second('alter table users add column age int;', null) }, design);
  expect(report.problems).toEqual([]);
  expect(report.notExecuted).toContainEqual(
    containing('there is no way down, as the design says: fixed forward'),
  );
});

test('an index made concurrently, and the first migration of a service, are sound', async () => {
  const index = second(
    'create index concurrently users_name_idx on users (name);',
    'drop index users_name_idx;',
  );
  const byIndex = designOf([
    { indexes: [{ name: 'by_name', change: 'add', columns: ['name'], unique: false }] },
  ]);
  const indexed = await rehearsed({ files: index }, byIndex);
  expect(indexed.problems).toEqual([]);
  const first = await rehearsed(
    {
      before: { 'a.txt': 'a' },
      files: second('create table users (id int primary key);', 'drop table users;'),
    },
    designOf([{ change: 'create', columns: [column('id', 'int', { nullable: false })] }]),
  );
  expect(first.problems).toEqual([]);
  expect(first.tables).toEqual([]);
});

test('a table that refers to one with rows is sound, and a reference without an index is told', async () => {
  const notes = (index: string): Given['files'] =>
    second(
      `create table notes (id int primary key, user_id bigint not null references users (id), body text); ${index}`,
      'drop table notes;',
    );
  const design = designOf([
    {
      table: 'public.notes',
      change: 'create',
      columns: [
        column('id', 'int4', { nullable: false }),
        column('user_id', 'int8', { nullable: false }),
        column('body', 'text'),
      ],
      indexes: [{ name: 'notes_user', change: 'add', columns: ['user_id'], unique: false }],
      constraints: ['FOREIGN KEY (user_id) REFERENCES users (id)', 'every note belongs to a user'],
    },
  ]);
  expect((await rehearsed({ files: notes('create index on notes (user_id);') }, design)).problems).toEqual(
    [],
  );
  expect(stepsOf(await rehearsed({ files: notes('') }, design))).toEqual([
    containing('design: the design has an index on public.notes (user_id), and it is not there'),
    containing('design: notes (user_id) refers to users and no index leads with it'),
  ]);
});

test('nothing is left on the server but what is copied from', async () => {
  const before = await bench.databases();
  await rehearsed({ files: age });
  expect((await bench.databases()).length).toBeLessThanOrEqual(Math.max(before.length, 6));
  expect(await bench.databases()).toEqual(before);
});

test('a commit without a migration has nothing to run', async () => {
  const done = await bench
    .replicas()
    .rehearse({ ...bench.subject({ files: { 'a.js': '1' } }), design: AGE, identifier: null });
  expect(done).toEqual({ kind: 'none', reason: 'the commit brings no migration' });
});

test.each(['mysql2', 'better-sqlite3'])('a service with %s is not rehearsed, and told so', async (driver) => {
  const subject = bench.subject({
    files: { ...age, 'package.json': { dependencies: { [driver]: '1.0.0' } } },
    survey: { database: 'other' },
  });
  expect(await bench.replicas().rehearse({ ...subject, design: AGE, identifier: null })).toEqual({
    kind: 'not-executed',
    reason: containing('only PostgreSQL can be looked at here'),
  });
});

test('a server that cannot be had is told, and nothing is thrown', async () => {
  const replicas = bench.replicas({ postgres: () => Promise.reject(new Error('no postgres on PATH')) });
  expect(
    await replicas.rehearse({ ...bench.subject({ files: age }), design: AGE, identifier: null }),
  ).toEqual({ kind: 'not-executed', reason: containing('no postgres on PATH') });
});
