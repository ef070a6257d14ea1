// Needs PostgreSQL (on PATH or from the package) and git.
import type { RolloutPlan } from '../../../src/domain/database/deployment-plan';
import { DrillReport } from '../../../src/domain/database/rehearsal';
import { assignMigrations } from '../../../src/gate/replica/rollout-order';
import type { Backup } from '../../../src/gate/database/backup';
import { containing } from '../support';
import { openReplicaBench, reportOf, second, stepsOf, type Given } from './support';

let bench: Awaited<ReturnType<typeof openReplicaBench>>;
beforeAll(async () => {
  bench = await openReplicaBench();
});
afterAll(() => bench.close());

const age = second('alter table users add column age int;', 'alter table users drop column age;');

describe('a backup', () => {
  test('of the migrated database is restored as a new one and is the same', async () => {
    const report = reportOf(await bench.replicas().drillBackup(bench.subject({ files: age })));
    expect(DrillReport.parse(report)).toEqual(report);
    expect(report.problems).toEqual([]);
    expect(report.method).toMatch(/^pg_dump and psql of|^a cold copy/);
    expect(report.actions.at(-1)).toMatchObject({
      name: 'compare',
      outcome: 'done',
      detail: expect.stringMatching(/^\d{3,} rows of 2 tables/),
    });
  });

  test('that lost a row is refused', async () => {
    const losing: Backup = {
      method: 'a copy that loses a row',
      bringsSchema: true,
      copy: async (original, restored) => {
        for (const { name } of await original.readTables()) {
          const columns = name === 'users' ? 'id, name, nick, code, age' : 'id, user_id, at';
          await restored.query(
            name === 'users'
              ? 'create table users (id bigint generated always as identity primary key, name text not null, nick text, code text not null, age int)'
              : 'create table visits (id bigint generated always as identity primary key, user_id bigint not null, at timestamptz not null)',
          );
          const rows = await original.query(`select json_agg(t)::text as rows from ${name} t`);
          await restored.query(
            `insert into ${name} (${columns}) overriding system value select ${columns} from json_populate_recordset(null::${name}, $1)`,
            [rows[0]?.['rows']],
          );
        }
        await restored.query('create index visits_user_id_idx on visits (user_id)');
        await restored.query(
          'alter table visits add constraint visits_user_id_fkey foreign key (user_id) references users (id)',
        );
        await restored.query('delete from visits where id = 7');
        return null;
      },
    };
    const replicas = bench.replicas({ backup: losing });
    const report = reportOf(await replicas.drillBackup(bench.subject({ files: age })));
    expect(stepsOf(report)).toEqual([containing('deployment: the restored rows of visits differ (')]);
  });
});

type Phase = RolloutPlan['phases'][number];
const phase = (action: Phase['action'], name: string = action): Phase => ({
  name,
  action,
  entry: 'always',
  exit: 'done',
  rollback: action === 'migrate-up' ? 'npm run migrate down' : 'the other way round',
});
const plan = (strategy: RolloutPlan['strategy'], ...phases: Phase[]): RolloutPlan => ({
  strategy,
  reasons: ['it fits'],
  phases,
});

describe('a rollout', () => {
  const walked = async (given: Given, rollout: RolloutPlan) =>
    reportOf(await bench.replicas().rehearseRollout({ ...bench.subject(given), rollout }));

  test('runs each phase of the database, takes it back and runs it again; what people do is only listed', async () => {
    const { problems, actions } = await walked(
      { files: age },
      plan('blue-green', phase('migrate-up'), phase('deploy'), phase('switch'), phase('observe')),
    );
    expect(problems).toEqual([]);
    expect(actions.filter(({ name }) => name.startsWith('phase')).map(({ outcome }) => outcome)).toEqual([
      'done',
      'not-applicable',
      'not-applicable',
      'not-applicable',
    ]);
  });

  test.each<[string, Given['files'], RolloutPlan, string]>([
    [
      'whose way back fails',
      second('alter table users add column age int;', 'alter table users drop column agee;'),
      plan('in-place', phase('migrate-up'), phase('deploy')),
      'rollout: the way back of phase "migrate-up" fails',
    ],
    [
      'whose way back leaves something',
      second(
        'alter table users add column age int; create index users_name_idx on users (name);',
        'alter table users drop column age;',
      ),
      plan('in-place', phase('migrate-up'), phase('deploy')),
      'rollout: the way back of phase "migrate-up" leaves another schema',
    ],
    [
      'that never migrates',
      age,
      plan('in-place', phase('deploy'), phase('observe')),
      'rollout: no phase runs the migration up',
    ],
    [
      'that contracts before it deploys',
      second('alter table users drop column nick;', 'alter table users add column nick text;'),
      plan('expand-contract', phase('migrate-up', 'contract'), phase('deploy')),
      'rollout: phase "contract" runs migrations/0002_next.up.sql, which drops column nick of table users',
    ],
  ])('%s is refused', async (_, files, rollout, text) => {
    expect(stepsOf(await walked({ files }, rollout))).toContainEqual(containing(text));
  });

  test('hands each migration to the phase whose turn it is', () => {
    const migration = (name: string, isData: boolean, takes: string[] = []) => ({ name, isData, takes });
    const { phases, problems } = assignMigrations(
      plan(
        'expand-contract',
        phase('migrate-up', 'expand'),
        phase('deploy'),
        phase('backfill'),
        phase('migrate-up', 'contract'),
      ),
      [migration('expand', false), migration('fill', true), migration('contract', false, ['drops column a'])],
    );
    expect(problems).toEqual([]);
    expect(phases.map(({ migrations }) => migrations)).toEqual([[0], [], [1], [2]]);
  });
});
