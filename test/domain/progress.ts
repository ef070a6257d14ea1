import { outlineTask } from '../../src/domain/plan/plan';
import type { GateSummary, RedItem } from '../../src/domain/quality-gate/receipt';
import { newProgress, type TaskProgress } from '../../src/domain/work/task-progress';
import type { AttemptResult } from '../../src/domain/work/work';
import { NO_USAGE } from '../../src/domain/usage/usage';
import { planTask } from './tasks';

export const COMMIT = 'c'.repeat(40);
export const HEAD = 'd'.repeat(40);
export const BLOB = 'b'.repeat(64);

/** A task that begins, with whatever a test says otherwise. */
export function progressOf(changes: Partial<TaskProgress> = {}, number = 1): TaskProgress {
  return { ...newProgress(outlineTask(planTask(number))), ...changes };
}

export function gateOf(...red: readonly RedItem[]): GateSummary {
  return {
    tree: COMMIT,
    report: BLOB,
    green: red.length === 0,
    red: [...red],
    counts: { pass: 0, fail: red.length, 'not-applicable': 0, 'needs-review': 0, waived: 0 },
  };
}

export const red = (subject: RedItem['subject']): RedItem => ({ subject, excerpt: `${subject} is red` });

export function handedOff(
  changes: Partial<Extract<AttemptResult, { outcome: 'handed-off' }>> = {},
): AttemptResult {
  return {
    outcome: 'handed-off',
    commit: COMMIT,
    transcript: BLOB,
    summary: 'done',
    findings: [],
    usage: NO_USAGE,
    ...changes,
  };
}
