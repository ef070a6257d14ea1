import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { acceptsDestruction, afterCoordination } from '../src/domain/after-coordination';
import { contractName, contractPath } from '../src/domain/contract-name';
import type { ContractStatus } from '../src/domain/contract-status';
import {
  CONTRACT_REVIEWED,
  CONTRACT_WORKFLOW,
  COORDINATION_ORDER,
  contractWorkflowId,
  CoordinationReport,
  DATABASE_WORKFLOW,
  databaseWorkflowId,
  type ContractInput,
  type ContractOrder,
  type ContractReviewed,
  type CoordinationAnswer,
  type DatabaseInput,
  type DatabaseOrder,
} from '../src/domain/coordination-orders';
import type { ReviewContract } from '../src/domain/contract-status';
import { claimCovers } from '../src/domain/path-claims';
import type { Coordinated, TaskProgress } from '../src/domain/task-progress';
import { addUsage } from '../src/domain/usage';
import { allowanceOf, spendUsage } from './budget';
import { record, replaceTask, taskOf, type Run } from './run';
import { latest, settingOf } from './step-frame';

/** The step a task owes before `step`, where other workflows have a say; null: none. */
export function owedCoordination(run: Run, task: TaskProgress): Coordinated | null {
  const { rules, coordination } = run.progress;
  if (rules === null) return null;
  const { kind } = task.task;
  if (task.step.kind === 'attempt') {
    const isFirst = task.step.prompt.kind === 'delegation' && task.step.resumes === undefined;
    return rules.database && kind === 'schema' && isFirst && task.designed === undefined
      ? 'database-design'
      : null;
  }
  if (task.step.kind !== 'merge' || task.commit === null) return null;
  const touches = coordination.contracts.some(
    ({ path }) =>
      path !== null && [...task.task.owns, ...task.task.shares].some((claim) => claimCovers(claim, path)),
  );
  if ((kind === 'contract' || touches) && task.agreed?.contract !== task.commit) return 'contract';
  const designed = task.designed !== undefined;
  return designed && task.agreed?.database !== task.commit ? 'database' : null;
}

/** Has another workflow do its part for a task, and acts on its answer. */
export async function coordinate(run: Run, task: TaskProgress, of: Coordinated): Promise<TaskProgress> {
  const { id } = task.task;
  const request = nextRequest(run);
  const contract = of === 'contract' ? contractOf(run, task) : null;
  const answer = await askFor(run, request, () =>
    contract === null
      ? orderDatabase(run, databaseOrder(run, task, of, request))
      : orderContract(run, contract, {
          kind: 'designed',
          request,
          taskId: id,
          commit: task.commit ?? '',
          plan: settingOf(run).plan,
          ...allowanceOf(run, id),
        }),
  );
  return afterCoordination(latest(run, id), of, answer, {
    number: request,
    contract: contract?.name ?? '',
  });
}

function nextRequest(run: Run): number {
  run.progress.coordination.lastRequest += 1;
  return run.progress.coordination.lastRequest;
}

async function askFor(run: Run, request: number, order: () => Promise<void>): Promise<CoordinationAnswer> {
  try {
    await order();
    await condition(() => run.answers.has(request));
    const answer = run.answers.get(request);
    if (answer === undefined) throw new Error(`Order ${request} has no answer`);
    return answer;
  } finally {
    run.answers.delete(request);
  }
}

function databaseOrder(run: Run, task: TaskProgress, of: Coordinated, request: number): DatabaseOrder {
  const { id } = task.task;
  const common = { request, taskId: id, plan: settingOf(run).plan, ...allowanceOf(run, id) };
  if (of === 'database-design') return { kind: 'design', ...common };
  if (task.designed === undefined || task.commit === null)
    throw new Error(`${id} has no designed migration to rehearse`);
  const accepted = acceptsDestruction(task);
  return { kind: 'rehearse', ...common, ...task.designed, commit: task.commit, accepted };
}

