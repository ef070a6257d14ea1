// Needs nothing: repairs are planned by pure functions.
import type { Finding } from '../../../src/domain/work/handoff';
import { outlineTask, PlanTask } from '../../../src/domain/plan/plan';
import { amendPlan } from '../../../src/domain/plan/plan-change';
import { checkPlan } from '../../../src/domain/plan/plan-check';
import { nextTaskId, ownerOf, repairTask } from '../../../src/domain/work/repair';
import { SPECIALIST_NAMES } from '../../../src/domain/department/specialists';
import { AUTH_ANALYSIS, AUTH_TASKS, planTask, taskId } from '../tasks';

const tasks = AUTH_TASKS.map(outlineTask);
const audit = tasks[6]!;
const finding = (file: string): Finding => ({
  severity: 'high',
  title: `Trouble in ${file}`,
  file,
  line: null,
  detail: 'it is wrong',
  remedy: 'put it right',
});
const repair = (files: readonly string[], guidance: string | null = null): PlanTask =>
  repairTask({ id: taskId(9), audit, findings: files.map(finding), tasks, guidance });

describe('the next task id', () => {
  it('follows the highest number, not the number of tasks', () => {
    expect(nextTaskId([])).toBe('backend-T001');
    expect(nextTaskId(['backend-T001', 'backend-T009', 'backend-T004'])).toBe('backend-T010');
    expect(nextTaskId(['backend-T1000', 'backend-T999'])).toBe('backend-T1001');
  });

  it('is the first free one where somebody took the highest, or one beyond all numbers', () => {
    expect(nextTaskId(['backend-T001', 'backend-T999999'])).toBe('backend-T002');
    expect(nextTaskId([`backend-T${'9'.repeat(400)}`])).toBe('backend-T001');
  });
});

describe('whose code a finding is about', () => {
  it('is the owner of the file', () => {
    expect(ownerOf('src/jwt/sign.js', tasks)?.id).toBe(taskId(5));
  });

  it('is the last implementation that shares it where nobody owns it', () => {
    const sharing = [3, 4].map((n) => planTask(n, { kind: 'implementation', shares: ['src/app.js'] }));
    expect(ownerOf('src/app.js', sharing.map(outlineTask))?.id).toBe(taskId(4));
  });

  it('is the last implementation where nobody claimed it, and nobody where nothing was implemented', () => {
    expect(ownerOf('LICENSE', tasks)?.id).toBe(taskId(6));
    expect(ownerOf('LICENSE', [outlineTask(planTask(1))])).toBeNull();
  });
});

describe('a repair', () => {
  it('goes to whoever owns the code and may touch what they owned', () => {
    const task = repair(['src/jwt/sign.js', 'src/users/store.js'], 'use argon2');
    expect(task).toMatchObject({
      kind: 'repair',
      priority: 'critical',
      specialist: tasks[4]!.specialist,
      owns: ['src/jwt/sign.js', 'src/users/store.js', 'src/jwt/**', 'src/users/**'],
      dependsOn: audit.dependsOn,
    });
    expect(task.requirements.at(-1)).toBe('From the human who decided: use argon2');
  });

  it('is a whole delegation, however many and long the findings are', () => {
    const many = Array.from({ length: 60 }, (_, n) => ({
      ...finding(`src/f${n}.js`),
      detail: 'x'.repeat(2000),
    }));
    const task = repairTask({ id: taskId(9), audit, findings: many, tasks, guidance: 'y'.repeat(8000) });
    expect(PlanTask.safeParse(task).error).toBeUndefined();
  });

  it('keeps the plan a good one when the audit is made to wait for it', () => {
    const changed = amendPlan(
      { summary: '', tasks: [...AUTH_TASKS] },
      {
        kind: 'add',
        tasks: [repair(['src/jwt/sign.js'])],
        dependencies: [{ taskId: audit.id, on: taskId(9) }],
      },
    );
    expect(changed.kind).toBe('changed');
    if (changed.kind !== 'changed') return;
    expect(checkPlan(changed.plan, AUTH_ANALYSIS, SPECIALIST_NAMES)).toEqual([]);
  });
});
