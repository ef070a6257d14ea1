import type { Analysis } from './analysis';
import { basesAbove, claimBase } from './path-claims';
import { HIGHEST_NUMBER, MAX_TASKS, type PathClaim, type PlanTask, type TaskId, type TaskKind } from './plan';
import { mention, SPECIALIST_NAMES } from '../department/specialists';
import { dependencyClosure, topologicalOrder } from './task-graph';

/** Most errors told at once, and most characters of one, so that a refusal fits into a message. */
export const MAX_PLAN_ERRORS = 50;
const MAX_ERROR_CHARACTERS = 500;
const MAX_NAMES = 12;

const CONTRACT_DESIGNERS: readonly string[] = ['api-architect', 'graphql-architect'];
const SCHEMA_DESIGNER = 'database-optimizer';
const DATABASE_ROLES: readonly string[] = ['database-optimizer', 'database-admin'];

interface Draft {
  readonly tasks: readonly PlanTask[];
  readonly analysis: Analysis;
  readonly roster: readonly string[];
  /** Everything each task waits for; tasks on a cycle are missing. */
  readonly waitsFor: ReadonlyMap<TaskId, ReadonlySet<TaskId>>;
}
type Check = (draft: Draft) => readonly string[];

/** Without these a plan is no graph, and nothing else can be said about it. */
const GRAPH_CHECKS: readonly Check[] = [
  checkNumbers,
  checkUniqueIds,
  checkDependenciesKnown,
  checkSelfDependencies,
  checkCycles,
];
const CHECKS: readonly Check[] = [
  checkSpecialists,
  checkClaims,
  checkOverlaps,
  checkSchemaTask,
  checkContractTask,
  checkContractFirst,
  (draft) => checkFinalReview(draft, 'security-audit'),
  (draft) => checkFinalReview(draft, 'performance-test'),
  checkAuditors,
];

/** What is wrong with a proposed plan, one sentence each naming the tasks; empty when it can be run. */
export function checkPlan(
  plan: { readonly tasks: readonly PlanTask[] },
  analysis: Analysis,
  roster: readonly string[],
): string[] {
  const { tasks } = plan;
  if (tasks.length === 0) return [`The plan has no tasks; give it 1 to ${MAX_TASKS}.`];
  if (tasks.length > MAX_TASKS) {
    return [`The plan has ${tasks.length} tasks; join some, ${MAX_TASKS} are the most.`];
  }
  const draft = { tasks, analysis, roster, waitsFor: dependencyClosure(tasks) };
  const broken = GRAPH_CHECKS.flatMap((check) => check(draft));
  return cutErrors(broken.length > 0 ? broken : CHECKS.flatMap((check) => check(draft)));
}

/** Ids name branches, folders and whatever tasks are added later, which count on from them. */
function checkNumbers({ tasks }: Draft): string[] {
  return tasks
    .filter(({ id }) => Number(id.replace('backend-T', '')) > HIGHEST_NUMBER)
    .map(({ id }) => `The number of ${id} is too high; ${String(HIGHEST_NUMBER)} is the highest.`);
}

function checkUniqueIds({ tasks }: Draft): string[] {
  const counts = new Map<TaskId, number>();
  for (const { id } of tasks) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > 1)
    .map(([id, count]) => `${count} tasks have the id ${id}; give each its own.`);
}

function checkDependenciesKnown({ tasks }: Draft): string[] {
  const known = new Set(tasks.map((task) => task.id));
  return tasks.flatMap((task) => {
    const missing = task.dependsOn.filter((id) => !known.has(id));
    return missing.length === 0
      ? []
      : [`${task.id} depends on ${nameAll(missing)}, which the plan does not have; remove or add it.`];
  });
}

function checkSelfDependencies({ tasks }: Draft): string[] {
  return tasks
    .filter((task) => task.dependsOn.includes(task.id))
    .map((task) => `${task.id} depends on itself; remove that dependency.`);
}

