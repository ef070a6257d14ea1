import { z } from 'zod';
import { GateSlug } from '../quality-gate/gate-items';
import { RoleName } from '../department/specialists';

export const MAX_TASKS = 200;
/** A plan the code refuses goes back to the model this often before a human is asked. */
export const PLAN_ROUNDS = 3;
export const TaskId = z.string().regex(/^backend-T[0-9]{3,}$/, 'a task id looks like backend-T001');
export type TaskId = z.infer<typeof TaskId>;
/** Highest number of a task in a plan. */
export const HIGHEST_NUMBER = 999_999;

export const PRIORITIES = ['critical', 'high', 'medium', 'low'] as const;
export const Priority = z.enum(PRIORITIES);
export type Priority = z.infer<typeof Priority>;

/** What a task produces; the plan check derives from it which steps an objective owes. */
export const TASK_KINDS = [
  'contract',
  'schema',
  'implementation',
  'operations',
  'security-audit',
  'performance-test',
  'documentation',
  'repair',
] as const;
export const TaskKind = z.enum(TASK_KINDS);
export type TaskKind = z.infer<typeof TaskKind>;

/** A path a task may write: a literal relative path, or `dir/**`. */
export const PathClaim = z
  .string()
  .min(1)
  .max(300)
  .regex(
    /^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[^\\\0*]+(\/\*\*)?$/,
    'a path is relative, or ends in /**; no other wildcard',
  )
  .refine((path) => !/^\.git(\/|$)/.test(path), 'paths inside .git belong to nobody');
export type PathClaim = z.infer<typeof PathClaim>;

const Lines = z.array(z.string().min(1).max(1000)).max(40);

/** CONTEXT of the delegation template: what the specialist should look at, by kind. */
export const DelegationContext = z.strictObject({
  apiSpecifications: Lines,
  databaseSchema: Lines,
  codePatterns: Lines,
  performanceSlas: Lines,
  securityRequirements: Lines,
});
export type DelegationContext = z.infer<typeof DelegationContext>;

/** In US dollars. */
export const TaskBudget = z.number().positive().max(1_000_000);

/** What the coordinator proposes for one task: the whole delegation template (charter: "Task Delegation Template"). */
const TaskProposal = z.strictObject({
  id: TaskId,
  title: z.string().min(1).max(120),
  specialist: RoleName,
  kind: TaskKind,
  priority: Priority,
  objective: z.string().min(1).max(4000),
  requirements: Lines,
  acceptanceCriteria: Lines.min(1, 'a task needs at least one acceptance criterion'),
  dependsOn: z.array(TaskId).max(MAX_TASKS),
  context: DelegationContext,
  expectedOutput: Lines.min(1, 'a task needs at least one expected output'),
  successCriteria: Lines,
  owns: z.array(PathClaim).max(100),
  shares: z.array(PathClaim).max(100),
  gateItems: z.array(GateSlug).max(40),
});

/** One task of a plan: what was proposed, and what people add to it. */
export const PlanTask = TaskProposal.extend({
  /** Most it may cost, in US dollars; absent: no cap of its own. People set it, models do not. */
  budgetUsd: TaskBudget.optional(),
});
export type PlanTask = z.infer<typeof PlanTask>;

/** A task as it is handed on: with the tasks that wait for it. */
export type DelegatedTask = PlanTask & { readonly blocks: readonly TaskId[] };

const Summary = z.string().max(2000);
export const Plan = z.strictObject({ summary: Summary, tasks: z.array(PlanTask).max(10_000) });
export type Plan = z.infer<typeof Plan>;

/** A plan as a model may propose it. */
export const PlanProposal = z.strictObject({
  summary: Summary,
  tasks: z.array(TaskProposal).max(10_000),
});

/** What the process needs of a task to schedule it; the rest stays in the plan's blob. */
export const TaskOutline = PlanTask.pick({
  id: true,
  title: true,
  specialist: true,
  kind: true,
  priority: true,
  dependsOn: true,
  owns: true,
  shares: true,
  budgetUsd: true,
});
export type TaskOutline = z.infer<typeof TaskOutline>;

export function outlineTask(task: PlanTask): TaskOutline {
  return TaskOutline.strip().parse(task);
}

/** Orders ready tasks: priority first, then id. */
export function compareTasks(
  a: Pick<TaskOutline, 'id' | 'priority'>,
  b: Pick<TaskOutline, 'id' | 'priority'>,
): number {
  return PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) || compareIds(a.id, b.id);
}

/** Orders task ids by number, so that backend-T1000 follows backend-T999. */
export function compareIds(a: TaskId, b: TaskId): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
