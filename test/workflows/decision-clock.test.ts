// Needs Temporal (a real dev server); hours of the rules are seconds here.
import type { Activities } from '../../activities/contract';
import type { AuditEntry } from '../../src/domain/escalation/audit';
import { DecisionRules } from '../../src/domain/escalation/decision-rules';
import type { News } from '../../src/domain/notification/news';
import { MESSAGES } from '../../src/domain/objective/messages';
import { eventually } from '../support/eventually';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import {
  greenGate,
  objectiveInput,
  redGate,
  resultOf,
  smoothActivities,
  startDepartment,
  until,
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

const E1 = 'backend-T001-E1';
const seconds = (count: number): number => count / 3600;

/** One task that stays red; `audited` is added to. */
function redActivities(rules: object | null, audited: AuditEntry[] = [], reds = 1000): Activities {
  const tasks = [planTask({ id: 'backend-T001' })];
  const smooth = smoothActivities(tasks);
  let left = reds;
  return smoothActivities(tasks, {
    surveyRepository: async (input) => ({
      ...(await smooth.surveyRepository(input)),
      ...(rules === null ? {} : { decisions: DecisionRules.parse(rules) }),
    }),
    gateCommit: ({ scope }) => {
      if (scope === 'task') left -= 1;
      return Promise.resolve(
        scope === 'task' && left >= 0 ? redGate({ subject: 'tests', excerpt: 'not ok 1' }) : greenGate(),
      );
    },
    recordDecisions: ({ entries }) => {
      audited.push(...entries);
      return Promise.resolve();
    },
  });
}

const saying = (events: readonly { readonly text: string }[], words: string): string[] =>
  events.map(({ text }) => text).filter((text) => text.includes(words));

describe('an open question', () => {
  it('is reminded of again and again, until somebody answers', async () => {
    const activities = redActivities({ remindAfterHours: seconds(1) });
    await department.withObjective(activities, async ({ handle, status }) => {
      const seen = await until(status, ({ events }) => saying(events, 'reminder:').length >= 2);
      expect(saying(seen.events, 'reminder:')[0]).toContain(`${E1} waits for somebody since`);
      expect(seen.decisions).toEqual([]);
      await handle.executeUpdate(MESSAGES.resolveEscalation, {
        args: [{ escalationId: E1, decision: 'accept', guidance: 'a known flake', by: 'ada' }],
      });
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered-with-waivers' });
      const { events } = await status();
      const decided = events.findIndex(({ text }) => text.includes('decided'));
      expect(saying(events.slice(decided), 'reminder:')).toEqual([]);
    });
  });

  it('is decided as recommended where a default is declared, by nobody in particular, on record', async () => {
    const audited: AuditEntry[] = [];
    const rules = { defaults: { 'levels-spent': { afterHours: seconds(1) } } };
    // Red at every level before a human is asked, green at the attempt that the default grants.
    const activities = redActivities(rules, audited, 5);
    await department.withObjective(activities, async ({ handle, status }) => {
      expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
      const { decisions, escalations } = await status();
      expect(escalations).toEqual([]);
      expect(decisions).toMatchObject([
        { escalationId: E1, decision: 'retry', option: 'retry', channel: 'timer', person: null, via: null },
      ]);
      expect(decisions[0]?.by).toMatch(/^nobody decided within/);
    });
    expect(audited).toMatchObject([
      { who: { channel: 'timer', person: null }, saw: { kind: 'escalation', escalation: { id: E1 } } },
    ]);
  });

  it('is decided by whoever did so in time, also when their proof and the end of the hours come at once', async () => {
    const rules = { defaults: { 'levels-spent': { afterHours: seconds(10) } } };
    const audited: AuditEntry[] = [];
    await department.withObjective(redActivities(rules, audited), async ({ handle, status }) => {
      const [open] = (await until(status, ({ escalations }) => escalations.length === 1)).escalations;
      const over = Date.parse(open?.raisedAt ?? '') + 11_000;
      await department.redeploy({ codePath: WORKFLOW_BUNDLE }, async () => {
        const proof = { person: 'ada', channel: 'cli', at: new Date().toISOString(), mac: '0'.repeat(64) };
        const skip = { escalationId: E1, decision: 'skip', by: 'ada', proof };
        await handle.signal(MESSAGES.resolveEscalation, skip);
        await new Promise((resolve) => setTimeout(resolve, over - Date.now()));
      });
      const { decisions } = await until(status, (seen) => seen.decisions.length > 0);
      expect(decisions).toMatchObject([{ decision: 'skip', person: 'ada', channel: 'signal' }]);
      await resultOf(handle);
      expect(audited).toHaveLength(1);
    });
  });

  it('waits on where the rules say nothing of its trigger', async () => {
    const rules = { defaults: { unbuilt: { afterHours: seconds(0.1) } } };
    await department.withObjective(redActivities(rules), async ({ status }) => {
      await until(status, ({ escalations }) => escalations.length === 1);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(await status()).toMatchObject({ decisions: [], escalations: [{ id: E1 }] });
    });
  });
});

/** The same, on a worker that tells people; what they are told is added to `told`. */
function tellingActivities(rules: object, told: News[]): Activities {
  const red = redActivities(rules);
  return {
    ...red,
    surveyRepository: async (input) => ({ ...(await red.surveyRepository(input)), notifies: true }),
    listChannels: () => Promise.resolve({ channels: ['email'] }),
    notifyPeople: ({ news }) => {
      told.push(news);
      return Promise.resolve({ delivery: 'delivered', note: 'taken' });
    },
  };
}

const heard = (told: readonly News[], kind: News['kind']): Promise<News | undefined> =>
  eventually(
    () => Promise.resolve(told.find((news) => news.kind === kind)),
    (found) => found !== undefined,
  );

describe('an open question of a role', () => {
  it('says for whom it is and when silence decides it, wherever the objective tells of it', async () => {
    const rules = {
      people: { architect: ['lin'] },
      who: { 'levels-spent': 'architect', 'contract-review': 'architect' },
      defaults: { 'levels-spent': { afterHours: 2 } },
    };
    const told: News[] = [];
    await department.withObjective(tellingActivities(rules, told), async ({ handle, status }) => {
      const seen = await until(status, ({ escalations }) => escalations.length === 1);
      const asked = seen.escalations[0]!;
      const known = {
        for: 'architect (lin)',
        defaultAt: new Date(Date.parse(asked.raisedAt) + 2 * 3_600_000).toISOString(),
      };
      expect(asked).toMatchObject(known);
      expect(seen.reviewers).toEqual({ contract: 'architect (lin)' });
      expect(await handle.query('openEscalations')).toEqual(seen.escalations);
      expect((await handle.describe()).memo).toMatchObject({ waits: [{ id: E1, ...known }] });
      expect((await heard(told, 'escalation'))?.question).toMatchObject(known);
    });
  });
});

describe('a plan that waits for approval', () => {
  it('is reminded of, and never approved by silence', async () => {
    const rules = {
      remindAfterHours: seconds(1),
      people: { architect: ['lin'] },
      who: { 'plan-review': 'architect' },
    };
    const told: News[] = [];
    await department.withObjective(
      tellingActivities(rules, told),
      async ({ status, handle }) => {
        expect(await heard(told, 'plan-review')).toMatchObject({ subject: 'plan', for: 'architect (lin)' });
        const seen = await until(status, ({ events }) => saying(events, 'reminder:').length >= 1);
        expect(saying(seen.events, 'reminder:')[0]).toContain('plan waits for architect since');
        expect(seen.state).toBe('awaiting-approval');
        await handle.cancel();
        await expect(handle.result()).rejects.toThrow();
        expect((await status()).state).toBe('cancelled');
      },
      objectiveInput({ approvePlan: true }),
    );
  });
});
