// Needs no server: activities run in Temporal's mock environment over scripted ports.
import { findBreakingChanges, type Broken } from '../../activities/breaking-changes';
import { Dossier } from '../../src/domain/work/dossier';
import type { BreakingChange } from '../../src/domain/contract/breaking-change';
import { CoordinationSettings } from '../../src/domain/coordination/coordination-settings';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { AttemptResult } from '../../src/domain/work/work';
import type { SpecComparison } from '../../src/ports/compatibility';
import { BASE, commitOf, createBench, FIRST_ATTEMPT, TREE } from './ports';

const WORK = commitOf('work');
const HEAD = commitOf('head');
const SPEC = 'openapi.yaml';
type Files = Readonly<Record<string, string>>;

async function compare(
  trees: {
    readonly base: Files;
    readonly head?: Files;
    readonly work: Files;
    readonly others?: readonly object[];
  },
  compareSpecs: (request: { before: string; after: string }) => SpecComparison = ({ before, after }) => ({
    kind: 'compared',
    changes: before
      .split(' ')
      .flatMap((word): BreakingChange[] =>
        after.includes(word) ? [] : [{ kind: 'api', where: SPEC, what: `${word} is gone` }],
      ),
  }),
): Promise<Broken> {
  const bench = await createBench();
  const stored = Dossier.parse(JSON.parse((await bench.store.get(bench.handle.dossier)).toString()));
  const dossier = {
    ...stored,
    survey: {
      ...stored.survey,
      apiSpec: SPEC,
      migrations: { tool: 'sql-updown', dir: 'migrations' },
      coordination: CoordinationSettings.parse({ otherServices: trees.others ?? [] }),
    },
  };
  const byCommit = new Map([
    [BASE, trees.base],
    [HEAD, trees.head ?? trees.base],
    [WORK, trees.work],
  ]);
  const filesOf = (commit: string): Files => byCommit.get(commit) ?? {};
  const unused = (): never => {
    throw new Error('not asked for');
  };
  return findBreakingChanges(
    {
      repositories: {
        prepare: unused,
        deliver: unused,
        origin: unused,
        push: unused,
        listFiles: unused,
        diff: unused,
        changedFiles: async ({ from, to }) =>
          [...new Set([...Object.keys(filesOf(from)), ...Object.keys(filesOf(to))])].filter(
            (path) => filesOf(from)[path] !== filesOf(to)[path],
          ),
        readFile: async ({ commit, path }) => filesOf(commit)[path] ?? null,
      },
      integration: {
        head: async () => HEAD,
        settle: unused,
        setAside: unused,
        adopt: unused,
        propose: unused,
        sides: unused,
        advance: unused,
        mergeBase: unused,
        forkOf: unused,
      },
      compatibility: { compareSpecs: async (request) => compareSpecs(request) },
    },
    dossier,
    WORK,
  );
}

const changes = async (...args: Parameters<typeof compare>): Promise<string[]> => {
  const broken = await compare(...args);
  if (broken.kind === 'unreadable') throw new Error(broken.reason);
  return broken.changes.map((change) => `${change.where}: ${change.what}`);
};

it('a commit is compared with the base in its spec and its migrations', async () => {
  const base = { [SPEC]: 'a b', 'migrations/1.up.sql': 'CREATE TABLE orders (id int);' };
  const work = {
    ...base,
    [SPEC]: 'a',
    'migrations/2.up.sql': 'DROP TABLE orders;',
    'migrations/2.down.sql': 'DROP TABLE b;',
    'seeds/1.sql': 'TRUNCATE orders;',
  };
  expect(await changes({ base, work })).toEqual([
    'openapi.yaml: b is gone',
    'migrations/2.up.sql: drops table orders',
  ]);
});

it('what is merged already was somebody else’s question', async () => {
  const base = { [SPEC]: 'a b c' };
  expect(await changes({ base, head: { [SPEC]: 'a b' }, work: { [SPEC]: 'a' } })).toEqual([
    'openapi.yaml: b is gone',
  ]);
});

it('a spec that is gone takes everything with it', async () => {
  expect(await changes({ base: { [SPEC]: 'a' }, work: {} })).toEqual(['openapi.yaml: the API spec is gone']);
});

