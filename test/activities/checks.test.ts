// Needs no server: activities run in Temporal's mock environment over scripted ports.
import { MergeSides, type MergeRequest, type MergeResult } from '../../src/domain/quality-gate/gate-work';
import type { Integration, Repositories } from '../../src/ports/workspace';
import type { GateReport, Receipt } from '../../src/domain/quality-gate/receipt';
import { BASE, commitOf, createBench, reportOf, TREE, type Bench } from './ports';

type MergeProposal = Awaited<ReturnType<Integration['propose']>>;

const HEAD = commitOf('head');
const WORK = commitOf('work');
const MERGE = commitOf('merge');
const MERGED = { outcome: 'merged', head: MERGE, at: expect.any(String) as string };

interface Train extends Bench {
  readonly advanced: unknown[];
  readonly disposed: string[];
  readonly gated: GateReport[];
  request(more?: Partial<MergeRequest>): MergeRequest;
}

/** The merge train before a proposal, with what the gate will find on it. */
async function train(
  proposal: MergeProposal,
  options: {
    readonly red?: readonly Receipt['subject'][];
    /** Whether the base had it already. */
    readonly old?: boolean;
    readonly swapped?: boolean;
    readonly integration?: Partial<Integration>;
    readonly repositories?: Partial<Repositories>;
  } = {},
): Promise<Train> {
  const advanced: unknown[] = [];
  const disposed: string[] = [];
  const gated: GateReport[] = [];
  const bench = await createBench({
    integration: {
      propose: () => Promise.resolve(proposal),
      advance: (move) => {
        advanced.push(move);
        return Promise.resolve(options.swapped ?? true);
      },
      ...options.integration,
    },
    ...(options.repositories === undefined ? {} : { repositories: options.repositories }),
    worktrees: {
      checkOut: ({ commit }) =>
        Promise.resolve({
          path: '/checkout',
          gitDir: '/git',
          tree: TREE,
          dispose: () => {
            disposed.push(commit);
            return Promise.resolve();
          },
        }),
    },
    gates: {
      run: () => {
        const found = reportOf(...(options.red ?? []));
        const old = options.old === true ? { isNew: false } : {};
        const report = { ...found, receipts: found.receipts.map((receipt) => ({ ...receipt, ...old })) };
        gated.push(report);
        return Promise.resolve(report);
      },
    },
  });
  return {
    ...bench,
    advanced,
    disposed,
    gated,
    request: (more = {}) => ({
      handle: bench.handle,
      taskId: 'backend-T001',
      commit: WORK,
      expectedHead: HEAD,
      base: null,
      waived: [],
      ...more,
    }),
  };
}

const clean: MergeProposal = { kind: 'clean', commit: MERGE, tree: TREE, head: HEAD };

