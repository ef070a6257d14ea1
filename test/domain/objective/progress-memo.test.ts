// Needs nothing: pure functions.
import { isWorthTelling, progressOf, type Progress } from '../../../src/domain/objective/progress-memo';
import { NO_USAGE } from '../../../src/domain/usage/usage';
import { status, task } from '../../cli/fixtures';

const told: Progress = { state: 'running', settled: 1, tasks: 8, usd: 1, free: false };

test('tasks that are over count, however they ended; a model without a charge says so', () => {
  const states = ['merged', 'waived', 'skipped', 'failed', 'running', 'pending'] as const;
  const rows = states.map((state, index) => task({ id: `backend-T00${String(index + 1)}`, state }));
  expect(progressOf(status({ tasks: rows }))).toEqual({
    state: 'running',
    settled: 4,
    tasks: 6,
    usd: null,
    free: true,
  });
  const live = status({ model: { kind: 'anthropic' }, usage: { ...NO_USAGE, usd: 0.5 } });
  expect(progressOf(live)).toMatchObject({ usd: 0.5, free: false });
});

test.each<[string, Progress | null, Partial<Progress>, boolean]>([
  ['nothing to tell yet', null, { tasks: 0, usd: null }, false],
  ['the first plan', null, { tasks: 8, usd: null }, true],
  ['money before there is a plan', null, { tasks: 0, usd: 0.02 }, true],
  ['nothing new', told, {}, false],
  ['another state', told, { state: 'awaiting-human' }, true],
  ['a task more is over', told, { settled: 2 }, true],
  ['the plan grew', told, { tasks: 9 }, true],
  ['a little more money', told, { usd: 1.05 }, false],
  ['a tenth more money', told, { usd: 1.1 }, true],
  ['the end, with a little more money', told, { state: 'delivered', usd: 1.01 }, true],
])('%s', (_, before, change, worth) => {
  expect(isWorthTelling(before, { ...told, ...change })).toBe(worth);
});

test('however much is spent, cost alone is told a hundred times at most up to a thousand dollars', () => {
  let times = 0;
  let last: Progress = { ...told, usd: 0 };
  for (let cents = 1; cents <= 100_000; cents += 1) {
    const next = { ...last, usd: cents / 100 };
    if (!isWorthTelling(last, next)) continue;
    times += 1;
    last = next;
  }
  expect(times).toBeLessThanOrEqual(110);
});
