// Needs PostgreSQL (on PATH or from the package) and git.
import { containing } from '../support';
import { column, designOf, openReplicaBench, reportOf, second, stepsOf, type Given } from './support';

let bench: Awaited<ReturnType<typeof openReplicaBench>>;
beforeAll(async () => {
  bench = await openReplicaBench();
});
afterAll(() => bench.close());

const AGE = designOf([{ columns: [column('age', 'int4')] }]);

test.each<[string, Given['files'], string]>([
  [
    'a way down that is no inverse',
    second(
      'alter table users add column age int; create index users_name_idx on users (name);',
      'drop index users_name_idx; alter table users drop column age; alter table users alter column nick set not null;',
    ),
    'script: the way down',
  ],
  [
    'a way down that loses rows',
    second(
      'alter table users add column age int;',
      'alter table users drop column age; update visits set at = now();',
    ),
    'script: after the way down rows are not what they were: the values of visits.at',
  ],
  [
    'no way down',
    second('alter table users add column age int;', null),
    'script: migrations/0002_next.up.sql has no way down',
  ],
  [
    'a migration that fails without a row',
    second('alter table users add column age intt;', 'alter table users drop column age;'),
    'script: the migration fails without a single row: migrations/0002_next.up.sql:1 failed: type "intt" does not exist',
  ],
  [
    'a column the design does not have',
    second(
      'alter table users add column age int, add column more int;',
      'alter table users drop column age, drop column more;',
    ),
    'design: the migration has added column users.more',
  ],
  [
    'a column of another type than designed',
    second('alter table users add column age bigint;', 'alter table users drop column age;'),
    'design: users.age is bigint, and the design says int4',
  ],
  [
    'another number than the one given out',
    second('alter table users add column age int;', 'alter table users drop column age;', '0003'),
    'script: the migration was given the identifier 0002: rename migrations/0003_next.down.sql to migrations/0002_next.down.sql and rename migrations/0003_next.up.sql to migrations/0002_next.up.sql',
  ],
])('%s is refused', async (_, files, text) => {
  const subject = bench.subject({ files });
  const done = await bench.replicas().rehearse({ ...subject, design: AGE, identifier: '0002' });
  expect(stepsOf(reportOf(done))).toContainEqual(containing(text));
});
