import { isDeploymentWatchId } from '../domain/deployment/deployment-watch';
import type { Decision, Escalation } from '../domain/escalation/escalation';
import { spentBudgetOf, standingOf, type BudgetStanding } from '../domain/escalation/raise-budget';
import { TaskId } from '../domain/plan/plan';
import type { Precedent } from '../domain/escalation/precedents';
import { SPECIALIST_NAMES } from '../domain/department/specialists';
import type { ObjectiveStatus, TaskStatus } from '../domain/objective/status';
import { UserError } from '../domain/common/user-error';
import { readFailing, type Failing } from '../domain/quality-gate/failing';
import type { Desk } from '../ports/desk';

type Changes =
  { readonly kind: 'diff'; readonly text: string } | { readonly kind: 'none'; readonly why: string };

/** A question with what it is about; `escalation` null: it is not open, and `decision` says who closed it. */
export interface OpenQuestion {
  readonly id: string;
  /** Id of the objective or the watch that asks. */
  readonly owner: string;
  /** What was asked of the department. */
  readonly title: string;
  readonly escalation: Escalation | null;
  readonly decision: Decision | null;
  /** The task it is about; null: the whole. */
  readonly task: TaskStatus | null;
  /** What the gate found red, and what only a human may let pass; null: nothing. */
  readonly failing: Failing | null;
  /** What could not be shown, in a sentence each. */
  readonly notes: readonly string[];
  /** Roles that may take over. */
  readonly roster: readonly string[];
  /** What people decided for the same reason before. */
  readonly precedents: readonly Precedent[];
  /** What it asks to raise; null: no budget. */
  readonly standing: BudgetStanding | null;
  /** null: nothing to show of a watch. */
  readonly diff: Changes | null;
  readonly now: string;
}

/** @throws UserError where nobody answers for it */
export async function readQuestion(desk: Desk, owner: string, id: string): Promise<OpenQuestion> {
  if (isDeploymentWatchId(owner)) return questionOfWatch(desk, owner, id);
  const status = await liveStatus(desk, owner);
  const found = findQuestion(status, id);
  const task = taskOf(status, id);
  const { failing, note } = await failingOf(desk, status, task);
  const spent = found.escalation === null ? null : spentBudgetOf(found.escalation);
  return {
    ...found,
    id,
    owner,
    title: status.objective,
    task,
    failing,
    notes: note === null ? [] : [note],
    roster: [...new Set<string>([...SPECIALIST_NAMES, ...status.tasks.map(({ specialist }) => specialist)])],
    precedents: await precedentsOf(desk, owner, found.escalation),
    standing: spent === null ? null : standingOf(spent, status),
    diff: found.escalation === null ? null : await changesOf(desk, status, task),
    now: status.now,
  };
}

/** What fails where a question was asked; null: nothing, as with every question of a watch. */
export async function readFailingOf(desk: Desk, owner: string, id: string): Promise<Failing | null> {
  if (isDeploymentWatchId(owner)) return null;
  const status = await liveStatus(desk, owner);
  return (await failingOf(desk, status, taskOf(status, id))).failing;
}

function failingOf(
  desk: Desk,
  status: ObjectiveStatus,
  task: TaskStatus | null,
): ReturnType<typeof readFailing> {
  return readFailing(task === null ? status.gate : task.gate, (ref) => desk.blob(ref));
}

function taskOf({ tasks }: ObjectiveStatus, question: string): TaskStatus | null {
  return tasks.find((row) => row.id === subjectOf(question)) ?? null;
}

/** Whether a question of a status is open, or who decided it. */
export function findQuestion(
  { escalations, decisions }: Pick<ObjectiveStatus, 'escalations' | 'decisions'>,
  id: string,
): Pick<OpenQuestion, 'escalation' | 'decision'> {
  return {
    escalation: escalations.find((row) => row.id === id) ?? null,
    decision: decisions.find(({ escalationId }) => escalationId === id) ?? null,
  };
}

/** @throws UserError where no worker answers */
export async function liveStatus(desk: Desk, id: string): Promise<ObjectiveStatus> {
  const standing = await desk.status(id);
  if (standing.kind === 'live') return standing.status;
  throw noWorker(id);
}

function noWorker(id: string): UserError {
  return new UserError(`No worker answers for ${id}; \`worker\` brings one.`, 'temporal-unreachable');
}

async function questionOfWatch(desk: Desk, owner: string, id: string): Promise<OpenQuestion> {
  const { row, status } = await desk.watch(owner);
  if (status === null) throw noWorker(owner);
  const found = findQuestion(status, id);
  return {
    ...found,
    id,
    owner,
    title: `Deployment of: ${row.objective}`,
    task: null,
    failing: null,
    notes: [],
    roster: SPECIALIST_NAMES,
    precedents: await precedentsOf(desk, owner, found.escalation),
    standing: null,
    diff: null,
    now: status.now,
  };
}

async function precedentsOf(
  desk: Desk,
  id: string,
  escalation: Escalation | null,
): Promise<readonly Precedent[]> {
  return escalation === null ? [] : desk.precedents({ id, trigger: escalation.trigger });
}

/** `backend-T007` of `backend-T007-E1`; null: it is about the whole. */
function subjectOf(id: string): string | null {
  const subject = id.replace(/-E\d+$/, '');
  return TaskId.safeParse(subject).success ? subject : null;
}

async function changesOf(desk: Desk, status: ObjectiveStatus, task: TaskStatus | null): Promise<Changes> {
  if (task !== null && task.commit === null)
    return { kind: 'none', why: `${task.id} has committed nothing yet.` };
  try {
    return { kind: 'diff', text: (await desk.diff(status.objectiveId, task?.id ?? null)).text };
  } catch (error) {
    // The question can be answered without it.
    return { kind: 'none', why: await desk.explain(error) };
  }
}
