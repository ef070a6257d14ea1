// Needs no server: activities run in Temporal's mock environment over scripted ports.
import type { DepartmentRoles } from '../../src/domain/department/department-roles';
import type { PlanTask } from '../../src/domain/plan/plan';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { PlanChange, PlanResult } from '../../src/domain/work/work';
import { planTask } from '../domain/tasks';
import { objectiveInput } from '../../bench/smooth-activities';
import { answered, BASE, createBench, SURVEY, type Bench } from './ports';

/** What the code says of a plan the model proposes. */
async function propose(...tasks: readonly PlanTask[]): Promise<{ bench: Bench; result: PlanResult }> {
  const bench = await createBench({
    coordination: { plan: () => answered({ summary: 'a plan', tasks: [...tasks] }) },
  });
  const { handle, analysis } = bench;
  const result = await bench.run('planObjective', { handle, analysis, refusals: [], comment: null });
  return { bench, result };
}

describe('a proposed plan', () => {
  it('that is a good one is stored and outlined', async () => {
    const { bench, result } = await propose(planTask(1), planTask(2, { dependsOn: ['backend-T001'] }));
    expect(result).toMatchObject({
      outcome: 'accepted',
      tasks: [{ id: 'backend-T001' }, { id: 'backend-T002', dependsOn: ['backend-T001'] }],
    });
    if (result.outcome !== 'accepted') return;
    expect(result.tasks[0]).not.toHaveProperty('objective');
    expect(JSON.parse((await bench.store.get(result.plan)).toString('utf8'))).toMatchObject({
      summary: 'a plan',
    });
  });

  it('that is not is refused by code, with every error in words', async () => {
    const { result } = await propose(planTask(1, { specialist: 'nobody-knows' }));
    expect(result).toEqual({
      outcome: 'refused',
      errors: [expect.stringContaining('@nobody-knows, who is not in the roster')],
      usage: NO_USAGE,
    });
    const circle = await propose(
      planTask(1, { dependsOn: ['backend-T002'] }),
      planTask(2, { dependsOn: ['backend-T001'] }),
    );
    expect(circle.result).toMatchObject({ errors: [expect.stringContaining('circle')] });
  });

  it('that is too large to be told is refused with where most of it comes from, and one of the charter’s size is not', async () => {
    const long = (id: number): string[] =>
      Array.from({ length: 60 }, (_, at) => `src/a/rather/long/path/of/task-${id}/file-${at}.ts`);
    const wide = await propose(
      ...Array.from({ length: 40 }, (_, at) => planTask(at + 1, { owns: long(at + 1) })),
    );
    expect(wide.result).toEqual({
      outcome: 'refused',
      errors: [
        expect.stringMatching(
          /of the 40 tasks are 1\d\d KB together, above the 64 .* claim folders .*backend-T001 has 60/,
        ),
      ],
      usage: NO_USAGE,
    });
    const many = await propose(
      ...Array.from({ length: 200 }, (_, at) => planTask(at + 1, { owns: [`src/task-${at + 1}/**`] })),
    );
    expect(many.result.outcome).toBe('accepted');
  });

  it('without any task is refused', async () => {
    expect((await propose()).result.outcome).toBe('refused');
  });

  it('changed by a human is checked by the same rules', async () => {
    const { handle, analysis, plan, run } = await createBench();
    const amend = (on: string): Promise<PlanResult> =>
      run('amendPlan', {
        handle,
        analysis,
        plan,
        change: { kind: 'patch', patch: [{ op: 'depend', taskId: 'backend-T001', on }] },
      });
    expect((await amend('backend-T007')).outcome).toBe('refused');
    expect((await amend('backend-T001')).outcome).toBe('refused');
    const dropped = await run('amendPlan', {
      handle,
      analysis,
      plan,
      change: { kind: 'patch', patch: [{ op: 'drop', taskId: 'backend-T009' }] },
    });
    expect(dropped).toMatchObject({
      outcome: 'refused',
      errors: ['there is no task backend-T009 to drop'],
    });
  });

  it('grown too large by tasks nobody wrote fails, so that people are asked; an edit is refused', async () => {
    const { handle, analysis, run, store } = await createBench();
    const owns = (id: number): string[] =>
      Array.from({ length: 60 }, (_, at) => `src/a/rather/long/path/of/task-${id}/file-${at}.ts`);
    const tasks = Array.from({ length: 40 }, (_, at) => planTask(at + 1, { owns: owns(at + 1) }));
    const plan = await store.put(JSON.stringify({ summary: 'a plan', tasks }));
    const amend = (change: PlanChange): Promise<PlanResult> =>
      run('amendPlan', { handle, analysis, plan, change });
    await expect(amend({ kind: 'add', tasks: [planTask(41)], dependencies: [] })).rejects.toMatchObject({
      type: 'Result.TooLarge',
    });
    const edit = { op: 'depend', taskId: 'backend-T002', on: 'backend-T001' } as const;
    expect(await amend({ kind: 'patch', patch: [edit] })).toMatchObject({
      outcome: 'refused',
      errors: [expect.stringContaining('of the 40 tasks are')],
    });
  });

  it('takes feedback as a whole or not at all, so that each task answers the item it is said to answer', async () => {
    const { handle, analysis, plan, run, store } = await createBench();
    const item = {
      key: 'github:review-comment:2',
      kind: 'review-comment',
      author: 'ada',
      member: true,
      at: '2030-01-01T10:00:00Z',
      url: null,
      path: null,
      line: null,
      text: 'Say how long.',
    };
    const feedback = await store.put(
      JSON.stringify({
        pullRequest: {
          forge: 'github',
          repository: 'https://github.example/acme/orders',
          number: 7,
          url: 'https://github.example/acme/orders/pull/7',
        },
        items: [item],
      }),
    );
    const take = (...keys: string[]): Promise<PlanResult> =>
      run('amendPlan', {
        handle,
        analysis,
        plan,
        change: {
          kind: 'feedback',
          feedback,
          keys,
          done: [{ taskId: 'backend-T001', specialist: 'nodejs-expert' }],
          after: [],
        },
      });
    expect(await take('github:review-comment:1', item.key)).toMatchObject({
      outcome: 'refused',
      errors: ['The stored feedback has no github:review-comment:1.'],
    });
    expect((await take(item.key)).outcome).toBe('accepted');
  });
});

