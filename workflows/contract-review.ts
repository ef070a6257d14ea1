import { getExternalWorkflowHandle, patched } from '@temporalio/workflow';
import type { ContractStatus, ReviewContract } from '../src/domain/contract/contract-status';
import {
  CONTRACT_REVIEWED,
  contractWorkflowId,
  type ContractReviewed,
} from '../src/domain/coordination/coordination-orders';
import { isAbout } from '../src/domain/contract/contract-name';
import { tidingsOfReview } from '../src/domain/notification/news';
import { FRONTEND_COORDINATOR, mention } from '../src/domain/department/specialists';
import type { TaskId } from '../src/domain/plan/plan';
import type { TaskProgress } from '../src/domain/work/task-progress';
import type { Carried } from './carried';
import { tell } from './news';
import { record, replaceTask, taskOf, type Run } from './run';

/** What of an objective its contracts' reviews are about. */
interface Reviewed {
  readonly progress: Pick<Carried, 'rules' | 'tasks' | 'coordination'>;
}

/** Why a review of a contract cannot be taken, or null. */
export function refuseContractReview(run: Reviewed, { contract }: ReviewContract): string | null {
  const found = contractNamed(run, contract);
  if (found === undefined) {
    const names = run.progress.coordination.contracts.map(({ name }) => name).join(', ');
    return /^[0-9a-f]{64}$/.test(contract)
      ? `${contract.slice(0, 12)} is not the newest revision of any contract; look at it again`
      : `there is no contract ${contract}; ${names === '' ? 'none is shared yet' : `there are: ${names}`}`;
  }
  if (found.state === 'shared') {
    if (waits(run, found.name)) return null;
    return notAskedAbout(run, found);
  }
  return found.by === null
    ? `${found.name} is ${found.state}; it is not waiting to be reviewed`
    : `${found.name} is decided already: ${found.state} by ${found.by}`;
}

/** Why nobody is asked about a contract that is shared: not yet, or not any more. */
function notAskedAbout({ progress }: Reviewed, contract: ContractStatus): string {
  const steps = progress.tasks
    .filter(({ task }) => task.id === contract.taskId || isAbout(contract, task))
    .map(({ step }) => step);
  // Its revision is told before the question.
  if (steps.some((step) => step.kind === 'coordinate' && step.of === 'contract'))
    return progress.rules?.contracts.review === 'agent'
      ? `${contract.name} is being reviewed by ${mention(FRONTEND_COORDINATOR)}`
      : `${contract.name} is shared but not asked about yet; say it again in a moment`;
  const open = steps.flatMap((step) => (step.kind === 'await-decision' ? [step.escalationId] : []));
  return open.length > 0
    ? `${contract.name} is not waiting to be reviewed while ${open.join(', ')} is open; decide that first`
    : `${contract.name} is shared, but nothing waits for its review any more`;
}

function waits(run: Reviewed, name: string): boolean {
  return run.progress.tasks.some(({ step }) => step.kind === 'await-contract' && step.contract === name);
}

/** The contract of this name, or whose newest revision has this hash. */
export function contractNamed(run: Reviewed, contract: string): ContractStatus | undefined {
  return run.progress.coordination.contracts.find(({ name, hash }) => name === contract || hash === contract);
}

/** Hands a review on to its contract; the first one counts. */
export function reviewContract(run: Run, said: ReviewContract): string {
  const found = contractNamed(run, said.contract);
  if (found === undefined) throw new Error(`no contract ${said.contract}`);
  const comments = typeof said.comments === 'string' ? [said.comments] : (said.comments ?? []);
  const review: ContractReviewed = {
    revision: found.revision,
    decision: said.decision,
    comments: comments.map((line) => line.slice(0, 500)),
    by: said.by,
  };
  // Decided from here on, whatever arrives before the contract's own word.
  found.by = said.by;
  // Told from here where the contract's workflow is lost before it says so itself.
  found.comments = review.comments;
  found.state = said.decision === 'approve' ? 'approved' : 'changes-requested';
  // In older histories the objective said that it waits for a human until the contract had answered.
  if (patched('a-reviewed-contract-waits-for-nobody')) noteReviewed(run, found.name);
  record(run, `contract ${found.name}: ${said.decision} by ${said.by}`, found.taskId);
  tell(run, tidingsOfReview(found.name, said));
  const id = contractWorkflowId(run.input.objectiveId, found.name);
  getExternalWorkflowHandle(id)
    .signal(CONTRACT_REVIEWED, review)
    .catch(() => {
      record(run, `contract ${found.name} was lost; its task is looked at again`, found.taskId);
      askAgain(run, found.name);
    });
  return `recorded: ${said.decision}`;
}

function noteReviewed(run: Run, contract: string): void {
  for (const task of run.progress.tasks) {
    if (task.step.kind === 'await-contract' && task.step.contract === contract)
      replaceTask(run, { ...task, step: { ...task.step, reviewed: true } });
  }
}

/** A task that waits for a workflow which is gone has its contract shared anew. */
function askAgain(run: Run, name: string): void {
  for (const task of run.progress.tasks) {
    if (task.step.kind !== 'await-contract' || task.step.contract !== name) continue;
    replaceTask(run, { ...task, step: { kind: 'coordinate', of: 'contract' } });
  }
}

/** The same for one task, where it still rests on this request; whether it did. */
export function askTaskAgain(run: Run, id: TaskId, request: number): boolean {
  const task = taskOf(run, id);
  if (task?.step.kind !== 'await-contract' || task.step.request !== request) return false;
  replaceTask(run, { ...task, step: { kind: 'coordinate', of: 'contract' } });
  return true;
}

/** The contract a task cannot go on without a human for; with a deadline it goes on by itself. */
export function awaitedContract(run: Run, { step }: TaskProgress): string | null {
  return step.kind === 'await-contract' &&
    step.reviewed !== true &&
    run.progress.rules?.contracts.review === 'human'
    ? step.contract
    : null;
}
