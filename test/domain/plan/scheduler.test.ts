// Needs nothing: scheduling is pure.
import fc from 'fast-check';
import { outlineTask } from '../../../src/domain/plan/plan';
import {
  dependenciesIntegrated,
  isSettledProgress,
  nextSteps,
  settledStates,
} from '../../../src/domain/plan/scheduler';
import type { Step, TaskProgress } from '../../../src/domain/work/task-progress';
import { acyclicTasks } from '../arbitrary-plans';
import { progressOf } from '../progress';
import { planTask, taskId } from '../tasks';

const GATE: Step = { kind: 'gate' };
const MERGE: Step = { kind: 'merge' };
const MERGED: Step = { kind: 'settled', state: 'merged' };
const SKIPPED: Step = { kind: 'settled', state: 'skipped' };

/** A task by number, after the given ones. */
function row(
  number: number,
  after: readonly number[] = [],
  changes: Partial<TaskProgress> = {},
): TaskProgress {
  const task = outlineTask(planTask(number, { dependsOn: after.map(taskId) }));
  return { ...progressOf({}, number), task, ...changes };
}

const next = (
  tasks: readonly TaskProgress[],
  more: Partial<Parameters<typeof nextSteps>[0]> = {},
): string[] =>
  nextSteps({ tasks, inFlight: new Set(), maxParallel: 4, modelsAvailable: true, ...more }).map(
    (progress) => progress.task.id,
  );

describe('what may start now', () => {
  it('a task whose own dependencies are merged or waived, whatever else is unfinished', () => {
    const waived: Step = { kind: 'settled', state: 'waived' };
    const tasks = [
      row(1, [], { step: MERGED }),
      row(2, [], { step: waived }),
      row(3, [1, 2]),
      row(4),
      row(5, [4]),
    ];
    expect(next(tasks)).toEqual([taskId(3), taskId(4)]);
  });

  it('a task that waits for a skipped one never starts', () => {
    expect(next([row(1, [], { step: SKIPPED }), row(2, [1])])).toEqual([]);
  });

  it('a task that waits for another objective does not begin, and one that is begun goes on', () => {
    const begun = row(2, [], { startedAt: '2026-01-01T00:00:00.000Z' });
    const held = new Set([taskId(1), taskId(2)]);
    expect(next([row(1), begun, row(3)], { held })).toEqual([taskId(2), taskId(3)]);
  });

  it('work already begun goes before new work, then priority, then id', () => {
    const begun = row(4, [], { step: GATE, startedAt: '2026-01-01T00:00:00.000Z' });
    const urgent = row(3, [], { task: outlineTask(planTask(3, { priority: 'critical' })) });
    expect(next([row(1), row(2), urgent, begun])).toEqual([taskId(4), taskId(3), taskId(1), taskId(2)]);
  });

  it('no more than --max-parallel work at once; waiting for a human or the train does not count', () => {
    const waiting = row(1, [], {
      step: {
        kind: 'await-decision',
        escalationId: 'backend-T001-E1',
        question: {
          reason: 'levels-spent',
          question: '?',
          evidence: [],
          recommendation: null,
          findings: [],
          red: [],
          restart: { kind: 'continue' },
          resume: null,
          acceptable: false,
        },
      },
    });
    const tasks = [waiting, row(2, [], { step: MERGE }), row(3), row(4), row(5)];
    const inFlight = new Set([taskId(2), taskId(3)]);
    expect(next(tasks, { inFlight, maxParallel: 2 })).toEqual([taskId(4)]);
  });

  it('the merge train takes one at a time, the lowest id of those waiting', () => {
    const tasks = [row(3, [], { step: MERGE }), row(2, [], { step: MERGE }), row(1)];
    expect(next(tasks)).toEqual([taskId(2), taskId(1)]);
    expect(next(tasks, { inFlight: new Set([taskId(3)]) })).toEqual([taskId(1)]);
  });

  it('without models, merges and gates go on and nothing else starts', () => {
    const tasks = [row(1, [], { step: MERGE }), row(2, [], { step: GATE }), row(3)];
    expect(next(tasks, { modelsAvailable: false })).toEqual([taskId(1), taskId(2)]);
  });
});

describe('running any plan to its end', () => {
  it('settles every task, never one before its dependencies, never above the limit', () => {
    fc.assert(
      fc.property(acyclicTasks(), fc.integer({ min: 1, max: 5 }), (plan, maxParallel) => {
        let tasks = plan.map((task) => ({ ...progressOf(), task: outlineTask(task) }));
        for (let round = 0; !tasks.every(isSettledProgress); round += 1) {
          expect(round).toBeLessThanOrEqual(2 * plan.length);
          const states = settledStates(tasks);
          const chosen = nextSteps({ tasks, inFlight: new Set(), maxParallel, modelsAvailable: true });
          expect(chosen.filter((one) => one.step.kind !== 'merge').length).toBeLessThanOrEqual(maxParallel);
          expect(chosen.filter((one) => one.step.kind === 'merge').length).toBeLessThanOrEqual(1);
          for (const one of chosen) expect(dependenciesIntegrated(one.task, states)).toBe(true);
          const ids = new Set(chosen.map((one) => one.task.id));
          tasks = tasks.map((one) =>
            ids.has(one.task.id) ? { ...one, step: one.step.kind === 'merge' ? MERGED : MERGE } : one,
          );
        }
      }),
    );
  });
});
