import { condition } from '@temporalio/workflow';
import { acceptsDestruction, afterCoordination } from '../src/domain/coordination/after-coordination';
import { contractName, contractPath, isAbout } from '../src/domain/contract/contract-name';
import type { ContractStatus } from '../src/domain/contract/contract-status';
import {
  CONTRACT_WORKFLOW,
  contractWorkflowId,
  DATABASE_WORKFLOW,
  databaseWorkflowId,
  type ContractInput,
  type ContractOrder,
  type CoordinationAnswer,
  type DatabaseInput,
  type DatabaseOrder,
} from '../src/domain/coordination/coordination-orders';
import { claimCovers } from '../src/domain/plan/path-claims';
import type { Coordinated, TaskProgress } from '../src/domain/work/task-progress';
import { allowanceOf } from './budget';
import { order } from './coordination-child';
import { tell } from './news';
import type { Run } from './run';
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
  const { objectiveId } = run.input;
  const child =
    contract === null ? databaseWorkflowId(objectiveId) : contractWorkflowId(objectiveId, contract.name);
  const answer = await askFor(run, request, child, () =>
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
  if (contract !== null && answer.kind === 'contract' && answer.verdict === 'waiting')
    tell(run, { kind: 'contract-review', subject: contract.name, taskId: id });
  return afterCoordination(latest(run, id), of, answer, {
    number: request,
    contract: contract?.name ?? '',
  });
}

function nextRequest(run: Run): number {
  run.progress.coordination.lastRequest += 1;
  return run.progress.coordination.lastRequest;
}

/** A child that is lost before it has answered is taken up again, so often; then people are asked. */
const MOST_LOSSES = 3;

async function askFor(
  run: Run,
  request: number,
  child: string,
  tell: () => Promise<boolean>,
): Promise<CoordinationAnswer> {
  try {
    for (let losses = 0; losses < MOST_LOSSES; losses += 1) {
      if (!(await tell())) continue;
      const given = { child, isLost: false };
      run.asked.set(request, given);
      await condition(() => run.answers.has(request) || given.isLost);
      const answer = run.answers.get(request);
      if (answer !== undefined) return answer;
      run.asked.delete(request);
    }
    const text = `The workflow ${child} ended ${MOST_LOSSES} times before it had answered; look at why it was terminated or failed.`;
    return { kind: 'trouble', reason: 'could-not-run', text };
  } finally {
    run.answers.delete(request);
    run.asked.delete(request);
  }
}

function databaseOrder(run: Run, task: TaskProgress, of: Coordinated, request: number): DatabaseOrder {
  const { id } = task.task;
  const common = { request, taskId: id, plan: settingOf(run).plan, ...allowanceOf(run, id) };
  const { analysis } = run.progress;
  if (of === 'database-design')
    return { kind: 'design', ...common, ...(analysis === null ? {} : { analysis }) };
  if (task.designed === undefined || task.commit === null)
    throw new Error(`${id} has no designed migration to rehearse`);
  const accepted = acceptsDestruction(task);
  return { kind: 'rehearse', ...common, ...task.designed, commit: task.commit, accepted };
}

/** The contract a task designs or changes: known by its file, else by the name its claims give it. */
function contractOf(run: Run, { task }: TaskProgress): ContractStatus {
  const { contracts } = run.progress.coordination;
  const known = contracts.find((contract) => isAbout(contract, task));
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

function orderContract(run: Run, known: ContractStatus, asked: ContractOrder): Promise<boolean> {
  const { objectiveId } = run.input;
  const { rules } = run.progress;
  if (rules === null) throw new Error('no contract is coordinated here');
  // Asked once more, it may have been shared or decided since.
  const newest = run.progress.coordination.contracts.find(({ name }) => name === known.name) ?? known;
  const input: ContractInput = {
    objectiveId,
    handle: settingOf(run).handle,
    rules: rules.contracts,
    known: newest,
  };
  return order(run, {
    id: contractWorkflowId(objectiveId, known.name),
    type: CONTRACT_WORKFLOW,
    summary: `API contract ${known.name}`,
    input,
    order: asked,
  });
}

function orderDatabase(run: Run, asked: DatabaseOrder): Promise<boolean> {
  const { objectiveId } = run.input;
  const input: DatabaseInput = { objectiveId, handle: settingOf(run).handle };
  return order(run, {
    id: databaseWorkflowId(objectiveId),
    type: DATABASE_WORKFLOW,
    summary: 'database change',
    input,
    order: asked,
  });
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
      const child = contractWorkflowId(run.input.objectiveId, contract.name);
      const answer = await askFor(run, request, child, () => orderContract(run, contract, order));
      return { contract, answer };
    }),
  );
}
