// Needs Temporal (a real dev server); the activities behind it are scripted.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptRequest } from '../../src/domain/work/work';
import { charterTasks } from '../support/plans';
import {
  BASE,
  commitId,
  handedOff,
  redGate,
  resultOf,
  smoothActivities,
  until,
  startDepartment,
  type TestDepartment,
} from '../support/department';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
afterAll(async () => {
  await department.stop();
});

const tasks = charterTasks();
const failing = { subject: 'tests' as const, excerpt: 'not ok 7 - refuses a stale token' };

describe('an objective on a clean path', () => {
  it('delivers, each task starting only after its own dependencies are merged', async () => {
    const log: string[] = [];
    const activities = smoothActivities(tasks, {
      runAttempt: (request) => {
        log.push(`start ${request.taskId}`);
        return Promise.resolve(handedOff(request));
      },
      mergeTask: (request) => {
        log.push(`merge ${request.taskId}`);
        return Promise.resolve({ outcome: 'merged', head: commitId(request.taskId) });
      },
    });
    const result = await department.withObjective(activities, ({ handle }) => resultOf(handle));
    expect(result).toMatchObject({ outcome: 'delivered', reason: null, report: 'report.md' });
    expect(log).toHaveLength(16);
    for (const task of tasks) {
      for (const dependency of task.dependsOn) {
        expect(log.indexOf(`merge ${dependency}`)).toBeLessThan(log.indexOf(`start ${task.id}`));
      }
    }
  });

  it('a task has ended when its merge says, within its own time', async () => {
    const instants = ['2000-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z'];
    let said = '';
    const activities = smoothActivities(tasks.slice(0, 3), {
      mergeTask: async ({ commit: head }) => {
        const at = instants.shift() ?? new Date().toISOString();
        said = at;
        await sleep(50);
        return { outcome: 'merged', head, at };
      },
    });
    const { tasks: done } = await department.withObjective(activities, async ({ handle, status }) => {
      await handle.result();
      return status();
    });
    for (const { startedAt, endedAt } of done) {
      expect(Date.parse(endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(startedAt ?? ''));
      expect(Date.parse(endedAt ?? '')).toBeLessThanOrEqual(Date.now());
    }
    expect(done.map(({ endedAt }) => endedAt)).toContain(said);
  });

  it('starts every first attempt on the integration head of that moment', async () => {
    const starts = new Map<string, AttemptRequest['start']>();
    const activities = smoothActivities(tasks, {
      runAttempt: (request) => {
        starts.set(request.taskId, request.start);
        return Promise.resolve(handedOff(request));
      },
    });
    await department.withObjective(activities, ({ handle }) => resultOf(handle));
    expect(starts.get('backend-T001')).toEqual({ kind: 'fresh', from: BASE });
    expect(starts.get('backend-T003')).not.toEqual({ kind: 'fresh', from: BASE });
  });

  it('adds at most 20 history events and 4 KB for each further task', async () => {
    const measure = async (only: typeof tasks): Promise<{ events: number; bytes: number }> =>
      department.withObjective(smoothActivities(only), async ({ handle }) => {
        await handle.result();
        const history = await handle.fetchHistory();
        const size = (await handle.describe()).raw.workflowExecutionInfo?.historySizeBytes;
        return { events: history.events?.length ?? 0, bytes: Number(size) };
      });
    const one = await measure(tasks.slice(0, 1));
    const eight = await measure(tasks);
    expect((eight.events - one.events) / 7).toBeLessThanOrEqual(20);
    expect((eight.bytes - one.bytes) / 7).toBeLessThanOrEqual(4096);
  });
});

describe('the escalation ladder', () => {
  const laddered = async (
    overrides: Parameters<typeof smoothActivities>[1],
    only = tasks.slice(0, 1),
  ): Promise<{ attempts: AttemptRequest[]; consulted: string[]; reviewed: number; outcome: string }> => {
    const attempts: AttemptRequest[] = [];
    const consulted: string[] = [];
    let reviewed = 0;
    const base = smoothActivities(only, overrides);
    const activities = smoothActivities(only, {
      ...overrides,
      runAttempt: (request) => {
        attempts.push(request);
        return base.runAttempt(request);
      },
      consultPeer: (request) => {
        consulted.push(request.peer);
        return base.consultPeer(request);
      },
      reviewTask: (request) => {
        reviewed += 1;
        return base.reviewTask(request);
      },
    });
    const outcome = await department.withObjective(activities, async ({ handle, status }) => {
      const ended = handle.result().then(() => true);
      const asked = until(status, (s) => s.escalations.length > 0 || s.outcome !== null);
      await Promise.race([ended, asked]);
      return (await status()).outcome ?? 'asked';
    });
    return { attempts, consulted, reviewed, outcome };
  };

  it('level 1: the same specialist gets the failing evidence in the same conversation', async () => {
    let gates = 0;
    const { attempts, outcome } = await laddered({
      gateCommit: (request) => {
        if (request.scope === 'task') gates += 1;
        return Promise.resolve(
          request.scope === 'task' && gates === 1 ? redGate(failing) : { ...redGate(), green: true },
        );
      },
    });
    expect(outcome).toBe('delivered');
    expect(attempts.map((attempt) => attempt.level)).toEqual([0, 1]);
    expect(attempts[1]).toMatchObject({
      start: { kind: 'continue' },
      prompt: { kind: 'failure', red: [failing] },
      transcript: expect.any(String) as string,
    });
  });

  it('a red test climbs level 1 twice, level 3 twice, then asks a human: no peer is mapped to it', async () => {
    const { attempts, consulted, reviewed, outcome } = await laddered({
      gateCommit: (request) =>
        Promise.resolve(request.scope === 'task' ? redGate(failing) : { ...redGate(), green: true }),
    });
    expect(attempts.map((attempt) => attempt.level)).toEqual([0, 1, 1, 3, 3]);
    expect(consulted).toEqual([]);
    expect(reviewed).toBe(2);
    expect(outcome).toBe('asked');
  });

  it('a red performance item consults @backend-architect at level 2', async () => {
    const slow = { subject: 'caching' as const, excerpt: 'no cache header' };
    const { attempts, consulted } = await laddered({
      gateCommit: (request) =>
        Promise.resolve(request.scope === 'task' ? redGate(slow) : { ...redGate(), green: true }),
    });
    expect(attempts.map((attempt) => attempt.level)).toEqual([0, 1, 1, 2, 2, 3, 3]);
    expect(consulted).toEqual(['backend-architect', 'backend-architect']);
    expect(attempts[3]?.prompt).toMatchObject({ kind: 'advice', from: 'backend-architect' });
  });
});
