// Needs Temporal (a real dev server); the activities behind it are scripted.
import { randomUUID } from 'node:crypto';
import type { Activities } from '../../activities/contract';
import { ATTEMPT_MAILBOX, MESSAGES, QUERIES } from '../../src/domain/objective/messages';
import type { AttemptRequest } from '../../src/domain/work/work';
import {
  handedOff,
  objectiveInput,
  redGate,
  resultOf,
  smoothActivities,
  until,
  startDepartment,
  type TestDepartment,
} from '../support/department';
import { charterTasks, planTask } from '../support/plans';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
afterAll(async () => {
  await department.stop();
});

const failing = { subject: 'tests' as const, excerpt: 'not ok 1' };
const two = [planTask({ id: 'backend-T001' }), planTask({ id: 'backend-T002' })];

/** Task T001 stays red until `mended`; everything else is green. */
function stubborn(attempts: AttemptRequest[] = [], mended: () => boolean = () => false): Activities {
  const commits = new Map<string, string>();
  return smoothActivities(two, {
    runAttempt: (request) => {
      attempts.push(request);
      const result = handedOff(request);
      if (result.outcome === 'handed-off') commits.set(result.commit, request.taskId);
      return Promise.resolve(result);
    },
    gateCommit: (request) =>
      Promise.resolve(
        request.scope === 'task' && commits.get(request.commit) === 'backend-T001' && !mended()
          ? redGate(failing)
          : { ...redGate(), green: true },
      ),
  });
}

const E1 = 'backend-T001-E1';

