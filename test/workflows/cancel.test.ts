// Needs Temporal (a real dev server); the activities behind it are scripted.
import { CancelledFailure } from '@temporalio/activity';
import { MESSAGES } from '../../src/domain/objective/messages';
import type { ObjectiveResult } from '../../src/domain/objective/status';
import { addUsage } from '../../src/domain/usage/usage';
import type { Activities } from '../../activities/contract';
import {
  handedOff,
  smoothActivities,
  startDepartment,
  resultOf,
  until,
  type TestDepartment,
} from '../support/department';
import { workUntilCancelled } from '../support/held-work';
import { planTask } from '../support/plans';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
afterAll(async () => {
  await department.stop();
});

const tasks = [
  planTask({ id: 'backend-T001' }),
  planTask({ id: 'backend-T002' }),
  planTask({ id: 'backend-T003', dependsOn: ['backend-T001'] }),
];

/** T001 works until it is cancelled and needs a while to stop; what ends is written down. */
function endless(log: string[]): Activities {
  const base = smoothActivities(tasks);
  return smoothActivities(tasks, {
    runAttempt: async (request) => {
      if (request.taskId !== 'backend-T001') return handedOff(request);
      try {
        return await workUntilCancelled(700);
      } finally {
        log.push('agent stopped');
      }
    },
    deliverObjective: (request) => {
      log.push('branch and report written');
      return base.deliverObjective(request);
    },
  });
}

describe("Temporal's cancellation", () => {
  it('closes the objective only after its agents ended, and still writes branch and report', async () => {
    const log: string[] = [];
    await department.withObjective(endless(log), async ({ handle, status }) => {
      await until(status, (s) => s.tasks[0]?.state === 'running' && s.tasks[1]?.state === 'merged');
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      expect(log).toEqual(['agent stopped', 'branch and report written']);
      expect((await handle.describe()).status.name).toBe('CANCELLED');
      expect(await status()).toMatchObject({
        state: 'cancelled',
        outcome: 'cancelled',
        delivery: { branch: 'coordinator/test', report: 'report.md' },
        escalations: [],
      });
    });
  });

  it('while the objective is still being thought about asks nobody anything', async () => {
    const log: string[] = [];
    const activities = smoothActivities(tasks, {
      analyseObjective: async () => {
        log.push('thinking');
        return workUntilCancelled();
      },
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      await until(status, () => log.length === 1);
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      expect(await status()).toMatchObject({ outcome: 'cancelled', escalations: [], decisions: [] });
      expect((await status()).events.filter((event) => event.text.startsWith('asks'))).toEqual([]);
    });
  });

  it('during a wait for a human closes too', async () => {
    const activities = smoothActivities(tasks, {
      runAttempt: () =>
        Promise.resolve({
          outcome: 'suspended',
          on: {
            kind: 'escalate',
            raised: { trigger: 'breaking-change', question: 'drop v1?', evidence: [], recommendation: 'no' },
          },
          transcript: '0'.repeat(64),
          usage: { requests: 1, input: 1, output: 1, cacheRead: 0, cacheWrite: 0, usd: null },
        }),
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      await until(status, (s) => s.escalations.length === 2);
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      expect((await status()).state).toBe('cancelled');
    });
  });
});

describe('cancelTask', () => {
  it('books what the attempt it stops had used', async () => {
    const usage = { requests: 3, input: 900, output: 80, cacheRead: 0, cacheWrite: 0, usd: 0.04 };
    const activities = smoothActivities(tasks, {
      runAttempt: (request) =>
        request.taskId === 'backend-T001'
          ? workUntilCancelled().catch((reason: unknown) => {
              throw reason instanceof CancelledFailure
                ? new CancelledFailure('stopped', [{ usage }])
                : reason;
            })
          : Promise.resolve(handedOff(request)),
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      await until(status, (s) => s.tasks[0]?.state === 'running' && s.tasks[1]?.state === 'merged');
      const before = await status();
      await handle.executeUpdate(MESSAGES.cancelTask, { args: [{ taskId: 'backend-T001', by: 'ada' }] });
      await resultOf(handle);
      const { tasks: after, usage: all, ledger = [] } = await status();
      expect([after[0]?.state, after[0]?.usage]).toEqual(['skipped', usage]);
      expect(all).toEqual(addUsage(before.usage, usage));
      expect(ledger.find(({ subject }) => subject === 'backend-T001')?.usage).toEqual(usage);
    });
  });

  it('stops one task, leaves out what waits for it, and lets the others run to the end', async () => {
    const log: string[] = [];
    await department.withObjective(endless(log), async ({ handle, status }) => {
      await until(status, (s) => s.tasks[0]?.state === 'running');
      const answer = await handle.executeUpdate(MESSAGES.cancelTask, {
        args: [{ taskId: 'backend-T001', by: 'ada', reason: 'not needed' }],
      });
      expect(answer).toMatchObject({ message: 'cancelled; skipped with it: backend-T003' });
      const result: ObjectiveResult = await resultOf(handle);
      expect(result).toMatchObject({
        outcome: 'delivered-with-waivers',
        reason: 'skipped: backend-T001, backend-T003',
      });
      expect(log).toEqual(['agent stopped', 'branch and report written']);
      expect((await status()).tasks.map((task) => task.state)).toEqual(['skipped', 'merged', 'skipped']);
    });
  });
});
