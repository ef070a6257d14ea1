// Needs nothing.
import {
  findRewindPoint,
  mergedTasks,
  type HistoryStep,
  type RunHistory,
} from '../../../src/domain/objective/rewind';

const commit = (letter: string): string => letter.repeat(40);

let id = 0;
beforeEach(() => {
  id = 0;
});

/** An activity that ran to its end, and the workflow task that took its result. */
function ran(activity: string, request: unknown, result: unknown): HistoryStep[] {
  const scheduled = (id += 1);
  id += 2;
  return [
    { kind: 'scheduled', id: scheduled, activity, request },
    { kind: 'completed', scheduled, result },
    { kind: 'task-ended', id: (id += 2) },
  ];
}
const merge = (taskId: string, head: string, outcome = 'merged'): HistoryStep[] =>
  ran('mergeTask', { taskId }, { outcome, head: commit(head) });
const attempt = (taskId: string, from: string | null, made: string | null): HistoryStep[] =>
  ran(
    'runAttempt',
    { taskId, start: from === null ? { kind: 'continue' } : { kind: 'fresh', from: commit(from) } },
    made === null ? { outcome: 'unfinished' } : { outcome: 'handed-off', commit: commit(made) },
  );
const run = (runId: string, ...steps: HistoryStep[][]): RunHistory => ({ runId, steps: steps.flat() });

test('a rewind goes to the workflow task after the merge, with the branches of unmerged tasks as they were', () => {
  const history = run(
    'run',
    attempt('backend-T001', 'a', 'b'),
    attempt('backend-T002', 'a', 'c'),
    attempt('backend-T003', 'a', null),
    merge('backend-T001', 'd'),
    attempt('backend-T002', null, 'e'),
    merge('backend-T002', 'f'),
  );
  const point = findRewindPoint([history], 'backend-T001');
  expect(point).toMatchObject({ runId: 'run', head: commit('d') });
  expect(point?.tasks).toEqual([
    { taskId: 'backend-T002', commit: commit('c') },
    { taskId: 'backend-T003', commit: commit('a') },
  ]);
  const merged = history.steps.findIndex(
    (step) => step.kind === 'scheduled' && step.activity === 'mergeTask',
  );
  expect(history.steps[merged + 2]).toEqual({ kind: 'task-ended', id: point?.eventId });
});

test('in a chain that continued as new the merge is found in an earlier run', () => {
  const first = run('first', attempt('backend-T002', 'a', 'c'), merge('backend-T001', 'd'));
  const second = run('second', merge('backend-T002', 'f'));
  const runs = [second, first];
  expect(findRewindPoint(runs, 'backend-T001')).toMatchObject({
    runId: 'first',
    tasks: [{ taskId: 'backend-T002', commit: commit('c') }],
  });
  expect(findRewindPoint(runs, 'backend-T002')).toMatchObject({ runId: 'second', tasks: [] });
  expect(mergedTasks(runs)).toEqual(['backend-T001', 'backend-T002']);
});

test('a task that only conflicted was never merged', () => {
  const history = run('run', merge('backend-T001', 'd', 'conflict'));
  expect(findRewindPoint([history], 'backend-T001')).toBeNull();
  expect(mergedTasks([history])).toEqual([]);
});