/** The contract a task designs or changes: known by its file, else by the name its claims give it. */
function contractOf(run: Run, { task }: TaskProgress): ContractStatus {
  const { contracts } = run.progress.coordination;
  const known = contracts.find(
    ({ name, path }) =>
      name === contractName(task) ||
      (path !== null && [...task.owns, ...task.shares].some((claim) => claimCovers(claim, path))),
  );
  if (known !== undefined) return known;
  const fresh: ContractStatus = {
    name: contractName(task),
    path: contractPath(task),
    taskId: task.id,
    revision: 0,
    hash: null,
    state: 'designing',
    bundle: null,
    by: null,
    comments: [],
  };
  contracts.push(fresh);
  return fresh;
}

function orderContract(run: Run, known: ContractStatus, order: ContractOrder): Promise<void> {
  const { objectiveId } = run.input;
  const { rules } = run.progress;
  if (rules === null) throw new Error('no contract is coordinated here');
  const input: ContractInput = { objectiveId, handle: settingOf(run).handle, rules: rules.contracts, known };
  return send(run, {
    id: contractWorkflowId(objectiveId, known.name),
    type: CONTRACT_WORKFLOW,
    summary: `API contract ${known.name}`,
    input,
    order,
  });
}

function orderDatabase(run: Run, order: DatabaseOrder): Promise<void> {
  const { objectiveId } = run.input;
  const input: DatabaseInput = { objectiveId, handle: settingOf(run).handle };
  return send(run, {
    id: databaseWorkflowId(objectiveId),
    type: DATABASE_WORKFLOW,
    summary: 'database change',
    input,
    order,
  });
}

interface Child {
  readonly id: string;
  readonly type: string;
  readonly summary: string;
  readonly input: ContractInput | DatabaseInput;
  readonly order: ContractOrder | DatabaseOrder;
}

/** Gives an order to a child, which is started where it does not run: at first, or when it was lost. */
async function send(run: Run, child: Child): Promise<void> {
  const { children } = run.progress.coordination;
  const signal = (): Promise<void> =>
    getExternalWorkflowHandle(child.id).signal(COORDINATION_ORDER, child.order);
  if (children.includes(child.id)) {
    try {
      await signal();
      return;
    } catch (error) {
      if (isCancellation(error)) throw error;
      record(run, `${child.summary} was lost and is taken up again`);
      children.splice(children.indexOf(child.id), 1);
    }
  }
  children.push(child.id);
  // Of its own scope: one task that is cancelled does not take the work of others with it.
  const start = (): Promise<unknown> =>
    startChild(child.type, {
      workflowId: child.id,
      args: [child.input],
      // It waits for people longer than one run of an objective lasts; the objective tells it when to close.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      staticSummary: child.summary,
    });
  await CancellationScope.nonCancellable(start).catch((error: unknown) => {
    // It runs already: started by a run of this workflow that was taken back.
    if (!(error instanceof Error) || error.name !== 'WorkflowExecutionAlreadyStartedError') throw error;
  });
  await signal();
}

/** Takes in what a coordinating workflow tells. Anything it cannot read is ignored: throwing would stop the workflow. */
export function takeCoordinationReport(run: Run, payload: unknown): void {
  const parsed = CoordinationReport.safeParse(payload);
  if (!parsed.success) return;
  const { request, answer, costs, events, contract, database } = parsed.data;
  const { coordination } = run.progress;
  const subject = database?.taskId ?? contract?.taskId ?? 'objective';
  for (const { role, usage } of costs) {
    const task = subject === 'objective' ? undefined : taskOf(run, subject);
    spendUsage(run, { subject, role, level: task?.level ?? 0, usage });
    if (task !== undefined) replaceTask(run, { ...task, usage: addUsage(task.usage, usage) });
  }
  for (const { taskId, text } of events) record(run, text, taskId);
  if (contract !== undefined) upsert(coordination.contracts, contract, (row) => row.name === contract.name);
  if (database !== undefined)
    upsert(coordination.databaseChanges, database, (row) => row.taskId === database.taskId);
  if (request !== null && answer !== null) takeAnswer(run, request, answer);
  run.revision += 1;
}

function upsert<T>(rows: T[], row: T, isSame: (other: T) => boolean): void {
  const index = rows.findIndex(isSame);
  if (index < 0) rows.push(row);
  else rows[index] = row;
}

