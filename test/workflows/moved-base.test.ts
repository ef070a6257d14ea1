// Needs Temporal (a real dev server); the activities behind it are scripted.
import type { RefreshBaseResult } from '../../src/domain/quality-gate/gate-work';
import { MESSAGES } from '../../src/domain/objective/messages';
import {
  commitId,
  greenGate,
  objectiveInput,
  redGate,
  resultOf,
  smoothActivities,
  startDepartment,
  until,
  type Objective,
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

const NEW = commitId('new base');
const CONFLICT: RefreshBaseResult = { outcome: 'conflict', base: NEW, files: ['src/a.js'] };

/** An objective on somebody's repository, whose base gives these answers one after another. */
async function withBase<T>(
  answers: readonly RefreshBaseResult[],
  use: (objective: Objective, seen: { delivered: unknown[]; asked: number }) => Promise<T>,
  source: 'path' | 'sample' = 'path',
): Promise<T> {
  const seen = { delivered: [] as unknown[], asked: 0 };
  const smooth = smoothActivities([planTask({ id: 'backend-T001' })], {
    refreshBase: () => Promise.resolve(answers[seen.asked++] ?? { outcome: 'unmoved' }),
  });
  const input = objectiveInput();
  return department.withObjective(
    {
      ...smooth,
      deliverObjective: (request) => {
        seen.delivered.push({ head: request.head, report: request.report });
        return smooth.deliverObjective(request);
      },
    },
    (objective) => use(objective, seen),
    source === 'sample' ? input : { ...input, repository: { kind: 'path', path: '/srv/shop' } },
  );
}

const decide = ({ handle }: Objective, escalationId: string, decision: string): Promise<unknown> =>
  handle.executeUpdate(MESSAGES.resolveEscalation, {
    args: [{ escalationId, decision, guidance: 'so be it', by: 'ada' }],
  });

test('a base that moved is delivered with the work, under the report of that merge', async () => {
  const gate = greenGate();
  const head = commitId('with the new base');
  await withBase([{ outcome: 'merged', base: NEW, head, gate }], async (objective, seen) => {
    expect(await resultOf(objective.handle)).toMatchObject({
      outcome: 'delivered',
      commit: head,
      reason: null,
    });
    expect(seen.delivered).toEqual([{ head, report: gate.report }]);
  });
});

test('where the two do not go together one question is asked; retry merges again, accept delivers and says so', async () => {
  const red: RefreshBaseResult = {
    outcome: 'red',
    base: NEW,
    gate: redGate({ subject: 'tests', excerpt: 'not ok 3' }),
  };
  await withBase([CONFLICT, red], async (objective, seen) => {
    const first = await until(objective.status, ({ escalations }) => escalations.length > 0);
    expect(first.escalations).toMatchObject([
      { id: 'objective-E1', trigger: 'base-moved', recommended: 'accept' },
    ]);
    expect(first.escalations[0]?.question).toContain('src/a.js');
    await decide(objective, 'objective-E1', 'retry');
    const second = await until(objective.status, ({ escalations }) => escalations[0]?.id === 'objective-E2');
    expect(second.escalations[0]?.evidence).toEqual(['tests: not ok 3']);
    expect(seen.delivered).toEqual([]);
    await decide(objective, 'objective-E2', 'accept');
    const result = await resultOf(objective.handle);
    expect(result).toMatchObject({ outcome: 'delivered', reason: expect.stringContaining(NEW.slice(0, 12)) });
    expect(seen.delivered).toHaveLength(1);
  });
});

test('abort at that question ends it as aborted, with the branch as it was', async () => {
  await withBase([CONFLICT], async (objective, seen) => {
    await until(objective.status, ({ escalations }) => escalations.length > 0);
    await decide(objective, 'objective-E1', 'abort');
    expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'aborted' });
    expect(seen.delivered).toHaveLength(1);
  });
});

test('the base of a sample does not move, so nobody looks at it', async () => {
  await withBase(
    [CONFLICT],
    async (objective, seen) => {
      expect(await resultOf(objective.handle)).toMatchObject({ outcome: 'delivered' });
      expect(seen.asked).toBe(0);
    },
    'sample',
  );
});
