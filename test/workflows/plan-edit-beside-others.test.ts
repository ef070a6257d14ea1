// Needs Temporal (a real dev server): objectives on one repository, with its real entity; what they build is scripted.
import type { Activities } from '../../activities/contract';
import { soundRehearsal } from '../../bench/smooth-coordination';
import type { CoordinationRules } from '../../src/domain/coordination/coordination-rules';
import { awaitedContracts } from '../../src/domain/contract/contract-status';
import { MESSAGES } from '../../src/domain/objective/messages';
import type { PlanTask } from '../../src/domain/plan/plan';
import { eventually } from '../support/eventually';
import { workUntilCancelled } from '../support/held-work';
import {
  handedOff,
  resultOf,
  startDepartment,
  until,
  type Objective,
  type TestDepartment,
} from '../support/department';
import { planTask } from '../support/plans';
import { openShop, type Shop } from '../support/shop';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
/** Lets go of what is held; a worker waits for its activities before it stops. */
const releases: (() => void)[] = [];
afterAll(async () => {
  for (const release of releases) release();
  await department.stop();
});

const T1 = 'backend-T001';
const T2 = 'backend-T002';
const T3 = 'backend-T003';
const OTHER = 'objective-other-00000001';
const auth = planTask({ id: T1, owns: ['src/auth/**'] });
const billing = planTask({ id: T2, owns: ['src/billing/**'], dependsOn: [T1] });

const patch = ({ handle }: Objective, ...ops: object[]): Promise<unknown> =>
  handle.executeUpdate(MESSAGES.reviewPlan, { args: [{ decision: 'edit', by: 'ada', patch: ops }] });

/** A task of the plan works until it is let go. */
function holding(taskId: string): {
  readonly runAttempt: Activities['runAttempt'];
  readonly release: () => void;
} {
  let release: () => void = () => undefined;
  const open = new Promise<void>((resolve) => (release = resolve));
  releases.push(release);
  return {
    release,
    runAttempt: async (request) => {
      if (request.taskId === taskId) await open;
      return handedOff(request);
    },
  };
}

const held = async (shop: Shop, tasks: readonly PlanTask[]): Promise<string[]> => {
  const answer = await shop.call('claimWork', { objectiveId: OTHER, tasks });
  await shop.call('releaseClaims', { objectiveId: OTHER, delivered: false });
  return answer.held.map(({ what }) => what);
};

describe('an edit of the plan of an objective whose repository others work on', () => {
  it('that drops a task gives back what it held, and one that adds a task claims for it', async () => {
    const shop = openShop(() => department);
    const input = shop.input();
    const { runAttempt, release } = holding(T1);
    await department.withObjective(
      await shop.activitiesOf(input, [auth, billing], { runAttempt }),
      async (objective) => {
        await until(objective.status, ({ tasks }) => tasks[0]?.state === 'running');
        const theirs = [planTask({ id: T1, owns: ['src/billing/**'] })];
        expect(await held(shop, theirs)).toEqual(['src/billing/**']);
        await patch(objective, { op: 'drop', taskId: T2 });
        await until(objective.status, ({ events }) =>
          events.some(({ text }) => text.includes('version 2 now')),
        );
        expect(await held(shop, theirs)).toEqual([]);
        const added = planTask({ id: T3, owns: ['src/orders/**'], dependsOn: [T1] });
        await objective.handle.executeUpdate(MESSAGES.reviewPlan, {
          args: [{ decision: 'edit', by: 'ada', plan: { summary: 'more', tasks: [auth, added] } }],
        });
        await until(objective.status, ({ plan }) => plan?.version === 3);
        expect(await held(shop, [planTask({ id: T1, owns: ['src/orders/cancel.ts'] })])).toEqual([
          'src/orders/cancel.ts',
        ]);
        release();
        expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
      },
      input,
    );
  });

  it('that wants what another objective holds waits for it with that task alone', async () => {
    const shop = openShop(() => department);
    const [first, second] = [shop.input(), shop.input()];
    const one = holding(T1);
    const other = holding(T1);
    await department.withObjective(
      await shop.activitiesOf(first, [auth], { runAttempt: one.runAttempt }),
      async (holder) => {
        await until(holder.status, ({ tasks }) => tasks[0]?.state === 'running');
        const orders = planTask({ id: T1, owns: ['src/orders/**'] });
        const docs = planTask({ id: T2, owns: ['docs/**'], dependsOn: [T1] });
        await department.withObjective(
          await shop.activitiesOf(second, [orders, docs], { runAttempt: other.runAttempt }),
          async (objective) => {
            await until(objective.status, ({ tasks }) => tasks[0]?.state === 'running');
            await objective.handle.executeUpdate(MESSAGES.reviewPlan, {
              args: [
                {
                  decision: 'edit',
                  by: 'ada',
                  plan: {
                    summary: 'login too',
                    tasks: [orders, docs, planTask({ id: T3, owns: ['src/auth/login.ts'] })],
                  },
                },
              ],
            });
            other.release();
            const waits = await until(
              objective.status,
              ({ tasks }) => tasks[1]?.state === 'merged' && tasks[2]?.waitingFor !== null,
            );
            expect(waits.tasks[2]).toMatchObject({ waitingFor: first.objectiveId, attempts: [] });
            // It is not begun, so that it can still be dropped; then nothing is waited for.
            await patch(objective, { op: 'drop', taskId: T3 });
            expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
            expect((await objective.status()).tasks.map(({ id }) => id)).toEqual([T1, T2]);
          },
          second,
        );
        one.release();
        expect(await resultOf(holder.handle)).toMatchObject({ outcome: 'delivered' });
      },
      first,
    );
  });

  it('cancelling a task gives back what it and its dependants hold, while the objective goes on', async () => {
    const shop = openShop(() => department);
    const input = shop.input();
    const other = planTask({ id: T3, owns: ['docs/**'] });
    const { runAttempt, release } = holding(T3);
    await department.withObjective(
      await shop.activitiesOf(input, [auth, billing, other], {
        runAttempt: (request) => (request.taskId === T1 ? workUntilCancelled() : runAttempt(request)),
      }),
      async (objective) => {
        await until(objective.status, ({ tasks }) => tasks[0]?.state === 'running');
        const theirs = [
          planTask({ id: T1, owns: ['src/auth/**'] }),
          planTask({ id: T2, owns: ['src/billing/**'] }),
        ];
        expect(await held(shop, theirs)).toEqual(['src/auth/**', 'src/billing/**']);
        await objective.handle.executeUpdate(MESSAGES.cancelTask, { args: [{ taskId: T1, by: 'ada' }] });
        await until(objective.status, ({ tasks }) => tasks[0]?.state === 'skipped');
        await eventually(
          () => held(shop, theirs),
          (paths) => paths.length === 0,
        );
        expect((await objective.status()).tasks[2]?.state).toBe('running');
        release();
        await resultOf(objective.handle);
      },
      input,
    );
  });
});

