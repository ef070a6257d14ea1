import type { Gap } from '../plan/comparison';
import type { ContractStatus } from './contract-status';
import type { CoordinationAnswer } from '../coordination/coordination-orders';
import type { TaskId } from '../plan/plan';
import type { TaskProgress } from '../work/task-progress';

/** Mismatches of one contract that become work; the rest is in the report of the test. */
const MAX_GAPS = 5;

/** What a contract's integration test found missing, by the task that has to mend it. */
export function contractGaps(
  contract: ContractStatus,
  { outcome, mismatches, advice }: Extract<CoordinationAnswer, { kind: 'tested' }>,
  tasks: readonly TaskProgress[],
): Gap[] {
  if (outcome !== 'failed') return [];
  const source = implementerOf(contract, tasks);
  return mismatches.slice(0, MAX_GAPS).map((mismatch) => ({
    source,
    what: `contract ${contract.name}: ${mismatch}`.slice(0, 500),
    why: (advice ?? 'the service does not answer as the approved contract says').slice(0, 300),
  }));
}

/** The last merged implementation that waited for the contract; else the contract's own task. */
function implementerOf({ taskId }: ContractStatus, tasks: readonly TaskProgress[]): TaskId {
  const built = tasks.filter(
    ({ task, step }) => task.kind === 'implementation' && step.kind === 'settled' && step.state !== 'skipped',
  );
  return (built.findLast(({ task }) => task.dependsOn.includes(taskId)) ?? built.at(-1))?.task.id ?? taskId;
}