/** Names one cycle of each knot: what is not in topological order always has a dependency that is not either. */
function checkCycles({ tasks }: Draft): string[] {
  if (new Set(tasks.map((task) => task.id)).size < tasks.length) return [];
  const unknotted = tasks.map((task) => ({
    ...task,
    dependsOn: task.dependsOn.filter((id) => id !== task.id),
  }));
  const ordered = new Set(topologicalOrder(unknotted).map((task) => task.id));
  const knotted = new Map(
    unknotted.filter((task) => !ordered.has(task.id)).map((task) => [task.id, task] as const),
  );
  const seen = new Set<TaskId>();
  const errors: string[] = [];
  for (const start of knotted.keys()) {
    const walk: TaskId[] = [];
    let id: TaskId | undefined = start;
    while (id !== undefined && !seen.has(id)) {
      seen.add(id);
      walk.push(id);
      id = knotted.get(id)?.dependsOn.find((next) => knotted.has(next));
    }
    const from = id === undefined ? -1 : walk.indexOf(id);
    if (id === undefined || from < 0) continue;
    const cycle = [...walk.slice(from), id];
    errors.push(`The dependencies run in a circle, ${cycle.join(' → ')}; remove one of them.`);
  }
  return errors;
}

function checkSpecialists({ tasks, roster }: Draft): string[] {
  return tasks
    .filter((task) => !roster.includes(task.specialist))
    .map(
      (task) =>
        `${task.id} is given to ${mention(task.specialist)}, who is not in the roster; choose one of ` +
        `${roster.map(mention).join(', ')}.`,
    );
}

function checkClaims({ tasks }: Draft): string[] {
  return tasks.flatMap((task) =>
    [...task.owns, ...task.shares]
      .filter((claim) => claim.endsWith('/'))
      .map((claim) => `${task.id} claims ${claim}; write a folder as ${claim.replace(/\/+$/, '')}/**.`),
  );
}

/** Looks claims up by their base, so that 200 tasks with 100 claims each need no comparison of all pairs. */
function checkOverlaps({ tasks, waitsFor }: Draft): string[] {
  const holders = new Map<string, Map<TaskId, PathClaim>>();
  for (const task of tasks) {
    for (const claim of task.owns) {
      const base = claimBase(claim);
      const holding = holders.get(base) ?? new Map<TaskId, PathClaim>();
      holders.set(base, holding.set(task.id, claim));
    }
  }
  const mayMeet = concurrentTasks(tasks, waitsFor);
  const errors: string[] = [];
  for (const task of tasks) {
    const others = mayMeet.get(task.id);
    for (const claim of task.owns) {
      if (others === undefined || others.size === 0) break;
      for (const [other, theirs] of basesAbove(claim).flatMap((base) => [...(holders.get(base) ?? [])])) {
        // Once told of, a pair is done with.
        if (!others.delete(other)) continue;
        mayMeet.get(other)?.delete(task.id);
        errors.push(
          `${task.id} and ${other} may run at the same time and both own ${both(claim, theirs)}; ` +
            `let one depend on the other, divide the paths, or list the path under shares.`,
        );
      }
    }
  }
  return errors;
}

/** For each task, those that neither wait for it nor are waited for by it. */
function concurrentTasks(
  tasks: readonly PlanTask[],
  waitsFor: Draft['waitsFor'],
): ReadonlyMap<TaskId, Set<TaskId>> {
  const ids = tasks.map((task) => task.id);
  const inOrder = (a: TaskId, b: TaskId): boolean =>
    a === b || waitsFor.get(a)?.has(b) === true || waitsFor.get(b)?.has(a) === true;
  return new Map(ids.map((id) => [id, new Set(ids.filter((other) => !inOrder(id, other)))]));
}

function checkSchemaTask({ tasks, analysis }: Draft): string[] {
  if (analysis.schemaChanges.length === 0) return [];
  if (ofKind(tasks, 'schema').some((task) => task.specialist === SCHEMA_DESIGNER)) return [];
  return [
    `The objective changes the database schema but no schema task is given to ${mention(SCHEMA_DESIGNER)}; add one.`,
  ];
}