it('a spec that was not touched is not read', async () => {
  const never = (): never => {
    throw new Error('it was read');
  };
  expect(await changes({ base: { [SPEC]: 'a' }, work: { [SPEC]: 'a', 'x.js': '' } }, never)).toEqual([]);
});

it('what other services own or consume is compared, too, beyond what is merged already', async () => {
  const others = [
    {
      name: 'billing',
      owns: { contracts: ['billing.yaml', 'notes.txt'] },
      consumes: { tables: ['orders', 'a'] },
    },
    { name: 'web', consumes: { contracts: [SPEC] } },
  ];
  const base = { [SPEC]: 'a b', 'billing.yaml': 'c d', 'notes.txt': '1' };
  const head = { ...base, 'migrations/2.up.sql': 'DROP TABLE a;' };
  const work = {
    ...head,
    [SPEC]: 'a',
    'billing.yaml': 'c',
    'notes.txt': '2',
    'migrations/3.up.sql': 'ALTER TABLE orders DROP COLUMN x;',
  };
  const broken = await compare({ base, head, work, others });
  if (broken.kind === 'unreadable') throw new Error(broken.reason);
  expect(broken.touches.map((touch) => `${touch.kind} ${touch.service}: ${touch.what}`)).toEqual([
    'table billing: drops column x of table orders',
    'contract web: b is gone',
    'contract billing: d is gone',
    'note billing: the contract changed',
  ]);
  // What clients of their contract lose is not asked about twice.
  expect(broken.changes.map((change) => change.what)).toEqual([
    'b is gone',
    'drops column x of table orders',
  ]);
});

it('a contract of theirs that nobody can read any more only changed; it is not our spec', async () => {
  const others = [{ name: 'web', consumes: { contracts: ['pacts/web.json'] } }];
  const broken = await compare(
    { base: { 'pacts/web.json': '1' }, work: { 'pacts/web.json': '2' }, others },
    () => ({ kind: 'unreadable', reason: 'no spec' }),
  );
  expect(broken).toMatchObject({ kind: 'compared', touches: [{ kind: 'note', service: 'web' }] });
});

describe('an attempt', () => {
  const attempt = async (comparison: SpecComparison): Promise<AttemptResult> => {
    const note = { summary: 's', artefacts: [], criteriaMet: [], knownLimitations: [], findings: [] };
    const bench = await createBench({
      worktrees: {
        open: () => Promise.resolve({ path: '/w', head: HEAD, conflicts: [], gitDir: '/g' }),
        commit: () => Promise.resolve({ commit: WORK, tree: TREE, files: [] }),
      },
      specialists: {
        work: () =>
          Promise.resolve({
            end: { kind: 'handed-off', note },
            transcript: 'a'.repeat(64),
            usage: NO_USAGE,
            mail: 0,
          }),
      },
      repositories: {
        changedFiles: ({ to }) => Promise.resolve(to === WORK ? [SPEC] : []),
        readFile: ({ commit }) => Promise.resolve(commit),
      },
      integration: { head: () => Promise.resolve(HEAD) },
      compatibility: { compareSpecs: () => Promise.resolve(comparison) },
    });
    const stored = Dossier.parse(JSON.parse((await bench.store.get(bench.handle.dossier)).toString()));
    const survey = { ...stored.survey, apiSpec: SPEC };
    const dossier = await bench.store.put(Buffer.from(JSON.stringify({ ...stored, survey })));
    return bench.run('runAttempt', {
      handle: { dossier },
      plan: bench.plan,
      ...FIRST_ATTEMPT,
    });
  };

  it('that breaks something says what', async () => {
    const gone: BreakingChange = { kind: 'api', where: SPEC, what: 'gone' };
    expect(await attempt({ kind: 'compared', changes: [gone] })).toMatchObject({
      outcome: 'handed-off',
      breaking: [gone],
    });
    expect(await attempt({ kind: 'compared', changes: [] })).not.toHaveProperty('breaking');
  });

  it('whose spec nobody can read is unfinished, for the specialist to mend', async () => {
    expect(await attempt({ kind: 'unreadable', reason: 'openapi.yaml can no longer be read' })).toMatchObject(
      {
        outcome: 'unfinished',
        concern: 'contract',
        reason: 'openapi.yaml can no longer be read',
      },
    );
  });
});
