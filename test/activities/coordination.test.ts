// Needs no server: activities run in Temporal's mock environment over scripted ports.
import type { PlanTask } from '../../src/domain/plan';
import { NO_USAGE } from '../../src/domain/usage';
import type { PlanResult } from '../../src/domain/work';
import { planTask } from '../domain/tasks';
import { answered, createBench, type Bench } from './ports';

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
});
