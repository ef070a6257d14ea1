// Needs nothing: pure functions, checked by the rules every plan is checked by.
import { GateSlug } from '../../../src/domain/quality-gate/gate-items';
import { outlineTask, PlanTask } from '../../../src/domain/plan/plan';
import { checkPlan } from '../../../src/domain/plan/plan-check';
import type { GateFinding, Receipt, Subject } from '../../../src/domain/quality-gate/receipt';
import { repairRound, type DoneWork } from '../../../src/domain/work/repair-round';
import { SPECIALIST_NAMES } from '../../../src/domain/department/specialists';
import { NOTHING_TOUCHED, planTask } from '../tasks';

const receipt = (subject: Subject, findings: GateFinding[] = [], note = ''): Receipt => ({
  subject,
  verdict: 'fail',
  checker: { kind: 'rule', name: 'rule' },
  tree: 'a'.repeat(40),
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 1,
  sandbox: 'none',
  evidence: [],
  note,
  findings,
});
const finding = (file: string): GateFinding => ({ key: file, text: `${file} is wrong`, file, line: 3 });
const gap = (source: string, what = 'it is purged') => ({
  source: source as 'scalability',
  what,
  why: 'no file',
});

const tasks = [
  planTask(1, { kind: 'schema', specialist: 'database-optimizer', owns: ['migrations/**'] }),
  planTask(2, {
    kind: 'implementation',
    specialist: 'nodejs-expert',
    owns: ['src/**'],
    shares: ['package.json'],
  }),
  planTask(3, { kind: 'documentation', specialist: 'api-architect', owns: ['docs/**'] }),
];
const done: DoneWork[] = tasks.map((task) => ({ task: outlineTask(task), specialist: task.specialist }));
const round = (more: Partial<Parameters<typeof repairRound>[0]>): PlanTask[] =>
  repairRound({ red: [], gaps: [], done, ids: tasks.map(({ id }) => id), stack: 'node', ...more });

describe('a repair round', () => {
  it('gives each red item to whoever owns the file its evidence names', () => {
    const added = round({
      red: [
        receipt('cors', [finding('src/app.js')]),
        receipt('db-validation', [finding('migrations/1.up.sql')]),
      ],
    });
    expect(added.map(({ id, specialist, gateItems }) => [id, specialist, gateItems])).toEqual([
      ['backend-T004', 'nodejs-expert', ['cors']],
      ['backend-T005', 'database-optimizer', ['db-validation']],
    ]);
    expect(added[0]?.requirements[0]).toContain('src/app.js:3: src/app.js is wrong');
    expect(added[0]?.shares).toEqual(['src/app.js', 'src/**', 'package.json']);
  });

  it('joins what one specialist has to mend, and gives what names no file to who does that kind of work', () => {
    const added = round({
      red: [
        receipt('cors', [finding('src/app.js')]),
        receipt('response-time', [], 'p95 900 ms'),
        receipt('schema-docs'),
      ],
    });
    expect(added.map(({ specialist, gateItems }) => [specialist, gateItems])).toEqual([
      ['nodejs-expert', ['cors', 'response-time']],
      ['api-architect', ['schema-docs']],
    ]);
  });

  it('a gap belongs to the task that promised it; one of a facet to the last implementation', () => {
    const added = round({ gaps: [gap('backend-T001', 'a rollback'), gap('scalability')] });
    expect(added.map(({ specialist, acceptanceCriteria }) => [specialist, acceptanceCriteria])).toEqual([
      ['database-optimizer', ['a rollback']],
      ['nodejs-expert', ['it is purged']],
    ]);
  });

  it('is five tasks at most, and leaves no defect out', () => {
    const many: DoneWork[] = SPECIALIST_NAMES.map((specialist, index) => ({
      task: outlineTask(planTask(index + 1, { owns: [`part${String(index)}/**`] })),
      specialist,
    }));
    const red = many.map((_, index) => receipt('cors', [finding(`part${String(index)}/a.js`)]));
    const added = round({ red, done: many, ids: many.map(({ task }) => task.id) });
    expect(added).toHaveLength(5);
    expect(added.flatMap(({ requirements }) => requirements)).toHaveLength(many.length);
  });

  it('runs on what is integrated, one repair after another, and is a plan the rules accept', () => {
    const added = round({
      red: [receipt('cors', [finding('src/a.js')]), receipt('tests')],
      gaps: [gap('backend-T003')],
    });
    expect(added.map(({ dependsOn }) => dependsOn.length)).toEqual([3, 4]);
    expect(added.every((task) => PlanTask.safeParse(task).success)).toBe(true);
    expect(
      checkPlan(
        {
          tasks: [
            ...tasks.filter(({ kind }) => kind !== 'implementation'),
            ...added.map((task) => ({
              ...task,
              dependsOn: task.dependsOn.filter((id) => id !== 'backend-T002'),
            })),
          ],
        },
        NOTHING_TOUCHED,
        SPECIALIST_NAMES,
      ),
    ).toEqual([]);
    for (const task of added)
      for (const item of task.gateItems) expect(GateSlug.safeParse(item).success).toBe(true);
  });

  it('takes hostile file names for what they are, and nobody done for nobody to ask', () => {
    const [task] = round({ red: [receipt('cors', [finding('../../etc/passwd')])] });
    expect(task?.shares).toEqual(['src/**', 'package.json']);
    expect(round({ red: [receipt('cors')], done: [] })).toEqual([]);
  });
});