describe('a specialist the repository brings', () => {
  const ROLES: DepartmentRoles = {
    brought: [{ name: 'rust-expert', adds: 'specialist', description: 'Rust', text: 'a'.repeat(64) }],
    settings: {},
  };

  it('can be planned for, and only where the survey found it', async () => {
    const plan = { summary: 'a plan', tasks: [planTask(1, { specialist: 'rust-expert' })] };
    const ask = async (roles: DepartmentRoles | null): Promise<PlanResult> => {
      const bench = await createBench({ coordination: { plan: () => answered(plan) } });
      const handle = roles === null ? bench.handle : await bench.withRoles(roles);
      return bench.run('planObjective', { handle, analysis: bench.analysis, refusals: [], comment: null });
    };
    expect((await ask(ROLES)).outcome).toBe('accepted');
    expect((await ask(null)).outcome).toBe('refused');
  });

  it('is among those a review may reassign to, but never for an audit', async () => {
    const rosters: (readonly string[])[] = [];
    const bench = await createBench({
      coordination: {
        review: ({ roster }) => {
          rosters.push(roster);
          return answered({ action: 'guide', guidance: 'go on' });
        },
      },
    });
    const handle = await bench.withRoles(ROLES);
    const tasks = [planTask(1), planTask(2, { kind: 'security-audit' })];
    const plan = await bench.store.put(JSON.stringify({ summary: 'two', tasks }));
    for (const { id: taskId, specialist } of tasks) {
      await bench.run('reviewTask', { handle, plan, taskId, specialist, roster: [], failure: 'x' });
    }
    expect(rosters.map((roster) => roster.includes('rust-expert'))).toEqual([true, false]);
    expect(rosters[1]).toContain('backend-architect');
  });
});

test('the survey freezes conventions and roles for every later activity', async () => {
  const files = { 'AGENTS.md': 'Two spaces.', 'CLAUDE.md': 'No any.' };
  const text = 'b'.repeat(64);
  const brought = { name: 'rust-expert', adds: 'specialist', description: 'Rust', text } as const;
  const bench = await createBench({
    repositories: {
      prepare: () => Promise.resolve({ head: BASE }),
      listFiles: () => Promise.resolve(Object.keys(files)),
      readFile: ({ path }) => Promise.resolve(new Map(Object.entries(files)).get(path) ?? null),
    },
    surveyor: {
      survey: () => Promise.resolve({ ...SURVEY, conventions: Object.keys(files) }),
      readRoles: () =>
        Promise.resolve({ roles: { brought: [brought], settings: {} }, notes: ['x.md is left out'] }),
    },
  });
  const found = await bench.run('surveyRepository', objectiveInput());
  expect(found).toMatchObject({
    brought: ['rust-expert'],
    notes: ['the repository brings @rust-expert: Rust', 'x.md is left out'],
  });
  expect(JSON.parse((await bench.store.get(found.dossier)).toString('utf8'))).toMatchObject({
    conventions: 'Two spaces.\n\nNo any.',
    roles: { brought: [brought] },
  });
});