describe('a level-4 question', () => {
  it('waits for a human while independent tasks go on', async () => {
    await department.withObjective(stubborn(), async ({ status }) => {
      const asked = await until(status, (s) => s.escalations.length === 1 && s.tasks[1]?.state === 'merged');
      expect(asked.state).toBe('awaiting-human');
      expect(asked.escalations[0]).toMatchObject({
        id: E1,
        level: 4,
        trigger: 'levels-spent',
        recommended: 'retry',
      });
      expect(asked.tasks[0]).toMatchObject({ state: 'suspended', level: 4, waitingFor: E1 });
    });
  });

  it('retry by a raw JSON signal grants one attempt with the guidance; failing again asks again', async () => {
    const attempts: AttemptRequest[] = [];
    await department.withObjective(stubborn(attempts), async ({ handle, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      const before = attempts.length;
      await handle.signal(MESSAGES.resolveEscalation, {
        escalationId: E1,
        decision: 'retry',
        guidance: 'look at the clock',
        by: 'ada',
      });
      const again = await until(status, (s) => s.escalations[0]?.id === 'backend-T001-E2');
      expect(attempts.slice(before).filter((a) => a.taskId === 'backend-T001')).toMatchObject([
        { level: 4, prompt: { kind: 'guidance', text: 'look at the clock', from: 'ada' } },
      ]);
      expect(again.decisions).toMatchObject([
        { escalationId: E1, decision: 'retry', by: 'ada', channel: 'signal' },
      ]);
    });
  });

  it('accept by update waives exactly the red items and merges the task', async () => {
    const result = await department.withObjective(stubborn(), async ({ handle, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      const answer = await handle.executeUpdate(MESSAGES.resolveEscalation, {
        args: [{ escalationId: E1, decision: 'accept', guidance: 'known flake', by: 'ada' }],
      });
      expect(answer).toMatchObject({ accepted: true });
      const end = await resultOf(handle);
      expect((await status()).tasks[0]?.state).toBe('waived');
      return end;
    });
    expect(result).toMatchObject({ outcome: 'delivered-with-waivers', reason: 'waived: backend-T001' });
  });

  it('reassign starts the assignee anew from the integration head', async () => {
    const attempts: AttemptRequest[] = [];
    let reassigned = false;
    await department.withObjective(
      stubborn(attempts, () => reassigned),
      async ({ handle, status }) => {
        await until(status, (s) => s.escalations.length === 1);
        reassigned = true;
        const nobody = handle.executeUpdate(MESSAGES.resolveEscalation, {
          args: [{ escalationId: E1, decision: 'reassign', assignee: '@cobol-expert', by: 'ada' }],
        });
        await expect(nobody).rejects.toMatchObject({
          cause: { message: expect.stringContaining('cobol-expert cannot take backend-T001; choose one of') },
        });
        await handle.executeUpdate(MESSAGES.resolveEscalation, {
          args: [{ escalationId: E1, decision: 'reassign', assignee: '@python-pro', by: 'ada' }],
        });
        expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
        expect(attempts.at(-1)).toMatchObject({
          specialist: 'python-pro',
          level: 4,
          transcript: null,
          start: { kind: 'fresh' },
        });
      },
    );
  });

  it('skip leaves out the task and everything that depends on it', async () => {
    const chain = [
      two[0]!,
      planTask({ id: 'backend-T002', dependsOn: ['backend-T001'] }),
      planTask({ id: 'backend-T003' }),
    ];
    const activities = smoothActivities(chain, {
      gateCommit: (request) =>
        Promise.resolve(request.scope === 'task' ? redGate(failing) : { ...redGate(), green: true }),
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      await until(status, (s) => s.escalations.length === 2);
      await handle.executeUpdate(MESSAGES.resolveEscalation, {
        args: [{ escalationId: E1, decision: 'skip', by: 'ada' }],
      });
      const skipped = await until(status, (s) => s.tasks[0]?.state === 'skipped');
      expect(skipped.tasks.map((task) => task.state)).toEqual(['skipped', 'skipped', 'suspended']);
    });
  });

  it('abort ends the objective as aborted, with branch and report', async () => {
    const result = await department.withObjective(stubborn(), async ({ handle, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      await handle.signal(MESSAGES.resolveEscalation, { escalationId: E1, decision: 'abort', by: 'ada' });
      return resultOf(handle);
    });
    expect(result).toMatchObject({ outcome: 'aborted', branch: 'coordinator/test', report: 'report.md' });
  });

  it('two deciders at once: the first wins, the second is told who decided what', async () => {
    await department.withObjective(stubborn(), async ({ handle, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      const decide = (by: string): Promise<unknown> =>
        handle.executeUpdate(MESSAGES.resolveEscalation, {
          args: [{ escalationId: E1, decision: by === 'ada' ? 'skip' : 'retry', by }],
        });
      const outcomes = await Promise.allSettled([decide('ada'), decide('bob')]);
      const refused = outcomes.filter((o) => o.status === 'rejected');
      expect(refused).toHaveLength(1);
      expect(String((refused[0] as { reason: { cause?: Error } }).reason.cause?.message)).toMatch(
        /already decided: (skip by ada|retry by bob)/,
      );
      expect((await status()).decisions).toHaveLength(1);
    });
  });

  it('the same update id twice gets one answer and decides once', async () => {
    await department.withObjective(stubborn(), async ({ handle, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      const updateId = randomUUID();
      const args: [unknown] = [{ escalationId: E1, decision: 'skip', by: 'ada' }];
      const first = await handle.executeUpdate(MESSAGES.resolveEscalation, { updateId, args });
      expect(await handle.executeUpdate(MESSAGES.resolveEscalation, { updateId, args })).toEqual(first);
      expect((await status()).decisions).toHaveLength(1);
    });
  });

  it('a high-severity finding asks at once; mending adds a repair task and the audit runs again after it', async () => {
    const finding = {
      severity: 'high' as const,
      title: 'Refresh tokens are stored in clear',
      file: 'work/backend-T003/store.js',
      line: 12,
      detail: 'the column holds the token itself',
      remedy: 'store a hash',
    };
    const log: string[] = [];
    const activities = smoothActivities(charterTasks(), {
      runAttempt: (request) => {
        log.push(request.taskId);
        const audits = log.filter((id) => id === 'backend-T007').length;
        const findings = request.taskId === 'backend-T007' && audits === 1 ? [finding] : [];
        return Promise.resolve(handedOff(request, { findings }));
      },
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      const asked = await until(status, (s) => s.escalations.length === 1);
      expect(asked.escalations[0]).toMatchObject({ trigger: 'security-concern', recommended: 'mend' });
      await handle.executeUpdate(MESSAGES.resolveEscalation, {
        args: [{ escalationId: 'backend-T007-E1', decision: 'retry', option: 'mend', by: 'ada' }],
      });
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      expect(log.slice(-4)).toEqual(['backend-T007', 'backend-T009', 'backend-T007', 'backend-T008']);
      expect((await status()).tasks.at(-1)).toMatchObject({
        id: 'backend-T009',
        kind: 'repair',
        specialist: 'nodejs-expert',
      });
    });
  });
});

describe('messages', () => {
  it('a malformed or unknown signal is recorded, ignored and visible in status', async () => {
    await department.withObjective(stubborn(), async ({ handle, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      await handle.signal(MESSAGES.resolveEscalation, { escalationId: E1, decision: 'maybe' });
      await handle.signal(MESSAGES.resolveEscalation, 'not even an object');
      await handle.signal('makeCoffee', {});
      const seen = await until(status, (s) => s.ignored.length === 3);
      expect(seen.ignored.map((row) => row.name)).toEqual([
        'resolveEscalation',
        'resolveEscalation',
        'makeCoffee',
      ]);
      expect(seen.state).toBe('awaiting-human');
    });
  });

  it('a malformed update is refused with the reason and leaves no event', async () => {
    await department.withObjective(stubborn(), async ({ handle, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      const refused = handle.executeUpdate(MESSAGES.resolveEscalation, {
        args: [{ escalationId: E1, decision: 'accept', by: 'ada' }],
      });
      await expect(refused).rejects.toMatchObject({
        cause: { message: expect.stringContaining('accept needs guidance') as string },
      });
      expect((await status()).ignored).toEqual([]);
    });
  });

  it('a decision sent before its question is known is refused, not remembered', async () => {
    await department.withObjective(stubborn(), async ({ handle, status }) => {
      await handle.signal(MESSAGES.resolveEscalation, {
        escalationId: 'backend-T001-E9',
        decision: 'skip',
        by: 'ada',
      });
      const seen = await until(status, (s) => s.ignored.length === 1);
      expect(seen.ignored[0]?.reason).toMatch(/there is no escalation backend-T001-E9/);
    });
  });

  it('pause lets nothing new start; resume goes on', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const started: string[] = [];
    const chain = [two[0]!, planTask({ id: 'backend-T002', dependsOn: ['backend-T001'] })];
    const activities = smoothActivities(chain, {
      runAttempt: async (request) => {
        started.push(request.taskId);
        if (request.taskId === 'backend-T001') await held;
        return handedOff(request);
      },
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      await until(status, () => started.length === 1);
      await handle.executeUpdate(MESSAGES.pause, { args: [{ by: 'ada' }] });
      release();
      const paused = await until(status, (s) => s.tasks[0]?.state === 'merged');
      expect(paused.state).toBe('paused');
      expect(started).toEqual(['backend-T001']);
      await handle.executeUpdate(MESSAGES.resume, { args: [{ by: 'ada' }] });
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
    });
  });

  it('steering waits in the mailbox of the task until an attempt was told', async () => {
    const attempts: AttemptRequest[] = [];
    await department.withObjective(stubborn(attempts), async ({ handle, status }) => {
      await until(status, (s) => s.escalations.length === 1);
      await handle.executeUpdate(MESSAGES.steer, {
        args: [{ taskId: 'backend-T001', message: 'mind the gap', by: 'ada' }],
      });
      await handle.executeUpdate(MESSAGES.resolveEscalation, {
        args: [{ escalationId: E1, decision: 'retry', by: 'ada' }],
      });
      await until(status, (s) => s.escalations[0]?.id === 'backend-T001-E2');
      expect(await handle.query(ATTEMPT_MAILBOX, 'backend-T001')).toMatchObject({
        steering: [{ seq: 1, text: 'ada: mind the gap' }],
      });
      expect(await handle.query(ATTEMPT_MAILBOX, 'backend-T002')).toMatchObject({ steering: [] });
    });
  });

  it('--approve-plan builds nothing before a human approved', async () => {
    const attempts: AttemptRequest[] = [];
    const input = objectiveInput({ approvePlan: true });
    await department.withObjective(
      stubborn(attempts, () => true),
      async ({ handle, status }) => {
        const waiting = await until(status, (s) => s.state === 'awaiting-approval');
        expect(waiting.tasks).toHaveLength(2);
        expect(attempts).toEqual([]);
        await handle.executeUpdate(MESSAGES.reviewPlan, {
          args: [{ decision: 'approve', baseVersion: 1, by: 'ada' }],
        });
        expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      },
      input,
    );
  });

  it('a rejected plan ends the objective as rejected', async () => {
    const input = objectiveInput({ approvePlan: true });
    await department.withObjective(
      stubborn(),
      async ({ handle, status }) => {
        await until(status, (s) => s.state === 'awaiting-approval');
        await handle.signal(MESSAGES.reviewPlan, { decision: 'reject', comment: 'too large', by: 'ada' });
        expect(await resultOf(handle)).toMatchObject({
          outcome: 'rejected',
          reason: 'plan rejected by ada: too large',
        });
      },
      input,
    );
  });

  it('queries answer after the objective is over', async () => {
    await department.withObjective(
      stubborn([], () => true),
      async ({ handle }) => {
        await handle.result();
        expect(await handle.query(QUERIES.openEscalations)).toEqual([]);
        expect(await handle.query(QUERIES.objectiveStatus)).toMatchObject({
          state: 'delivered',
          outcome: 'delivered',
        });
      },
    );
  });
});
