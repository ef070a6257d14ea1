import { Document, isMap, isSeq } from 'yaml';
import type { Plan } from '../../domain/plan/plan';
import { isSettled } from '../../domain/department/states';
import type { BegunTask } from '../../domain/work/work';
import { taskKeys } from './plan-keys';

export interface PlanFileFacts {
  readonly objectiveId: string;
  readonly version: number;
  /** Reference of the stored plan this is a copy of. */
  readonly ref: string;
  readonly plan: Plan;
  readonly roster: readonly string[];
  readonly begun: readonly BegunTask[];
}

/** The whole plan as a YAML file to edit, with comments that say what the keys mean and what may not change. */
export function writePlanFile(facts: PlanFileFacts): string {
  const { version, ref, plan, begun } = facts;
  const document = new Document({ version, ref, summary: plan.summary, tasks: plan.tasks });
  document.commentBefore = headOf(facts);
  const tasks = document.get('tasks');
  const states = new Map(begun.map(({ taskId, state }) => [taskId, state]));
  if (isSeq(tasks)) {
    for (const task of tasks.items) {
      if (!isMap(task)) continue;
      task.spaceBefore = true;
      const state = states.get(String(task.get('id')));
      if (state === undefined) continue;
      task.commentBefore = isSettled(state)
        ? ` It is ${state}: it stays as it is.`
        : ` It has begun (${state}): it stays as it is, but for budgetUsd.`;
    }
  }
  return document.toString({ lineWidth: 100 });
}

function headOf({ objectiveId, version, roster }: PlanFileFacts): string {
  const keys = Object.entries(taskKeys(roster));
  const lines = [
    `The plan of ${objectiveId}, version ${String(version)}.`,
    'Change, add or remove tasks; save and leave the editor. An empty or unchanged file changes nothing.',
    "The whole file is checked by the rules the coordinator's own plan is checked by.",
    'Leave version and ref as they are: they say which plan this is a copy of.',
    '',
    'Keys of a task:',
    ...keys.map(([key, meaning]) => `  ${key}: ${meaning}`),
  ];
  return lines.map((line) => (line === '' ? '' : ` ${line}`)).join('\n');
}