function checkContractTask({ tasks, analysis }: Draft): string[] {
  if (analysis.apiEndpoints.length === 0 || contractTasks(tasks).length > 0) return [];
  return [
    `The objective touches API endpoints but no contract task is given to ` +
      `${CONTRACT_DESIGNERS.map(mention).join(' or ')}; add one.`,
  ];
}

/** Code waits for the contract; data access by a database role may wait for the schema instead. */
function checkContractFirst({ tasks, analysis, waitsFor }: Draft): string[] {
  const contracts = contractTasks(tasks);
  if (analysis.apiEndpoints.length === 0 || contracts.length === 0) return [];
  const schemas = ofKind(tasks, 'schema');
  const early = ofKind(tasks, 'implementation').filter((task) => {
    const grounds = DATABASE_ROLES.includes(task.specialist) ? [...contracts, ...schemas] : contracts;
    return !grounds.some((ground) => waitsFor.get(task.id)?.has(ground.id));
  });
  if (early.length === 0) return [];
  return [
    `${nameAll(early.map((task) => task.id))} would be implemented before the contract; ` +
      `let each depend on ${nameAll(contracts.map((task) => task.id))}.`,
  ];
}

function checkFinalReview({ tasks, waitsFor }: Draft, kind: 'security-audit' | 'performance-test'): string[] {
  const code = ofKind(tasks, 'implementation').map((task) => task.id);
  if (code.length === 0) return [];
  const reviews = ofKind(tasks, kind);
  if (reviews.length === 0)
    return [`${nameAll(code)} implement code but no ${kind} task is planned; add one.`];
  const missed = reviews.map((review) => ({
    id: review.id,
    ids: code.filter((id) => !waitsFor.get(review.id)?.has(id)),
  }));
  const closest = missed.reduce((best, next) => (next.ids.length < best.ids.length ? next : best));
  if (closest.ids.length === 0) return [];
  return [
    `No ${kind} task waits for all implementation; let ${closest.id} depend on ${nameAll(closest.ids)}.`,
  ];
}

/** Nobody audits code of their own, and a role brought by the target repository audits nothing. */
function checkAuditors({ tasks }: Draft): string[] {
  const code = ofKind(tasks, 'implementation');
  const own: readonly string[] = SPECIALIST_NAMES;
  return ofKind(tasks, 'security-audit').flatMap((audit) => {
    const auditor = mention(audit.specialist);
    const theirs = code.filter((task) => task.specialist === audit.specialist).map((task) => task.id);
    if (theirs.length > 0) {
      return [`${audit.id} has ${auditor} audit code of their own, ${nameAll(theirs)}; give it to another.`];
    }
    return own.includes(audit.specialist)
      ? []
      : [
          `${audit.id} is a security audit by ${auditor}; give it to one of the department's own specialists.`,
        ];
  });
}

function ofKind(tasks: readonly PlanTask[], kind: TaskKind): PlanTask[] {
  return tasks.filter((task) => task.kind === kind);
}

function contractTasks(tasks: readonly PlanTask[]): PlanTask[] {
  return ofKind(tasks, 'contract').filter((task) => CONTRACT_DESIGNERS.includes(task.specialist));
}

function nameAll(ids: readonly TaskId[]): string {
  const more = ids.length - MAX_NAMES;
  return ids.slice(0, MAX_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function both(claim: PathClaim, theirs: PathClaim): string {
  return claim === theirs ? claim : `${claim} within ${theirs}`;
}

function cutErrors(errors: readonly string[]): string[] {
  const more = errors.length - MAX_PLAN_ERRORS + 1;
  const told =
    more > 1 ? [...errors.slice(0, -more), `${more} more errors follow; mend these first.`] : errors;
  return told.map((error) =>
    error.length > MAX_ERROR_CHARACTERS ? `${error.slice(0, MAX_ERROR_CHARACTERS - 1)}…` : error,
  );
}
