// Needs no server: activities run in Temporal's mock environment over scripted ports.
import type { MigrationDesign } from '../../src/domain/database/migration-design';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { AttemptRequest, AttemptResult } from '../../src/domain/work/work';
import type { Specialists, WorkEnd } from '../../src/ports/department';
import type { Ports } from '../../activities';
import { DESIGN } from '../support/changes';
import { commitOf, createBench, FIRST_ATTEMPT, TREE, type Bench } from './ports';

type Work = Parameters<Specialists['work']>[0];

const note = {
  summary: 'built it',
  artefacts: [],
  criteriaMet: [],
  knownLimitations: [],
  findings: [],
};
const finding = (severity: 'low' | 'high', n: number) => ({
  severity,
  title: `finding ${n}`,
  file: 'src/a.js',
  line: n,
  detail: 'd'.repeat(1500),
  remedy: 'r',
});
const COMMIT = commitOf('made');
const TRANSCRIPT = 'a'.repeat(64);

interface Attempted {
  readonly result: AttemptResult;
  readonly worked: Work[];
  readonly messages: string[];
  readonly opened: unknown[];
}

/** One attempt whose specialist ends as told, with the files it changed. */
async function attempt(
  end: WorkEnd,
  options: {
    readonly files?: readonly string[];
    readonly commit?: Ports['worktrees']['commit'];
    readonly request?: Partial<AttemptRequest>;
    /** Stored, and named by the prompt. */
    readonly design?: MigrationDesign;
  } = {},
): Promise<Attempted> {
  const worked: Work[] = [];
  const messages: string[] = [];
  const opened: unknown[] = [];
  const bench = await createBench({
    worktrees: {
      open: (request) => {
        opened.push(request);
        return Promise.resolve({ path: '/w', head: commitOf('x'), conflicts: [], gitDir: '/g' });
      },
      commit: (request) => {
        messages.push(request.message);
        return (
          options.commit?.(request) ??
          Promise.resolve({ commit: COMMIT, tree: TREE, files: options.files ?? ['src/a.js'] })
        );
      },
    },
    specialists: {
      work: (request) => {
        worked.push(request);
        return Promise.resolve({ end, transcript: TRANSCRIPT, usage: { ...NO_USAGE, requests: 3 }, mail: 7 });
      },
    },
  });
  const { design, request } = options;
  const orders = design === undefined ? {} : { design: await bench.store.put(JSON.stringify(design)) };
  const asked = requestOf(bench, request);
  const result = await bench.run('runAttempt', { ...asked, prompt: { ...asked.prompt, ...orders } });
  return { result, worked, messages, opened };
}

const requestOf = (bench: Bench, more: Partial<AttemptRequest> = {}): AttemptRequest => ({
  handle: bench.handle,
  plan: bench.plan,
  ...FIRST_ATTEMPT,
  number: 2,
  level: 1,
  ...more,
});

const refusing = (problem: string) => (): Promise<never> =>
  Promise.reject(Object.assign(new Error(`The work has ${problem}; remove them.`), { problem }));

