// Needs Temporal's time-skipping test server (pip brings it); the activities are scripted. Days pass in seconds.
import { readFile } from 'node:fs/promises';
import type { Activities } from '../../activities/contract';
import type { AuditEntry } from '../../src/domain/escalation/audit';
import { DecisionRules } from '../../src/domain/escalation/decision-rules';
import { MESSAGES } from '../../src/domain/objective/messages';
import type { ObjectiveStatus } from '../../src/domain/objective/status';
import { WatchResult } from '../../src/domain/deployment/watch-status';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import {
  greenGate,
  redGate,
  resultOf,
  smoothActivities,
  startDepartment,
  until,
  type Objective,
  type TestDepartment,
} from '../support/department';
import { planTask } from '../support/plans';
import { startTimeSkipping } from '../support/time-skipping';
import { report, startWatchWorker, startWatchWorkflow, watchInput } from '../support/watch';

let department: TestDepartment;
beforeAll(async () => {
  const code = await readFile(WORKFLOW_BUNDLE, 'utf8');
  // Histories are as short as nobody's patience; what is carried over has to bear it.
  const short = code.replace('.continueAsNewSuggested;', '.historyLength > 60;');
  expect(short).not.toBe(code);
  department = await startDepartment({ server: await startTimeSkipping(), bundle: { code: short } });
});
afterAll(async () => {
  await department.stop();
});

const MINUTE_MS = 60_000;
const E1 = 'backend-T001-E1';
const E2 = 'backend-T002-E1';

/** Tasks that stay red for the first `reds` looks; what is recorded is added to `audited`. */
function redActivities(request: {
  readonly rules: DecisionRules | null;
  readonly tasks: number;
  readonly reds: number;
  readonly record: (entries: readonly AuditEntry[]) => Promise<void>;
}): Activities {
  const tasks = Array.from({ length: request.tasks }, (_, at) =>
    planTask({ id: `backend-T00${String(at + 1)}` }),
  );
  const smooth = smoothActivities(tasks);
  let left = request.reds;
  return smoothActivities(tasks, {
    surveyRepository: async (input) => ({
      ...(await smooth.surveyRepository(input)),
      ...(request.rules === null ? {} : { decisions: request.rules }),
    }),
    gateCommit: ({ scope }) => {
      if (scope === 'task') left -= 1;
      const red = scope === 'task' && left >= 0;
      return Promise.resolve(red ? redGate({ subject: 'tests', excerpt: 'not ok 1' }) : greenGate());
    },
    recordDecisions: ({ entries }) => request.record(entries),
  });
}

const saying = ({ events }: ObjectiveStatus, words: string): string[] =>
  events.map(({ text }) => text).filter((text) => text.includes(words));

/** How many runs an objective took until now. */
async function countRuns({ input }: Objective): Promise<number> {
  const { client } = department.server;
  let runId: string | undefined = (await client.workflow.getHandle(input.objectiveId).describe()).runId;
  let count = 0;
  for (; runId !== undefined && runId !== ''; count += 1) {
    const { events } = await client.workflow.getHandle(input.objectiveId, runId).fetchHistory();
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
  }
  return count;
}

describe('a question that waits for days, over several histories', () => {
  it('is reminded of each time exactly once, and decided by its default exactly once, when it is due', async () => {
    const audited: AuditEntry[] = [];
    const activities = redActivities({
      rules: DecisionRules.parse({ remindAfterHours: 4, defaults: { 'levels-spent': { afterHours: 50 } } }),
      tasks: 1,
      // Red at every level before somebody is asked, green at the attempt that the default grants.
      reds: 5,
      record: (entries) => Promise.resolve(void audited.push(...entries)),
    });
    await department.withObjective(activities, async (objective) => {
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
      const seen = await objective.status();
      const hours = saying(seen, 'reminder:').map((text) => Number(/since ([0-9.]+) h/.exec(text)?.[1]));
      expect(hours).toEqual([4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48]);
      expect(seen.decisions).toMatchObject([{ escalationId: E1, decision: 'retry', channel: 'timer' }]);
      expect(audited.map(({ who }) => who.channel)).toEqual(['timer']);
      expect(await countRuns(objective)).toBeGreaterThanOrEqual(3);
    });
  });

  it('that somebody answers after a day is neither reminded of nor decided any more', async () => {
    const audited: AuditEntry[] = [];
    const activities = redActivities({
      rules: DecisionRules.parse({ remindAfterHours: 4, defaults: { 'levels-spent': { afterHours: 50 } } }),
      tasks: 2,
      reds: 1000,
      record: (entries) => Promise.resolve(void audited.push(...entries)),
    });
    await department.withObjective(activities, async (objective) => {
      await until(objective.status, ({ escalations }) => escalations.length === 2);
      await department.server.sleep('25 hours');
      const accept = { escalationId: E1, decision: 'accept', guidance: 'a known flake', by: 'ada' };
      await objective.handle.signal(MESSAGES.resolveEscalation, accept);
      await department.server.sleep('20 hours');
      const seen = await objective.status();
      const of = (id: string): number => saying(seen, `reminder: ${id}`).length;
      expect([of(E1), of(E2)]).toEqual([6, 11]);
      expect(seen.decisions).toMatchObject([{ escalationId: E1, by: 'ada' }]);
      expect(audited).toHaveLength(1);
    });
  });
});

