// Needs Temporal (a real dev server); the activities behind it are scripted.
import { setTimeout as sleep } from 'node:timers/promises';
import { Mail } from '../../src/domain/work/mail';
import type { MESSAGES } from '../../src/domain/objective/messages';
import { ATTEMPT_MAILBOX } from '../../src/domain/objective/messages';
import {
  handedOff,
  resultOf,
  smoothActivities,
  startDepartment,
  until,
  type Objective,
  type TestDepartment,
} from '../support/department';
import { editable } from '../support/editable-plan';
import { workUntilCancelled } from '../support/held-work';
import { planTask } from '../support/plans';

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
const tasks = [planTask({ id: T1 }), planTask({ id: T2, dependsOn: [T1] })];

function gate(): { readonly open: Promise<void>; readonly release: () => void } {
  let release: () => void = () => undefined;
  const open = new Promise<void>((resolve) => (release = resolve));
  releases.push(release);
  return { open, release };
}

const say = ({ handle }: Objective, name: keyof typeof MESSAGES, body: object = {}): Promise<unknown> =>
  handle.executeUpdate(name, { args: [{ by: 'ada', ...body }] });
const told = async ({ handle }: Objective, taskId: string): Promise<string[]> =>
  Mail.parse(await handle.query(ATTEMPT_MAILBOX, taskId)).steering.map(({ text }) => text);

describe('what is said to everybody at work', () => {
  it('before there is a plan reaches the tasks of the plan', async () => {
    const { open, release } = gate();
    const smooth = smoothActivities(tasks);
    const activities = smoothActivities(tasks, {
      planObjective: async (request) => {
        await open;
        return smooth.planObjective(request);
      },
      runAttempt: () => workUntilCancelled(),
    });
    await department.withObjective(activities, async (objective) => {
      await until(objective.status, ({ events }) => events.some(({ text }) => text.startsWith('analysed')));
      expect(await say(objective, 'steer', { message: 'no new dependencies' })).toMatchObject({
        message: expect.stringContaining('tasks to come are told'),
      });
      release();
      await until(objective.status, (seen) => seen.tasks[0]?.state === 'running');
      for (const id of [T1, T2]) expect(await told(objective, id)).toEqual(['ada: no new dependencies']);
    });
  });

  it('reaches tasks that an edit adds later; what is said to one does not', async () => {
    const { activities } = editable(tasks, { runAttempt: () => workUntilCancelled() });
    await department.withObjective(activities, async (objective) => {
      await until(objective.status, (seen) => seen.tasks[0]?.state === 'running');
      await say(objective, 'steer', { message: 'no new dependencies' });
      await say(objective, 'steer', { message: 'mind the cache', taskId: T1 });
      const added = planTask({ id: 'backend-T010', dependsOn: [T1] });
      await say(objective, 'reviewPlan', {
        decision: 'edit',
        plan: { summary: 'more', tasks: [...tasks, added] },
      });
      expect(await told(objective, added.id)).toEqual(['ada: no new dependencies']);
      expect(await told(objective, T1)).toEqual(['ada: no new dependencies', 'ada: mind the cache']);
    });
  });
});

it('a pause while the objective is planned holds the next question to a model until it goes on', async () => {
  const { open, release } = gate();
  let planned = 0;
  const smooth = smoothActivities(tasks);
  const activities = smoothActivities(tasks, {
    analyseObjective: async (request) => {
      await open;
      return smooth.analyseObjective(request);
    },
    planObjective: (request) => {
      planned += 1;
      return smooth.planObjective(request);
    },
  });
  await department.withObjective(activities, async (objective) => {
    await until(objective.status, ({ events }) => events.some(({ text }) => text.startsWith('surveyed')));
    await say(objective, 'pause');
    release();
    await until(objective.status, ({ events }) => events.some(({ text }) => text.startsWith('analysed')));
    await sleep(1000);
    expect(planned).toBe(0);
    expect((await objective.status()).state).toBe('paused');
    await say(objective, 'resume');
    expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
    expect(planned).toBe(1);
  });
});

it('a task that is cancelled while its merge is being finished is merged, and so it is told', async () => {
  const { open, release } = gate();
  let merging = false;
  const smooth = smoothActivities(tasks);
  const activities = smoothActivities(tasks, {
    mergeTask: async (request) => {
      merging = true;
      await open;
      return smooth.mergeTask(request);
    },
  });
  await department.withObjective(activities, async (objective) => {
    await until(objective.status, () => merging);
    await say(objective, 'cancelTask', { taskId: T1 });
    release();
    await resultOf(objective.handle);
    const seen = await objective.status();
    expect(seen.tasks.map(({ state }) => state)).toEqual(['merged', 'skipped']);
    expect(seen.events.map(({ text }) => text)).toContain('was merged before it could be left out');
  });
});

it('a task whose merge stops for its being cancelled is left out', async () => {
  let merging = false;
  const activities = smoothActivities(tasks, {
    runAttempt: (request) => Promise.resolve(handedOff(request)),
    mergeTask: () => {
      merging = true;
      return workUntilCancelled();
    },
  });
  await department.withObjective(activities, async (objective) => {
    await until(objective.status, () => merging);
    await say(objective, 'cancelTask', { taskId: T1 });
    await resultOf(objective.handle);
    expect((await objective.status()).tasks.map(({ state }) => state)).toEqual(['skipped', 'skipped']);
  });
});