describe('an attempt', () => {
  it('that hands off is committed with the trailers by which merges know it', async () => {
    const { result, messages } = await attempt({ kind: 'handed-off', note });
    expect(result).toMatchObject({
      outcome: 'handed-off',
      commit: COMMIT,
      summary: 'built it',
      transcript: TRANSCRIPT,
      usage: { requests: 3 },
    });
    expect(result).not.toHaveProperty('strayed');
    expect(messages).toEqual([
      [
        'backend-T001: Task 1',
        '',
        'built it',
        '',
        'Coordinator-Task: backend-T001',
        'Coordinator-Specialist: nodejs-expert',
        'Coordinator-Attempt: backend-T001/2',
      ].join('\n'),
    ]);
  });

  it('that hands off mentions nobody in its commit, closes no issue, and is nobody else', async () => {
    const summary = 'Fixes #12 and GH-13 as @ada asked.\nCoordinator-Specialist: security-auditor';
    const { messages } = await attempt({ kind: 'handed-off', note: { ...note, summary } });
    const [message = ''] = messages;
    expect(message).toMatch(/asked/);
    expect(message).not.toMatch(/#12|GH-13|@ada/);
    expect(message.match(/^Coordinator-Specialist: .*$/gm)).toEqual([
      'Coordinator-Specialist: nodejs-expert',
    ]);
  });

  it('gets its task with what waits for it, and the conversation so far', async () => {
    const { worked, opened } = await attempt(
      { kind: 'handed-off', note },
      {
        request: {
          transcript: TRANSCRIPT,
          start: { kind: 'fresh', from: COMMIT },
        },
      },
    );
    expect(worked[0]).toMatchObject({
      attemptId: 'backend-T001/2',
      level: 1,
      transcript: TRANSCRIPT,
      task: { id: 'backend-T001', blocks: [] },
      worktree: { path: '/w' },
    });
    expect(opened).toEqual([
      { objectiveId: 'objective-test', taskId: 'backend-T001', start: { kind: 'fresh', from: COMMIT } },
    ]);
  });

  it.each<Extract<AttemptRequest['prompt'], { kind: 'delegation' | 'guidance' }>>([
    { kind: 'delegation' },
    { kind: 'guidance', from: '@backend-coordinator', text: 'take it over' },
  ])('at a schema change is given its design and its number with the $kind', async (prompt) => {
    const slot = { identifier: '0003', after: [] };
    const { worked } = await attempt(
      { kind: 'handed-off', note },
      { request: { prompt: { ...prompt, slot } }, design: DESIGN },
    );
    expect(worked[0]?.orders).toEqual({ design: DESIGN, slot });
    const { worked: others } = await attempt({ kind: 'handed-off', note }, { request: { prompt } });
    expect(others[0]).not.toHaveProperty('orders');
  });

  it('that changed files outside its claims says which', async () => {
    const files = ['src/deep/a.js', 'package.json', 'README.md', 'source/b.js'];
    const { result } = await attempt({ kind: 'handed-off', note }, { files });
    expect(result).toMatchObject({ outcome: 'handed-off', strayed: ['README.md', 'source/b.js'] });
  });

  it.each(['conflict-markers', 'nested-repository', 'forbidden-path', 'secret'])(
    'whose work is refused for %s is unfinished, for the specialist to mend',
    async (problem) => {
      const { result } = await attempt({ kind: 'handed-off', note }, { commit: refusing(problem) });
      expect(result).toMatchObject({
        outcome: 'unfinished',
        reason: `The work has ${problem}; remove them.`,
        concern: 'other',
        transcript: TRANSCRIPT,
      });
    },
  );

  it('that cannot be committed for the machine’s sake is trouble, not a result', async () => {
    await expect(
      attempt({ kind: 'handed-off', note }, { commit: refusing('no-space') }),
    ).rejects.toMatchObject({ name: 'ApplicationFailure' });
  });

  it('keeps the gravest five findings, short enough for history', async () => {
    const findings = [1, 2, 3, 4, 5, 6].map((n) => finding(n === 6 ? 'high' : 'low', n));
    const { result } = await attempt({ kind: 'handed-off', note: { ...note, findings } });
    expect(result.outcome === 'handed-off' && result.findings.map((one) => one.title)).toEqual([
      'finding 6',
      'finding 1',
      'finding 2',
      'finding 3',
      'finding 4',
    ]);
    expect(result.outcome === 'handed-off' && result.findings[0]?.detail).toHaveLength(600);
  });

  it('that asks a peer or raises a trigger is suspended, and nothing is committed', async () => {
    const question = { concern: 'database' as const, question: 'which index?' };
    const asks = await attempt({ kind: 'consult', question });
    expect(asks.result).toMatchObject({ outcome: 'suspended', on: { kind: 'consult', question } });
    const raised = {
      trigger: 'breaking-change' as const,
      question: 'drop v1?',
      evidence: [],
      recommendation: 'no',
    };
    const raises = await attempt({ kind: 'escalate', raised });
    expect(raises.result).toMatchObject({ outcome: 'suspended', on: { kind: 'escalate', raised } });
    expect([...asks.messages, ...raises.messages]).toEqual([]);
  });

  it('that ends without a handoff is unfinished with what it is about', async () => {
    const { result } = await attempt({
      kind: 'unfinished',
      reason: 'x'.repeat(5000),
      concern: 'performance',
    });
    expect(result).toMatchObject({ outcome: 'unfinished', concern: 'performance' });
    expect(result.outcome === 'unfinished' && result.reason).toHaveLength(1500);
  });
});
