import { defineQuery, defineSignal, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { INTERNAL } from '../src/domain/objective/message-descriptions';
import {
  COORDINATION_ORDER,
  DATABASE_STATUS,
  DatabaseOrder,
  type CoordinationAnswer,
  type DatabaseChangeStatus,
  type DatabaseInput,
  type DatabaseStepKey,
} from '../src/domain/coordination/coordination-orders';
import { databaseMarkdown } from '../src/domain/coordination/coordination-markdown';
import { newDatabaseChange, withStep, type StepState } from '../src/domain/database/database-progress';
import type { RehearsalResult } from '../src/domain/database/database-work';
import type { TaskId } from '../src/domain/plan/plan';
import { COORDINATOR, mention } from '../src/domain/department/specialists';
import { createReporter } from './coordination-report';
import { advisers, claims, replica } from './proxies';
import { takeOrders } from './take-orders';
import { throughWalls } from './through-walls';

const DESIGNER = 'database-optimizer';
const ADMIN = 'database-admin';

type Design = Extract<DatabaseOrder, { kind: 'design' }>;
type Rehearse = Extract<DatabaseOrder, { kind: 'rehearse' }>;

/**
 * The schema changes of one objective (charter: "Database Change Coordination"): designed with a place among the
 * migrations of others before they are written, then tried on a replica, planned with @database-admin and rolled out in
 * rehearsal, before anything is merged. It does what its objective orders, and answers by signals.
 */
export async function databaseChangeWorkflow(input: DatabaseInput): Promise<DatabaseChangeStatus[]> {
  const { handle } = input;
  const reporter = createReporter(input.objectiveId);
  const orders: DatabaseOrder[] = [];
  const changes = new Map<TaskId, DatabaseChangeStatus>();
  /** Rehearsals that a human was asked about; the answer does not need another one. */
  const rehearsed = new Map<TaskId, { readonly commit: string; readonly result: RehearsalResult }>();

  const changeOf = (taskId: TaskId): DatabaseChangeStatus => changes.get(taskId) ?? newDatabaseChange(taskId);
  const become = (taskId: TaskId, change: Partial<DatabaseChangeStatus>): void => {
    changes.set(taskId, { ...changeOf(taskId), ...change });
    setCurrentDetails(databaseMarkdown([...changes.values()]));
  };
  const step = (taskId: TaskId, key: DatabaseStepKey, state: StepState, summary = ''): void => {
    become(taskId, withStep(changeOf(taskId), key, state, summary));
  };
  const answer = (order: Design | Rehearse, said: CoordinationAnswer): Promise<void> =>
    reporter.answer(order.request, said, { database: changeOf(order.taskId) });
  const allowanceOf = ({ allowanceUsd }: Design | Rehearse): { readonly allowanceUsd?: number } =>
    allowanceUsd === undefined ? {} : { allowanceUsd };

  setHandler(
    defineSignal<[unknown]>(COORDINATION_ORDER),
    (payload) => {
      const order = DatabaseOrder.safeParse(payload);
      if (order.success) orders.push(order.data);
    },
    { description: INTERNAL },
  );
  setHandler(defineQuery<DatabaseChangeStatus[]>(DATABASE_STATUS), () => [...changes.values()], {
    description: 'Every schema change with its six steps',
  });
  setCurrentDetails(databaseMarkdown([]));

  /** Step 1: what the schema becomes, and which place the migration has among others. */
  async function design(order: Design): Promise<void> {
    const { taskId, plan, analysis } = order;
    step(taskId, 'design', 'running');
    const slot = await claims.reserveMigration.executeWithOptions(
      { summary: `1 design · place of the migration of ${taskId}` },
      [{ handle, taskId }],
    );
    become(taskId, { slot });
    const made = await throughWalls(() =>
      advisers.designMigration.executeWithOptions(
        { summary: `1 design · ${taskId} · ${mention(DESIGNER)}` },
        [
          {
            handle,
            plan,
            taskId,
            slot,
            ...(analysis === undefined ? {} : { analysis }),
            ...allowanceOf(order),
          },
        ],
      ),
    );
    reporter.cost(DESIGNER, made.usage);
    become(taskId, { design: made.design });
    step(taskId, 'design', 'done', made.summary);
    const place = slot.identifier === null ? '' : ` as ${slot.identifier}`;
    reporter.note(taskId, `migration designed${place}: ${made.summary}`);
    await answer(order, { kind: 'database-designed', design: made.design, slot });
  }

  const agree = (
    order: Rehearse,
    said: Partial<Omit<Extract<CoordinationAnswer, { kind: 'database' }>, 'kind'>> & {
      readonly verdict: Extract<CoordinationAnswer, { kind: 'database' }>['verdict'];
    },
  ): Promise<void> => answer(order, { kind: 'database', problems: [], destroys: [], summary: '', ...said });

  /** What a rehearsal objects to is the writer's to mend. */
  async function refuse(order: Rehearse, { problems, summary }: RehearsalResult): Promise<void> {
    for (const problem of problems) step(order.taskId, problem.step, 'refused', problem.text);
    reporter.note(order.taskId, `schema change refused: ${problems.map(({ text }) => text).join('; ')}`);
    await agree(order, { verdict: 'refused', problems, summary });
  }

  /** Steps 2 and 3: the way there and back on a replica with data, while readers and writers go on. */
  async function tryOnReplica(order: Rehearse): Promise<RehearsalResult> {
    const { taskId, commit } = order;
    const before = rehearsed.get(taskId);
    if (before?.commit === commit) return before.result;
    step(taskId, 'script', 'running');
    step(taskId, 'replica', 'running');
    const result = await replica.rehearseMigration.executeWithOptions(
      { summary: `2, 3 script and replica · ${taskId} · ${commit.slice(0, 8)}` },
      [{ handle, commit, design: order.design, slot: order.slot }],
    );
    become(taskId, { rehearsal: result.report });
    const state = result.outcome === 'not-executed' ? 'not-executed' : 'done';
    step(taskId, 'script', state, '');
    step(taskId, 'replica', state, [result.summary, ...result.notExecuted].join('; ').slice(0, 500));
    reporter.note(taskId, `rehearsed on a replica: ${result.summary}`);
    rehearsed.set(taskId, { commit, result });
    await reporter.tell({ database: changeOf(taskId) });
    return result;
  }

  /** Step 4: a backup that was restored, and the word of @database-admin. Null: refused, and answered. */
  async function planDeployment(order: Rehearse, rehearsal: RehearsalResult): Promise<string | null> {
    const { taskId, commit, plan, design } = order;
    step(taskId, 'deployment', 'running');
    const drill = await replica.drillBackup.executeWithOptions(
      { summary: `4 deployment · backup and restore · ${taskId}` },
      [{ handle, commit }],
    );
    become(taskId, { drill: drill.report });
    reporter.note(taskId, `backup drill: ${drill.summary}`);
    await reporter.tell({ database: changeOf(taskId) });
    if (drill.outcome === 'refused') {
      await refuse(order, drill);
      return null;
    }
    const planned = await throughWalls(() =>
      advisers.planDeployment.executeWithOptions(
        { summary: `4 deployment · ${taskId} · ${mention(ADMIN)}` },
        [
          {
            handle,
            plan,
            taskId,
            design,
            rehearsal: rehearsal.report,
            drill: drill.report,
            ...allowanceOf(order),
          },
        ],
      ),
    );
    reporter.cost(ADMIN, planned.usage);
    become(taskId, { deployment: planned.deployment });
    step(taskId, 'deployment', planned.approved ? 'done' : 'refused', planned.summary);
    reporter.note(
      taskId,
      `${mention(ADMIN)} ${planned.approved ? 'signs off' : 'refuses'} the deployment: ${planned.reason}`,
    );
    await reporter.tell({ database: changeOf(taskId) });
    if (planned.approved) return planned.deployment;
    await agree(order, {
      verdict: 'refused',
      problems: [{ step: 'deployment', text: planned.reason }],
      summary: planned.summary,
    });
    return null;
  }

  /** Step 5: how it is rolled out, walked through on the replica with the way back of every phase. */
  async function rollOut(order: Rehearse, rehearsal: RehearsalResult, deployment: string): Promise<boolean> {
    const { taskId, commit, plan, design } = order;
    step(taskId, 'rollout', 'running');
    const chosen = await throughWalls(() =>
      advisers.chooseRollout.executeWithOptions(
        { summary: `5 rollout · ${taskId} · ${mention(COORDINATOR)}` },
        [
          {
            handle,
            plan,
            taskId,
            design,
            rehearsal: rehearsal.report,
            drill: changeOf(taskId).drill,
            deployment,
            ...allowanceOf(order),
          },
        ],
      ),
    );
    reporter.cost(COORDINATOR, chosen.usage);
    const { strategy, rollback } = chosen;
    become(taskId, { rollout: chosen.rollout, strategy, rollback });
    const walked = await replica.rehearseRollout.executeWithOptions(
      { summary: `5 rollout · ${chosen.strategy} on the replica · ${taskId}` },
      [{ handle, commit, rollout: chosen.rollout }],
    );
    become(taskId, { rolloutDrill: walked.report });
    reporter.note(taskId, `rollout ${chosen.strategy}: ${walked.summary}`);
    if (walked.outcome === 'refused') {
      await refuse(order, walked);
      return false;
    }
    const state = walked.outcome === 'not-executed' ? 'not-executed' : 'done';
    step(taskId, 'rollout', state, `${chosen.strategy}: ${chosen.reason}`.slice(0, 500));
    return true;
  }

  async function rehearse(order: Rehearse): Promise<void> {
    const { taskId, commit } = order;
    become(taskId, { commit, design: order.design, slot: order.slot });
    const rehearsal = await tryOnReplica(order);
    const { outcome, summary } = rehearsal;
    if (outcome === 'none') return agree(order, { verdict: 'none', summary });
    if (outcome === 'refused') return refuse(order, rehearsal);
    const destroys = [
      ...rehearsal.destructive,
      ...(rehearsal.oldVersionWorks === false ? ['the old version fails on the new schema'] : []),
    ];
    if (destroys.length > 0 && !order.accepted) {
      step(taskId, 'deployment', 'awaits-human', destroys.join('; ').slice(0, 500));
      return agree(order, { verdict: 'ask', destroys, summary });
    }
    const deployment = await planDeployment(order, rehearsal);
    if (deployment === null) return;
    if (!(await rollOut(order, rehearsal, deployment))) return;
    step(taskId, 'monitor', 'pending', 'begins with the report of a deployment');
    await agree(order, { verdict: outcome === 'not-executed' ? 'not-executed' : 'agreed', summary });
  }

  await takeOrders(orders, {
    role: DESIGNER,
    reporter,
    carryOut: (order) => (order.kind === 'design' ? design(order) : rehearse(order)),
    answer,
  });
  return [...changes.values()];
}
