// Needs no server: activities run in Temporal's mock environment over scripted ports.
import type { MergeRequest } from '../../src/domain/gate-work';
import type { Integration } from '../../src/ports/workspace';
import type { GateReport, Receipt } from '../../src/domain/receipt';
import { BASE, commitOf, createBench, reportOf, TREE, type Bench } from './ports';

type MergeProposal = Awaited<ReturnType<Integration['propose']>>;

const HEAD = commitOf('head');
const WORK = commitOf('work');
const MERGE = commitOf('merge');

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
      head: () => Promise.resolve(commitOf('somebody else')),
    },
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
    expect(await it.run('mergeTask', it.request())).toEqual({ outcome: 'merged', head: MERGE });
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

  it('on another head than expected is tried again there, before anything is checked', async () => {
    const moved = commitOf('moved');
    const it = await train({ ...clean, head: moved });
    expect(await it.run('mergeTask', it.request())).toEqual({ outcome: 'moved', head: moved });
    expect(it.gated).toEqual([]);
  });

  it('that loses the compare-and-swap is tried again on the head that won', async () => {
    const it = await train(clean, { swapped: false });
    expect(await it.run('mergeTask', it.request())).toEqual({
      outcome: 'moved',
      head: commitOf('somebody else'),
    });
  });

  it('that was merged before a crash is merged', async () => {
    const it = await train({ kind: 'already-merged', head: MERGE, tree: TREE });
    expect(await it.run('mergeTask', it.request())).toEqual({ outcome: 'merged', head: MERGE });
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
});

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
