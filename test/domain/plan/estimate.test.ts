import { estimatePlan } from '../../../src/domain/plan/estimate';
import type { ModelSettings } from '../../../src/domain/usage/model-settings';
import { Report } from '../../../src/domain/objective/report';
import { TYPICAL_USAGE } from '../../../src/domain/usage/typical-usage';
import { figuresOf, UsageFigures, type TokenCount } from '../../../src/domain/usage/usage-figures';
import { NO_USAGE, type Usage } from '../../../src/domain/usage/usage';
import { task } from '../../cli/fixtures';
import type { TaskStatus } from '../../../src/domain/objective/status';
import { planTask, taskId } from '../tasks';

const used = (input: number): Usage => ({ ...NO_USAGE, requests: 1, input });
const minute = (count: number): string => new Date(Date.UTC(2030, 0, 1, 0, count)).toISOString();

/** A task as a report holds it. */
function settled(over: Partial<TaskStatus>): Report['tasks'][number] {
  const { doing: _doing, waitingFor: _waitingFor, ...row } = task({ state: 'merged', ...over });
  return row;
}

/** A finished objective of two tasks: the first by @api-architect, the second by @nodejs-expert. */
function report(over: Partial<Report> = {}): Report {
  return Report.parse({
    version: 1,
    objectiveId: 'objective-x-00000000',
    objective: 'x',
    state: 'delivered',
    outcome: 'delivered',
    reason: null,
    repository: 'sample',
    baseCommit: 'a'.repeat(40),
    delivery: null,
    model: { kind: 'anthropic' },
    modelLabel: 'Claude',
    sandbox: null,
    stack: null,
    startedAt: minute(0),
    writtenAt: minute(40),
    tasks: [
      settled({ id: taskId(1), kind: 'contract', startedAt: minute(5), endedAt: minute(15) }),
      settled({
        id: taskId(2),
        kind: 'implementation',
        specialist: 'nodejs-expert',
        startedAt: minute(15),
        endedAt: minute(35),
      }),
    ],
    gate: null,
    openEscalations: [],
    decisions: [],
    metrics: [],
    knownLimitations: [],
    usage: used(1300),
    budgetUsd: 10,
    ledger: [
      { subject: taskId(1), role: 'api-architect', level: 0, usage: used(100) },
      { subject: taskId(2), role: 'nodejs-expert', level: 0, usage: used(400) },
      { subject: taskId(2), role: 'nodejs-expert', level: 1, usage: used(200) },
      { subject: taskId(2), role: 'api-architect', level: 2, usage: used(60) },
      { subject: 'objective', role: 'backend-coordinator', level: 0, usage: used(540) },
    ],
    ignored: [],
    ...over,
  });
}

const measured = (...reports: readonly Report[]): UsageFigures => {
  const figures = figuresOf(reports);
  if (figures === null) throw new Error('nothing was measured');
  return figures;
};
const cheap: ModelSettings = { model: 'haiku', effort: 'low' };
const roles = {
  'api-architect': { model: 'opus', effort: 'high' },
  'nodejs-expert': cheap,
  'backend-coordinator': cheap,
} satisfies Record<string, ModelSettings>;
/** A dollar for a token of the dear model, a cent for one of the cheap. */
const priceOf = (model: string, tokens: TokenCount): number => tokens.input * (model === 'opus' ? 1 : 0.01);
const plan = [
  planTask(1, { kind: 'contract', specialist: 'api-architect' }),
  planTask(2, { dependsOn: [taskId(1)] }),
  planTask(3, { dependsOn: [taskId(1)] }),
];
const estimate = (figures: UsageFigures, timed = true) =>
  estimatePlan({ tasks: plan, figures, roles, priceOf, maxParallel: 4, timed });

