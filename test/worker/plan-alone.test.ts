// Needs no server: an objective is analysed and planned over a scripted coordinator.
import type { Analysis } from '../../src/domain/plan/analysis';
import { BudgetExhausted, ModelFailure, ProviderWalled } from '../../src/domain/usage/model-failure';
import type { Plan } from '../../src/domain/plan/plan';
import { NO_USAGE, type Usage } from '../../src/domain/usage/usage';
import type { Answered, Coordination } from '../../src/ports/department';
import { planAlone } from '../../src/worker/plan-alone';
import { planTask } from '../domain/tasks';
import { dossierFixture } from '../model/fixtures';

const ANALYSIS: Analysis = {
  summary: 'Greet people',
  apiEndpoints: [],
  schemaChanges: [],
  authRequirements: [],
  performance: [],
  scalability: [],
  integrations: [],
  monitoring: [],
};
const CALL: Usage = { ...NO_USAGE, requests: 1, input: 100, output: 10, usd: 0.25 };
const good: Plan = { summary: 'one step', tasks: [planTask(1)] };
const bad: Plan = { summary: 'nobody', tasks: [planTask(1, { specialist: 'nobody-knows' })] };

type Asked = Parameters<Coordination['plan']>[0];

/** A coordinator that proposes these plans, or fails so, one after the other. */
function run(proposals: readonly (Plan | Error)[], budgetUsd: number | null = 10) {
  const asked: Asked[] = [];
  const waits: number[] = [];
  const next = [...proposals];
  const answered = <T>(value: T): Promise<Answered<T>> => Promise.resolve({ value, usage: CALL });
  const made = planAlone({
    coordination: {
      analyse: () => answered(ANALYSIS),
      plan: (request) => {
        asked.push(request);
        const proposal = next.shift();
        if (proposal === undefined) throw new Error('The script has no further proposal.');
        return proposal instanceof Error ? Promise.reject(proposal) : answered(proposal);
      },
    },
    dossier: dossierFixture(),
    budgetUsd,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  });
  return { made, asked, waits };
}

test('a good plan comes with its analysis and what both cost', async () => {
  const { made } = run([good]);
  expect(await made).toEqual({
    analysis: ANALYSIS,
    end: { kind: 'planned', plan: good },
    usage: { ...CALL, requests: 2, input: 200, output: 20, usd: 0.5 },
  });
});

test('a plan that code refuses goes back with the errors, and the third refusal ends it', async () => {
  const { made, asked } = run([bad, bad, bad, good]);
  const { end, usage } = await made;
  expect(end).toEqual({ kind: 'refused', errors: [expect.stringContaining('@nobody-knows')] });
  expect(asked.map(({ refusals }) => refusals.length)).toEqual([0, 1, 1]);
  expect(usage.usd).toBe(1);
});

test('what is left of the budget is all a question may cost', async () => {
  const { made, asked } = run([bad, good], 1);
  expect((await made).end.kind).toBe('planned');
  expect(asked.map(({ asking }) => asking.allowanceUsd)).toEqual([0.75, 0.5]);
  const free = run([good], null);
  await free.made;
  expect(free.asked[0]?.asking.allowanceUsd).toBeNull();
});

test('a call that cannot be afforded ends it with what was spent until then', async () => {
  const { made } = run([new BudgetExhausted(3, NO_USAGE)], 1);
  const { end, usage, analysis } = await made;
  expect(end).toEqual({
    kind: 'stopped',
    exit: 'not-delivered',
    reason: expect.stringMatching(/needs about 3\.0000 USD/),
  });
  expect({ usd: usage.usd, analysis }).toEqual({ usd: 0.25, analysis: ANALYSIS });
});

test('a provider that wants to be left alone is waited for, with the same journal, but not for ever', async () => {
  const wall = (waitMs: number) => new ProviderWalled({ provider: 'p', waitMs, reason: 'busy' }, NO_USAGE);
  const once = run([wall(20_000), good]);
  expect((await once.made).end.kind).toBe('planned');
  expect(once.waits).toEqual([20_000]);
  expect(once.asked[0]?.asking.journal).toBe(once.asked[1]?.asking.journal);
  const longer = run([wall(100_000), wall(100_000), good]);
  expect((await longer.made).end).toMatchObject({ kind: 'stopped', exit: 'not-delivered' });
});

test.each([
  [new ModelFailure('Model.Unauthorized', 'The provider answered 401'), 'bad-input'],
  [new ModelFailure('Model.Refused', 'The model declined'), 'not-delivered'],
])('%s ends it with a sentence', async (failure, exit) => {
  expect((await run([failure]).made).end).toEqual({ kind: 'stopped', exit, reason: failure.message });
});

test('a defect of ours is no end of a plan', async () => {
  await expect(run([new Error('boom')]).made).rejects.toThrow('boom');
});