describe('an edit beside a contract and a schema change', () => {
  const RULES: CoordinationRules = {
    contracts: { review: 'human', deadlineHours: 24 },
    database: true,
    watch: { hours: 24, everyMinutes: 5, breaches: 1, checks: [] },
  };
  const contract = planTask({
    id: T1,
    kind: 'contract',
    specialist: 'api-architect',
    owns: ['openapi.yaml'],
  });
  const schema = planTask({
    id: T2,
    kind: 'schema',
    specialist: 'database-optimizer',
    owns: ['migrations/**'],
  });
  const build = planTask({ id: T3, owns: ['src/**'], dependsOn: [T1, T2] });

  const coordinated = async (
    shop: Shop,
    input: ReturnType<Shop['input']>,
    overrides: Partial<Activities> = {},
  ): Promise<Activities> => {
    const activities = await shop.activitiesOf(input, [contract, schema, build], {
      rehearseMigration: () => Promise.resolve(soundRehearsal()),
      ...overrides,
    });
    const { surveyRepository } = activities;
    return {
      ...activities,
      surveyRepository: async (request) => ({ ...(await surveyRepository(request)), coordination: RULES }),
    };
  };

  it('cannot drop a contract that waits for review, nor a schema change with a migration; what is unbegun it can', async () => {
    const shop = openShop(() => department);
    const input = shop.input();
    const { runAttempt, release } = holding(T2);
    await department.withObjective(
      await coordinated(shop, input, { runAttempt }),
      async (objective) => {
        await until(
          objective.status,
          ({ tasks }) => awaitedContracts(tasks).length > 0 && tasks[1]?.state === 'running',
        );
        for (const taskId of [T1, T2]) {
          await expect(patch(objective, { op: 'drop', taskId })).rejects.toMatchObject({
            cause: { message: expect.stringContaining(`${taskId} has begun`) },
          });
        }
        await patch(objective, { op: 'drop', taskId: T3 });
        release();
        await objective.handle.executeUpdate(MESSAGES.reviewContract, {
          args: [{ contract: 'openapi', decision: 'approve', by: 'ann' }],
        });
        expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
        const [folder] = (await shop.state()).folders;
        expect(folder?.reservations).toMatchObject([{ identifier: '0003', taskId: T2, state: 'delivered' }]);
      },
      input,
    );
  });

  it('a schema change that is cancelled after its migration was designed leaves no number taken', async () => {
    const shop = openShop(() => department);
    const input = shop.input();
    await department.withObjective(
      await coordinated(shop, input, {
        runAttempt: (request) =>
          request.taskId === T2 ? workUntilCancelled() : Promise.resolve(handedOff(request)),
      }),
      async (objective) => {
        await until(
          objective.status,
          ({ tasks }) => awaitedContracts(tasks).length > 0 && tasks[1]?.state === 'running',
        );
        expect((await shop.state()).folders[0]?.reservations).toHaveLength(1);
        await objective.handle.executeUpdate(MESSAGES.cancelTask, { args: [{ taskId: T2, by: 'ada' }] });
        await objective.handle.executeUpdate(MESSAGES.reviewContract, {
          args: [{ contract: 'openapi', decision: 'approve', by: 'ann' }],
        });
        await resultOf(objective.handle);
        expect((await objective.status()).tasks.map(({ state }) => state)).toEqual([
          'merged',
          'skipped',
          'skipped',
        ]);
        expect((await shop.state()).folders[0]?.reservations).toEqual([]);
      },
      input,
    );
  });
});
