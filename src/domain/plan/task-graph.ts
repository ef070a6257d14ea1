import { compareIds, type TaskId, type TaskOutline } from './plan';

/** What the graph needs of a task. Dependencies on unknown tasks are ignored here; the plan check names them. */
export type TaskNode = Pick<TaskOutline, 'id' | 'dependsOn'>;

/** A step of the plan as it is shown: tasks that wait for exactly the same tasks and so can start together. */
export interface Stage {
  /** From 1; a stage's number is above those of all stages it waits for. */
  readonly number: number;
  readonly kind: 'parallel' | 'sequential';
  readonly after: readonly TaskId[];
  readonly tasks: readonly TaskId[];
}

/** Tasks in an order in which dependencies come first, ties by id; those on or behind a cycle are left out. */
export function topologicalOrder<T extends TaskNode>(tasks: readonly T[]): T[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const dependants = directDependants(tasks);
  const open = new Map([...byId].map(([id, task]) => [id, knownDependencies(task, byId).length]));
  let frontier = [...byId.values()].filter((task) => open.get(task.id) === 0).sort(byTaskId);
  const order: T[] = [];
  while (frontier.length > 0) {
    order.push(...frontier);
    const next: T[] = [];
    for (const id of frontier.flatMap((done) => dependants.get(done.id) ?? [])) {
      const left = (open.get(id) ?? 0) - 1;
      open.set(id, left);
      const task = byId.get(id);
      if (left === 0 && task) next.push(task);
    }
    frontier = next.sort(byTaskId);
  }
  return order;
}

/** For each task, everything it waits for, directly or through others. Tasks on a cycle are left out. */
export function dependencyClosure(tasks: readonly TaskNode[]): ReadonlyMap<TaskId, ReadonlySet<TaskId>> {
  const closure = new Map<TaskId, ReadonlySet<TaskId>>();
  for (const task of topologicalOrder(tasks)) {
    const all = new Set<TaskId>();
    // Backwards: a late dependency usually brings the early ones along.
    for (const id of [...task.dependsOn].reverse()) {
      const above = closure.get(id);
      if (above === undefined || all.has(id)) continue;
      all.add(id);
      for (const further of above) all.add(further);
    }
    closure.set(task.id, all);
  }
  return closure;
}

/** The tasks that name `taskId` among their dependencies (BLOCKS of the delegation), by id. */
export function blocks(tasks: readonly TaskNode[], taskId: TaskId): TaskId[] {
  return tasks
    .filter((task) => task.dependsOn.includes(taskId))
    .map((task) => task.id)
    .sort(compareIds);
}

/** Every task that cannot start without `taskId`, directly or through others, by id; what `skip` skips too. */
export function dependantsOf(tasks: readonly TaskNode[], taskId: TaskId): TaskId[] {
  const direct = directDependants(tasks);
  const found = new Set<TaskId>();
  const queue = [taskId];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const next of direct.get(id) ?? []) {
      if (next === taskId || found.has(next)) continue;
      found.add(next);
      queue.push(next);
    }
  }
  return [...found].sort(compareIds);
}

/**
 * The plan in the charter's way of showing it: tasks with the same dependencies form a parallel group, a task alone
 * with its dependencies is a sequential step. Stages come after what they wait for, ties by their first task.
 */
export function planStages(tasks: readonly TaskNode[]): Stage[] {
  const stages = new Map<string, { after: TaskId[]; tasks: TaskId[] }>();
  for (const task of topologicalOrder(tasks)) {
    const after = [...new Set(task.dependsOn)].sort(compareIds);
    const stage = stages.get(after.join()) ?? { after, tasks: [] };
    stage.tasks.push(task.id);
    stages.set(after.join(), stage);
  }
  const known = new Set(tasks.map((task) => task.id));
  const placed = new Set<TaskId>();
  const waiting = [...stages.values()].sort((a, b) => compareIds(a.tasks[0] ?? '', b.tasks[0] ?? ''));
  const shown: Stage[] = [];
  while (waiting.length > 0) {
    const index = waiting.findIndex((stage) => stage.after.every((id) => placed.has(id) || !known.has(id)));
    const [stage] = waiting.splice(index, 1);
    if (index < 0 || stage === undefined) break;
    for (const id of stage.tasks) placed.add(id);
    const kind = stage.tasks.length > 1 ? 'parallel' : 'sequential';
    shown.push({ number: shown.length + 1, kind, after: stage.after, tasks: stage.tasks });
  }
  return shown;
}

/** The number of the stage each task is shown in, from 1. */
export function parallelGroups(tasks: readonly TaskNode[]): ReadonlyMap<TaskId, number> {
  return new Map(planStages(tasks).flatMap((stage) => stage.tasks.map((id) => [id, stage.number] as const)));
}

/**
 * The chain of tasks that decides when the plan can be done at the earliest, and its length in the unit of
 * `durations`. A task without a duration counts as 0, so what is done already can be left out.
 */
export function criticalPath(
  tasks: readonly TaskNode[],
  durations: ReadonlyMap<TaskId, number>,
): { readonly path: readonly TaskId[]; readonly length: number } {
  const finished = new Map<TaskId, { readonly at: number; readonly after: TaskId | null }>();
  let last: { readonly id: TaskId; readonly at: number } | null = null;
  for (const task of topologicalOrder(tasks)) {
    let start: { at: number; after: TaskId | null } = { at: 0, after: null };
    for (const id of task.dependsOn) {
      const end = finished.get(id);
      if (end && (start.after === null || end.at > start.at)) start = { at: end.at, after: id };
    }
    const at = start.at + (durations.get(task.id) ?? 0);
    finished.set(task.id, { at, after: start.after });
    if (last === null || at > last.at) last = { id: task.id, at };
  }
  const path: TaskId[] = [];
  for (let id = last?.id ?? null; id !== null; id = finished.get(id)?.after ?? null) path.unshift(id);
  return { path, length: last?.at ?? 0 };
}

function byTaskId(a: TaskNode, b: TaskNode): number {
  return compareIds(a.id, b.id);
}

function knownDependencies(task: TaskNode, known: ReadonlyMap<TaskId, unknown>): TaskId[] {
  return [...new Set(task.dependsOn)].filter((id) => known.has(id));
}

function directDependants(tasks: readonly TaskNode[]): ReadonlyMap<TaskId, readonly TaskId[]> {
  const dependants = new Map<TaskId, TaskId[]>();
  for (const task of tasks) {
    for (const id of new Set(task.dependsOn)) {
      const known = dependants.get(id);
      if (known) known.push(task.id);
      else dependants.set(id, [task.id]);
    }
  }
  return dependants;
}