/** An answer is for the step that waits in flight, or for a task that rests until people have answered. */
function takeAnswer(run: Run, request: number, answer: CoordinationAnswer): void {
  const resting = run.progress.tasks.find(
    ({ step }) => step.kind === 'await-contract' && step.request === request,
  );
  if (resting?.step.kind === 'await-contract') {
    const { contract } = resting.step;
    replaceTask(run, afterCoordination(resting, 'contract', answer, { number: request, contract }));
  } else run.answers.set(request, answer);
}

/** Why a review of a contract cannot be taken, or null. */
export function refuseContractReview(run: Run, { contract }: ReviewContract): string | null {
  const found = contractNamed(run, contract);
  if (found === undefined) {
    const names = run.progress.coordination.contracts.map(({ name }) => name).join(', ');
    return /^[0-9a-f]{64}$/.test(contract)
      ? `${contract.slice(0, 12)} is not the newest revision of any contract; look at it again`
      : `there is no contract ${contract}; ${names === '' ? 'none is shared yet' : `there are: ${names}`}`;
  }
  if (found.state === 'shared') {
    return waits(run, found.name) ? null : `${found.name} is being reviewed by ${FRONTEND_ROLE}`;
  }
  return found.by === null
    ? `${found.name} is ${found.state}; it is not waiting to be reviewed`
    : `${found.name} is decided already: ${found.state} by ${found.by}`;
}

const FRONTEND_ROLE = '@frontend-coordinator';

function waits(run: Run, name: string): boolean {
  return run.progress.tasks.some(({ step }) => step.kind === 'await-contract' && step.contract === name);
}

function contractNamed(run: Run, contract: string): ContractStatus | undefined {
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
  found.state = said.decision === 'approve' ? 'approved' : 'changes-requested';
  record(run, `contract ${found.name}: ${said.decision} by ${said.by}`, found.taskId);
  const id = contractWorkflowId(run.input.objectiveId, found.name);
  getExternalWorkflowHandle(id)
    .signal(CONTRACT_REVIEWED, review)
    .catch(() => {
      record(run, `contract ${found.name} was lost; its task is looked at again`, found.taskId);
      askAgain(run, found.name);
    });
  return `recorded: ${said.decision}`;
}

/** A task that waits for a workflow which is gone has its contract shared anew. */
function askAgain(run: Run, name: string): void {
  for (const task of run.progress.tasks) {
    if (task.step.kind !== 'await-contract' || task.step.contract !== name) continue;
    replaceTask(run, { ...task, step: { kind: 'coordinate', of: 'contract' } });
  }
}

/** What a contract's integration test found; null: it could not be asked for. */
export interface TestedContract {
  readonly contract: ContractStatus;
  readonly answer: CoordinationAnswer;
}

/** Tests every approved contract against the integrated tree (charter: "API Contract Coordination", step 5). */
export async function testContracts(run: Run, commit: string): Promise<readonly TestedContract[]> {
  if (run.progress.rules === null) return [];
  const { coordination } = run.progress;
  const approved = coordination.contracts.filter(({ state }) =>
    ['approved', 'tested', 'failed'].includes(state),
  );
  return Promise.all(
    approved.map(async (contract) => {
      const request = nextRequest(run);
      const { plan } = settingOf(run);
      const order: ContractOrder = {
        kind: 'integrate',
        request,
        commit,
        plan,
        ...allowanceOf(run, 'objective'),
      };
      const answer = await askFor(run, request, () => orderContract(run, contract, order));
      return { contract, answer };
    }),
  );
}

/** Tells every workflow it coordinates with that nothing more is asked of it. */
export async function closeCoordination(run: Run, reason: string): Promise<void> {
  const { children } = run.progress.coordination;
  await Promise.allSettled(
    children.map((id) =>
      getExternalWorkflowHandle(id).signal(COORDINATION_ORDER, {
        kind: 'close',
        reason: reason.slice(0, 500),
      }),
    ),
  );
  children.length = 0;
}

/** The contract a task cannot go on without a human for; with a deadline it goes on by itself. */
export function awaitedContract(run: Run, { step }: TaskProgress): string | null {
  return step.kind === 'await-contract' && run.progress.rules?.contracts.review === 'human'
    ? step.contract
    : null;
}