describe('merging a task', () => {
  it('clean and green moves the integration branch from the head it was tried on', async () => {
    const it = await train(clean);
    expect(await it.run('mergeTask', it.request())).toEqual(MERGED);
    expect(it.advanced).toEqual([{ objectiveId: 'objective-test', from: HEAD, to: MERGE }]);
    expect(it.disposed).toEqual([MERGE]);
  });

  it('red together is withdrawn: the branch stays, the checkout goes', async () => {
    const it = await train(clean, { red: ['tests'] });
    expect(await it.run('mergeTask', it.request())).toMatchObject({
      outcome: 'red',
      gate: { green: false, red: [{ subject: 'tests' }] },
      head: HEAD,
    });
    expect(it.advanced).toEqual([]);
    expect(it.disposed).toEqual([MERGE]);
  });

  it('red that a human accepted, or that the base had already, does not stop it', async () => {
    const accepted = await train(clean, { red: ['tests'] });
    expect(await accepted.run('mergeTask', accepted.request({ waived: ['tests'] }))).toMatchObject({
      outcome: 'merged',
    });
    const debt = await train(clean, { red: ['tests'], old: true });
    const base = await debt.store.put(JSON.stringify(reportOf('tests')));
    expect(await debt.run('mergeTask', debt.request({ base }))).toMatchObject({ outcome: 'merged' });
  });

  it('on another head than expected, where merges of ours took it, is tried again there before anything is checked', async () => {
    const moved = commitOf('moved');
    const settle: Integration['settle'] = () =>
      Promise.resolve({ kind: 'ours', head: moved, restored: 'It was gone.' });
    const it = await train({ ...clean, head: moved }, { integration: { settle } });
    const answer = await it.run('mergeTask', it.request());
    expect(answer).toEqual({ outcome: 'moved', head: moved, notes: ['It was gone.'] });
    expect(it.gated).toEqual([]);
  });

  it('onto commits pushed after the branch was looked at does not count: it is looked at again', async () => {
    const it = await train({ ...clean, head: commitOf('pushed') });
    expect(await it.run('mergeTask', it.request())).toEqual({ outcome: 'moved', head: HEAD });
    const there = await train({ kind: 'already-merged', head: commitOf('pushed'), tree: TREE });
    expect(await there.run('mergeTask', there.request())).toEqual({ outcome: 'moved', head: HEAD });
  });

  it('that loses the compare-and-swap is tried again, and looks first at who won', async () => {
    const it = await train(clean, { swapped: false });
    expect(await it.run('mergeTask', it.request())).toEqual({ outcome: 'moved', head: HEAD });
  });

  it('that was merged before a crash is merged', async () => {
    const settle: Integration['settle'] = () =>
      Promise.resolve({ kind: 'ours', head: MERGE, restored: null });
    const it = await train({ kind: 'already-merged', head: MERGE, tree: TREE }, { integration: { settle } });
    expect(await it.run('mergeTask', it.request())).toEqual(MERGED);
    expect(it.advanced).toEqual([]);
  });

  it('in conflict tells files and whose merged work it is with, at most so many', async () => {
    const files = Array.from({ length: 80 }, (_, n) => `src/f${n}.js`);
    const it = await train({ kind: 'conflict', files, theirs: ['backend-T004'], head: HEAD });
    expect(await it.run('mergeTask', it.request())).toEqual({
      outcome: 'conflict',
      files: files.slice(0, 50),
      theirs: ['backend-T004'],
      head: HEAD,
    });
  });

  it('in conflict or red together keeps intents and diffs of both sides for whoever mends it', async () => {
    const conflict: MergeProposal = {
      kind: 'conflict',
      files: ['src/index.js'],
      theirs: ['backend-T004'],
      head: HEAD,
      notes: ['yarn.lock is a lock file'],
    };
    const asked: unknown[] = [];
    const sides: Integration['sides'] = (request) => {
      asked.push(request);
      return Promise.resolve({ mine: '+mine', theirs: '+theirs', tasks: ['backend-T001'] });
    };
    const at = await train(conflict, { integration: { sides } });
    const conflicted = await at.run('mergeTask', at.request({ plan: at.plan }));
    expect(conflicted).toMatchObject({ outcome: 'conflict', notes: ['yarn.lock is a lock file'] });
    expect(asked).toMatchObject([{ paths: ['src/index.js'], commit: WORK, head: HEAD }]);
    const kept = await sidesOf(at, conflicted);
    expect(kept.mine).toMatchObject({ taskId: 'backend-T001', diff: '+mine' });
    expect(kept.mine.intent).toContain('Task 1');
    expect(kept.theirs).toMatchObject({ tasks: [{ taskId: 'backend-T004' }], diff: '+theirs' });

    const together = await train(clean, { red: ['tests'], integration: { sides } });
    const red = await together.run('mergeTask', together.request({ plan: together.plan }));
    expect(red).toMatchObject({ outcome: 'red', head: HEAD });
    expect((await sidesOf(together, red)).theirs.tasks).toMatchObject([{ taskId: 'backend-T001' }]);
  });

  it('that changes what the task neither owns nor shares is refused, unless a human accepted it', async () => {
    const changedFiles = (): Promise<string[]> => Promise.resolve(['src/a.js', 'docs/other.md']);
    const it = await train(clean, { repositories: { changedFiles } });
    const request = it.request({ plan: it.plan });
    expect(await it.run('mergeTask', request)).toEqual({
      outcome: 'strayed',
      paths: ['docs/other.md'],
      head: HEAD,
    });
    expect([it.gated, it.advanced]).toEqual([[], []]);
    expect(await it.run('mergeTask', { ...request, accepted: true })).toMatchObject({ outcome: 'merged' });
  });

  it('a lock file that was made anew follows its manifest’s claim', async () => {
    const changedFiles = (): Promise<string[]> => Promise.resolve(['package.json', 'package-lock.json']);
    const remade: MergeProposal = { ...clean, remade: ['package-lock.json'] };
    const it = await train(remade, { repositories: { changedFiles } });
    expect(await it.run('mergeTask', it.request({ plan: it.plan }))).toEqual({
      ...MERGED,
      notes: ['package-lock.json was made anew from its merged manifest.'],
    });
    const bare = await train(clean, { repositories: { changedFiles } });
    expect(await bare.run('mergeTask', bare.request({ plan: bare.plan }))).toMatchObject({
      outcome: 'strayed',
      paths: ['package-lock.json'],
    });
  });

  it('meets commits people pushed: green ones stay, red ones are set aside, and both are told', async () => {
    const foreign = {
      kind: 'foreign',
      head: commitOf('pushed'),
      known: HEAD,
      commits: ['1a2b Ada: Fix'],
    } as const;
    const settle: Integration['settle'] = () => Promise.resolve(foreign);
    const adopted: unknown[] = [];
    const green = await train(clean, {
      integration: {
        settle,
        adopt: (request) => {
          adopted.push(request);
          return Promise.resolve();
        },
      },
    });
    expect(await green.run('mergeTask', green.request())).toMatchObject({
      outcome: 'moved',
      head: foreign.head,
      notes: [expect.stringContaining('1a2b Ada: Fix')],
    });
    expect(adopted).toEqual([{ objectiveId: 'objective-test', head: foreign.head }]);
    const red = await train(clean, {
      red: ['tests'],
      integration: { settle, setAside: () => Promise.resolve('refs/coordinator/foreign/x/1') },
    });
    expect(await red.run('mergeTask', red.request())).toMatchObject({
      outcome: 'moved',
      head: HEAD,
      notes: [expect.stringContaining('set aside as refs/coordinator/foreign/x/1')],
    });
    expect(red.advanced).toEqual([]);
  });
});

