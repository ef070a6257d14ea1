// Needs nothing.
import { planMarkdown, type PlanRow } from '../../../src/domain/plan/plan-markdown';
import { taskId } from '../tasks';

const row: PlanRow = {
  id: taskId(3),
  title: 'Auth endpoints',
  specialist: 'nodejs-expert',
  state: 'running',
  level: 2,
  dependsOn: [taskId(1), taskId(2)],
  doing: 'consults @api-architect',
  startedAt: '2026-11-26T23:05:01.000Z',
  endedAt: null,
};

test('the plan is a table of one row a task', () => {
  expect(planMarkdown([row])).toBe(
    [
      '| Task | Specialist | State | Since | Level | Depends on | Doing |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      '| backend-T003 Auth endpoints | @nodejs-expert | running | 23:05:01 | L2 | backend-T001, backend-T002 | consults @api-architect |',
    ].join('\n'),
  );
});

test('text of a model neither breaks the table nor becomes code, a link or HTML', () => {
  const table = planMarkdown([
    { ...row, title: 'a | b\n```x```\n[here](javascript:x) <b>', dependsOn: [], doing: '' },
  ]);
  expect(table.split('\n')).toHaveLength(3);
  expect(table).toContain('a \\| b \\`\\`\\`x\\`\\`\\` \\[here\\](javascript:x) &lt;b>');
  expect(table).toContain('| – | – |');
});
