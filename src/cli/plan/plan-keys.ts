import { GATE_ITEMS } from '../../domain/quality-gate/gate-items';
import { PRIORITIES, TASK_KINDS, type PlanTask } from '../../domain/plan/plan';
import { mention } from '../../domain/department/specialists';

/** What the keys of a task mean, for whoever edits them. */
export function taskKeys(roster: readonly string[]): Readonly<Record<keyof PlanTask, string>> {
  return {
    id: 'backend-T and a number; a new task takes one that is free',
    title: 'at most 120 characters',
    specialist: `one of ${roster.map(mention).join(' ')} (without the @)`,
    kind: `one of ${TASK_KINDS.join(' ')}`,
    priority: `one of ${PRIORITIES.join(' ')}; decides among tasks that could start`,
    objective: 'what the task is to reach',
    requirements: 'a list of what the result must have',
    acceptanceCriteria: 'a list of what it is judged by; at least one',
    dependsOn: 'a list of ids; it starts when all of them are merged',
    context: 'what the specialist should look at, by kind',
    expectedOutput: 'a list of what it hands over; at least one',
    successCriteria: 'a list',
    owns: 'paths only this task writes while it may run beside others: a file, or a folder as dir/**',
    shares: 'paths that others may write too',
    gateItems: `gate items it owes beyond those of its kind (such as ${GATE_ITEMS[0]?.slug ?? ''})`,
    budgetUsd: 'optional: most it may cost in US dollars; spent, a human is asked',
  };
}