describe('taking the base along', () => {
  const NEW = commitOf('new base');
  const refresh = (it: Train): ReturnType<typeof it.run<'refreshBase'>> =>
    it.run('refreshBase', { handle: it.handle, head: HEAD, waived: [] });
  const moved: Integration['mergeBase'] = () =>
    Promise.resolve({ kind: 'clean', base: NEW, commit: MERGE, tree: TREE });

  it('green moves the branch to the merge, and red leaves it', async () => {
    const green = await train(clean, { integration: { mergeBase: moved } });
    expect(await refresh(green)).toMatchObject({ outcome: 'merged', base: NEW, head: MERGE });
    expect(green.advanced).toEqual([{ objectiveId: 'objective-test', from: HEAD, to: MERGE }]);
    const red = await train(clean, { red: ['tests'], integration: { mergeBase: moved } });
    expect(await refresh(red)).toMatchObject({
      outcome: 'red',
      base: NEW,
      gate: { red: [{ subject: 'tests' }] },
    });
    expect(red.advanced).toEqual([]);
  });

  it('a conflict is told with its files', async () => {
    const it = await train(clean, {
      integration: { mergeBase: () => Promise.resolve({ kind: 'conflict', base: NEW, files: ['a.js'] }) },
    });
    expect(await refresh(it)).toEqual({ outcome: 'conflict', base: NEW, files: ['a.js'] });
  });
});

async function sidesOf(it: Train, result: MergeResult): Promise<MergeSides> {
  if (!('sides' in result) || result.sides === undefined) throw new Error('no sides were kept');
  return MergeSides.parse(JSON.parse((await it.store.get(result.sides)).toString('utf8')));
}

describe('gating a commit', () => {
  it('stores the report and answers with what is new against the base', async () => {
    const it = await train(clean, { red: ['tests'] });
    const base = await it.store.put(JSON.stringify(reportOf()));
    const summary = await it.run('gateCommit', { handle: it.handle, scope: 'task', commit: WORK, base });
    expect(summary).toMatchObject({ green: false, red: [{ subject: 'tests' }] });
    const stored: unknown = JSON.parse((await it.store.get(summary.report)).toString('utf8'));
    expect(stored).toEqual(it.gated[0]);
    expect(it.disposed).toEqual([WORK]);
  });

  it('that could not be checked is an error, and the checkout goes all the same', async () => {
    const disposed: string[] = [];
    const bench = await createBench({
      worktrees: {
        checkOut: () =>
          Promise.resolve({
            path: '/checkout',
            gitDir: '/git',
            tree: TREE,
            dispose: () => {
              disposed.push('gone');
              return Promise.resolve();
            },
          }),
      },
      gates: { run: () => Promise.reject(new Error('the database does not start')) },
    });
    const failure = await bench.failure('gateCommit', {
      handle: bench.handle,
      scope: 'base',
      commit: BASE,
      base: null,
    });
    expect(failure).toMatchObject({ message: 'the database does not start', nonRetryable: false });
    expect(disposed).toEqual(['gone']);
  });
});