describe('figures of finished objectives', () => {
  test('a task is what its specialist used over all attempts; everybody else is counted for each task', () => {
    const figures = measured(report());
    expect(figures).toMatchObject({ objectives: 1, tasks: 2 });
    expect([figures.all.tokens.low.input, figures.all.tokens.high.input]).toEqual([100, 600]);
    expect(figures.aroundByRole['backend-coordinator']?.high.input).toBe(270);
    expect(figures.aroundByRole['api-architect']?.high.input).toBe(30);
  });

  test('nothing but finished tasks is measured, and nothing at all is no figure', () => {
    const open = report({ tasks: report().tasks.map((row) => ({ ...row, state: 'skipped' as const })) });
    expect(figuresOf([])).toBeNull();
    expect(figuresOf([open])).toBeNull();
    expect(measured(open, report()).tasks).toBe(2);
  });

  test('a kind has figures of its own from three tasks on', () => {
    expect(measured(report(), report()).byKind).toEqual({});
    const thrice = measured(report(), report(), report());
    expect(thrice.byKind.implementation?.tokens.low.input).toBe(600);
    expect(thrice.byKind.contract?.tokens.high.input).toBe(100);
  });

  test('time in which a person was waited for is left out', () => {
    const asked = report({ tasks: report().tasks.map((row) => ({ ...row, level: 4 as const })) });
    expect(measured(asked).all.ms).toBeNull();
    expect(measured(report()).all.ms).toEqual({ low: 600_000, high: 1_200_000 });
    expect(measured(report()).aroundMs).toEqual({ low: 600_000, high: 600_000 });
  });
});

describe('an estimate', () => {
  test('adds up over the roles, and each role pays the price of its own model', () => {
    const { byRole, tokens, usd } = estimate(measured(report()));
    const [api, coordinator, node] = byRole;
    expect(byRole.map((row) => row.role)).toEqual(['api-architect', 'backend-coordinator', 'nodejs-expert']);
    expect(api).toMatchObject({ tasks: 1, tokens: { low: 190, high: 690 }, usd: { low: 190, high: 690 } });
    expect(coordinator).toMatchObject({ tasks: 0, tokens: { low: 810, high: 810 } });
    expect(node).toMatchObject({ tasks: 2, tokens: { low: 200, high: 1200 } });
    expect(tokens).toEqual({ low: 1200, high: 2700 });
    expect(usd?.low).toBeCloseTo(190 + 8.1 + 2);
  });

  test('has no money where nothing is charged', () => {
    const { usd, byRole } = estimatePlan({
      tasks: plan,
      figures: measured(report()),
      roles,
      priceOf: () => null,
      maxParallel: 4,
      timed: false,
    });
    expect([usd, ...byRole.map((row) => row.usd)]).toEqual([null, null, null, null]);
  });

  test('forecasts the chain that decides and what is around it, where it was measured', () => {
    // Two tasks in a chain, 10 or 20 minutes each, and ten around them.
    expect(estimate(measured(report()))).toMatchObject({
      durationMs: { low: 30 * 60_000, high: 50 * 60_000 },
      criticalPath: [taskId(1), taskId(2)],
    });
    expect(estimate(measured(report()), false).durationMs).toBeNull();
  });

  test('with one place for work takes as long as all work', () => {
    const made = estimatePlan({
      tasks: plan,
      figures: measured(report()),
      roles,
      priceOf,
      maxParallel: 1,
      timed: true,
    });
    expect(made.durationMs).toEqual({ low: 40 * 60_000, high: 70 * 60_000 });
  });
});

test('the shipped figures are figures, hold tokens of every kind of role and no durations', () => {
  const figures = UsageFigures.parse(TYPICAL_USAGE);
  expect(figures.tasks).toBeGreaterThan(figures.objectives);
  expect(figures.aroundByRole).toHaveProperty('backend-coordinator');
  expect([figures.all.ms, figures.aroundMs]).toEqual([null, null]);
  expect(figures.all.tokens.high.output).toBeGreaterThan(figures.all.tokens.low.output);
});