describe('a watch over several histories', () => {
  it('reminds of its question each time once, and lets silence decide only what is not a breach', async () => {
    const worker = await startWatchWorker(department.server, 'watches');
    try {
      const decisions = DecisionRules.parse({
        remindAfterHours: 4,
        defaults: { 'could-not-run': { afterHours: 10 } },
      });
      const input = watchInput({ hours: 24, everyMinutes: 5 }, { decisions });
      worker.script(input, { errors: 9 });
      const { handle, status } = await startWatchWorkflow(department.server, input, 'plain', 'watches');
      await handle.signal('reportDeployment', report());
      await department.server.sleep('23 hours');
      const seen = await status();
      expect(seen.escalations).toMatchObject([{ id: 'deployment-E1', trigger: 'deployment-breach' }, {}]);
      const of = (id: string): number =>
        seen.events.filter(({ text }) => text.startsWith(`reminder: ${id}`)).length;
      expect([of('deployment-E1'), of('deployment-E2')]).toEqual([5, 2]);
      expect(seen.decisions).toMatchObject([
        { escalationId: 'deployment-E2', decision: 'retry', option: 'go-on', channel: 'timer' },
        { escalationId: 'deployment-E3', decision: 'retry', channel: 'timer' },
      ]);
      await handle.signal('resolveEscalation', {
        escalationId: 'deployment-E1',
        decision: 'abort',
        by: 'ada',
      });
      expect(WatchResult.parse(await handle.result())).toMatchObject({ outcome: 'rolled-back' });
      const { runId } = await department.server.client.workflow.getHandle(handle.workflowId).describe();
      expect(runId).not.toBe(handle.firstExecutionRunId);
    } finally {
      await worker.stop();
    }
  });
});

describe('an audit log that cannot be written', () => {
  beforeAll(() => department.redeploy({ codePath: WORKFLOW_BUNDLE }));

  it('is tried again for as long as it takes; after ten minutes the objective says so, once', async () => {
    let broken = true;
    const audited: AuditEntry[] = [];
    const activities = redActivities({
      rules: null,
      tasks: 2,
      reds: 1000,
      record: (entries) =>
        broken
          ? Promise.reject(new Error('the disk is full'))
          : Promise.resolve(void audited.push(...entries)),
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      await until(status, ({ escalations }) => escalations.length === 2);
      const accept = { decision: 'accept', guidance: 'a known flake', by: 'ada' };
      await handle.signal(MESSAGES.resolveEscalation, { ...accept, escalationId: E1 });
      await department.server.sleep('9 minutes');
      expect(saying(await status(), 'audit log')).toEqual([]);
      await department.server.sleep('3 minutes');
      const words = ['the audit log cannot be written: the disk is full; it is tried again'];
      expect(saying(await status(), 'audit log')).toEqual(words);
      await department.server.sleep('3 hours');
      expect(saying(await status(), 'audit log')).toEqual(words);
      expect(audited).toEqual([]);
      broken = false;
      await department.server.sleep('2 minutes');
      expect(audited).toHaveLength(1);
      await handle.signal(MESSAGES.resolveEscalation, { ...accept, escalationId: E2 });
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered-with-waivers' });
      expect(audited.map(({ decision }) => decision['escalationId'])).toEqual([E1, E2]);
    });
  });

  it('keeps the end of the objective waiting for ten minutes and no longer, and it says what is missing', async () => {
    const activities = redActivities({
      rules: null,
      tasks: 1,
      reds: 1000,
      record: () => Promise.reject(new Error('the disk is full')),
    });
    await department.withObjective(activities, async ({ handle, status }) => {
      await until(status, ({ escalations }) => escalations.length === 1);
      const accept = { escalationId: E1, decision: 'accept', guidance: 'a known flake', by: 'ada' };
      await handle.signal(MESSAGES.resolveEscalation, accept);
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered-with-waivers' });
      const seen = await status();
      const { closeTime } = await handle.describe();
      const passed = (closeTime?.getTime() ?? 0) - Date.parse(seen.decisions[0]?.decidedAt ?? '');
      expect(passed).toBeGreaterThanOrEqual(10 * MINUTE_MS);
      expect(passed).toBeLessThan(12 * MINUTE_MS);
      expect(saying(seen, 'not in the audit log')).toEqual([
        '1 decision is not in the audit log, which cannot be written',
      ]);
    });
  });
});
