// Needs no server: activities run in Temporal's mock environment over scripted ports.
import type { RehearsalReport } from '../../src/domain/database/rehearsal';
import { RehearsalReport as Report } from '../../src/domain/database/rehearsal';
import type { Replayed, ReplicaSubject } from '../../src/ports/replica';
import { BASE, commitOf, createBench, TREE, type Bench } from './ports';

const COMMIT = commitOf('work');
const FORK = commitOf('fork');

const REPORT: RehearsalReport = {
  commit: COMMIT,
  server: 'PostgreSQL 15.1',
  tool: 'sql-updown',
  tables: [{ table: 'users', rows: 100_000 }],
  actions: [],
  statements: [
    {
      migration: 'm/2.up.sql',
      direction: 'up',
      sql: 'alter table users add column age int',
      lock: 'AccessExclusiveLock',
      tables: ['users'],
      runMs: 3,
      readersBlockedMs: 12,
      writersBlockedMs: 40,
      samples: 9,
    },
  ],
  destructive: [],
  oldVersionWorks: true,
  problems: [],
  notExecuted: [],
  seconds: 4.2,
};

const DESIGN = {
  summary: 's',
  tables: [{ table: 'users', change: 'alter', columns: [], indexes: [], constraints: [] }],
  queries: [],
  volume: [],
  phase: 'expand',
  backfill: null,
  irreversible: null,
};

async function rehearsed(
  answer: Replayed<RehearsalReport> | Error,
  fork = FORK,
): Promise<{
  readonly bench: Bench;
  readonly result: Promise<Awaited<ReturnType<Bench['run']>>>;
  readonly subjects: ReplicaSubject[];
  readonly open: string[];
}> {
  const subjects: ReplicaSubject[] = [];
  const open: string[] = [];
  const bench = await createBench({
    integration: { forkOf: () => Promise.resolve(fork) },
    worktrees: {
      checkOut: ({ commit }) => {
        open.push(commit);
        return Promise.resolve({
          path: `/w/${commit}`,
          gitDir: '/g',
          tree: TREE,
          dispose: () => {
            open.splice(open.indexOf(commit), 1);
            return Promise.resolve();
          },
        });
      },
    },
    replicas: {
      rehearse: (subject) => {
        subjects.push(subject);
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    },
  });
  const design = await bench.store.put(JSON.stringify(DESIGN));
  const result = bench.run('rehearseMigration', {
    handle: bench.handle,
    commit: COMMIT,
    design,
    slot: { identifier: '0002', after: [] },
  });
  return { bench, result, subjects, open };
}

describe('a rehearsal', () => {
  it('is of the commit against what it began from, and its report is kept as it is', async () => {
    const { bench, result, subjects, open } = await rehearsed({ kind: 'ran', report: REPORT });
    const { report, ...rest } = (await result) as { report: string };
    expect(rest).toEqual({
      outcome: 'sound',
      problems: [],
      notExecuted: [],
      destructive: [],
      oldVersionWorks: true,
      summary:
        '1 statements on 1 tables with up to 100000 rows: others waited 40 ms at most (AccessExclusiveLock on users); no problem in 4.2 s',
    });
    expect(Report.parse(JSON.parse(String(await bench.store.get(report))))).toEqual(REPORT);
    expect(subjects).toMatchObject([
      {
        target: { commit: COMMIT, base: FORK, path: `/w/${COMMIT}` },
        base: { path: `/w/${FORK}` },
        identifier: '0002',
        design: DESIGN,
      },
    ]);
    expect(open).toEqual([]);
  });

  it('of a commit that is merged already is against the base of the objective', async () => {
    const { result, subjects } = await rehearsed({ kind: 'ran', report: REPORT }, COMMIT);
    await result;
    expect(subjects).toMatchObject([{ target: { base: BASE } }]);
  });

  it('with problems is refused, with few and short lines for history', async () => {
    const problems = Array.from({ length: 30 }, () => ({
      step: 'script' as const,
      text: 'x'.repeat(1000),
      evidence: [],
    }));
    const destructive = [{ migration: 'm/2.up.sql', what: 'drops table t', sql: 'drop table t' }];
    const { result } = await rehearsed({ kind: 'ran', report: { ...REPORT, problems, destructive } });
    const done = (await result) as { problems: readonly { text: string }[] };
    expect(done).toMatchObject({ outcome: 'refused', destructive: ['m/2.up.sql: drops table t'] });
    expect(done.problems).toHaveLength(10);
    expect(done.problems[0]?.text).toHaveLength(500);
  });

  it.each(['none', 'not-executed'] as const)('that is %s says why and has no report', async (kind) => {
    const { result, open } = await rehearsed({ kind, reason: 'no PostgreSQL' });
    expect(await result).toMatchObject({
      outcome: kind,
      report: null,
      summary: 'no PostgreSQL',
      notExecuted: kind === 'none' ? [] : ['no PostgreSQL'],
    });
    expect(open).toEqual([]);
  });

  it('that breaks leaves no checkout', async () => {
    const { result, open } = await rehearsed(new Error('broken'));
    await expect(result).rejects.toThrow('broken');
    expect(open).toEqual([]);
  });
});
