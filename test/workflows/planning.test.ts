// Needs Temporal (a real dev server); the activities behind it are scripted.
import { ApplicationFailure } from '@temporalio/common';
import { MESSAGES } from '../../src/domain/objective/messages';
import { outlineTask } from '../../src/domain/plan/plan';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { PlanRequest } from '../../src/domain/work/work';
import {
  handedOff,
  resultOf,
  sha,
  smoothActivities,
  until,
  startDepartment,
  type TestDepartment,
} from '../support/department';
import { planTask } from '../support/plans';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
afterAll(async () => {
  await department.stop();
});

const tasks = [planTask({ id: 'backend-T001' })];
const accepted = {
  outcome: 'accepted' as const,
  plan: sha('plan'),
  tasks: tasks.map(outlineTask),
  usage: NO_USAGE,
};

describe('planning', () => {
  it('a refused plan goes back to the model with the errors', async () => {
    const requests: PlanRequest[] = [];
    const activities = smoothActivities(tasks, {
      planObjective: (request) => {
        requests.push(request);
        return Promise.resolve(
          requests.length === 1
            ? { outcome: 'refused' as const, errors: ['The dependencies run in a circle.'], usage: NO_USAGE }
            : accepted,
        );
      },
    });
    expect(await department.withObjective(activities, ({ handle }) => resultOf(handle))).toMatchObject({
      outcome: 'delivered',
    });
    expect(requests.map((request) => request.refusals)).toEqual([[], ['The dependencies run in a circle.']]);
  });

  it('refused three times it asks a human; retry goes on', async () => {
    let rounds = 0;
    const activities = smoothActivities(tasks, {
      planObjective: () => {
        rounds += 1;
        return Promise.resolve(
          rounds <= 3 ? { outcome: 'refused' as const, errors: ['no tasks'], usage: NO_USAGE } : accepted,
        );
      },
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      const asked = await until(status, (s) => s.escalations.length === 1);
      expect(rounds).toBe(3);
      expect(asked.escalations[0]).toMatchObject({ id: 'objective-E1', trigger: 'plan-refused' });
      await handle.executeUpdate(MESSAGES.resolveEscalation, {
        args: [{ escalationId: 'objective-E1', decision: 'retry', by: 'ada' }],
      });
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
    });
  });
});

describe('trouble with the provider', () => {
  it('a refused key asks once for the objective, however many tasks meet it, and burns no level', async () => {
    let refusing = true;
    const many = ['1', '2', '3'].map((n) => planTask({ id: `backend-T00${n}` }));
    const activities = smoothActivities(many, {
      runAttempt: (request) =>
        refusing
          ? Promise.reject(ApplicationFailure.nonRetryable('the key is refused', 'Model.Unauthorized'))
          : Promise.resolve(handedOff(request)),
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      const asked = await until(
        status,
        (s) => s.escalations.length > 0 && s.tasks.every((t) => t.state === 'suspended'),
      );
      expect(asked.escalations).toMatchObject([{ id: 'objective-E1', trigger: 'provider-refused' }]);
      refusing = false;
      await handle.executeUpdate(MESSAGES.resolveEscalation, {
        args: [{ escalationId: 'objective-E1', decision: 'retry', by: 'ada' }],
      });
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      expect((await status()).tasks.map((task) => [task.level, task.attempts.length])).toEqual([
        [0, 1],
        [0, 1],
        [0, 1],
      ]);
    });
  });

  it('a rate limit is waited out by the retry policy and burns no level', async () => {
    let calls = 0;
    const activities = smoothActivities(tasks, {
      runAttempt: (request) => {
        calls += 1;
        return calls < 3
          ? Promise.reject(
              ApplicationFailure.create({
                type: 'Model.RateLimited',
                message: '429',
                nextRetryDelay: '50ms',
              }),
            )
          : Promise.resolve(handedOff(request));
      },
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      expect(calls).toBe(3);
      expect((await status()).tasks[0]?.attempts).toMatchObject([{ number: 1, level: 0 }]);
    });
  });

  it('an activity that cannot do its job asks about the task; retry takes the same step up again', async () => {
    let broken = true;
    const activities = smoothActivities(tasks, {
      mergeTask: (request) =>
        broken
          ? Promise.reject(ApplicationFailure.nonRetryable('no space left on device', 'WorkspaceError'))
          : Promise.resolve({ outcome: 'merged', head: request.commit }),
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      const asked = await until(status, (s) => s.escalations.length === 1);
      expect(asked.escalations[0]).toMatchObject({ id: 'backend-T001-E1', trigger: 'could-not-run' });
      expect(asked.escalations[0]?.question).toContain('no space left on device');
      broken = false;
      await handle.executeUpdate(MESSAGES.resolveEscalation, {
        args: [{ escalationId: 'backend-T001-E1', decision: 'retry', by: 'ada' }],
      });
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      expect((await status()).tasks[0]?.attempts).toHaveLength(1);
    });
  });
});
