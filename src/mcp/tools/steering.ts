import { z } from 'zod';
import {
  deploymentWatchId,
  isDeploymentWatchId,
  ReportDeployment,
} from '../../domain/deployment/deployment-watch';
import { CancelTask, Pause, SetBudget, Steer } from '../../domain/objective/messages';
import { ConfigurationError } from '../../domain/common/user-error';
import { byOf, ByArgument, ObjectiveIdArgument, ObjectiveOrWatchArgument } from '../identity';
import { tool, type ToolRow } from '../tool';
import { sendPayload, sentOutput } from './sending';

const toldIn = ({ message }: { readonly message: string }): string => message;

export const steer = tool({
  name: 'steer',
  title: 'Tell the specialists something',
  description: 'Tells the specialists of an objective, or of one task, something while they work.',
  hints: { readOnly: false, destructive: false, idempotent: false },
  input: z.strictObject({
    id: ObjectiveIdArgument,
    taskId: Steer.shape.taskId,
    message: Steer.shape.message,
    by: ByArgument,
  }),
  output: sentOutput,
  run: ({ id, by, ...said }, context) =>
    sendPayload(context, id, 'steer', Steer, { ...said, by: byOf(by, context.client) }),
  text: toldIn,
});

export const pause = pausing(
  'pause',
  'Pause an objective',
  'Lets nothing new start in an objective until `resume`.',
);
export const resume = pausing('resume', 'Resume an objective', 'Lets a paused objective go on.');

function pausing(name: 'pause' | 'resume', title: string, description: string): ToolRow {
  return tool({
    name,
    title,
    description,
    hints: { readOnly: false, destructive: false, idempotent: true },
    input: z.strictObject({ id: ObjectiveIdArgument, reason: Pause.shape.reason, by: ByArgument }),
    output: sentOutput,
    run: ({ id, by, ...said }, context) =>
      sendPayload(context, id, name, Pause, { ...said, by: byOf(by, context.client) }),
    text: toldIn,
  });
}

export const cancelTask = tool({
  name: 'cancel_task',
  title: 'Cancel a task',
  description: 'Cancels one task of an objective; what depends on it is skipped.',
  hints: { readOnly: false, destructive: true, idempotent: true },
  input: z.strictObject({
    id: ObjectiveIdArgument,
    taskId: CancelTask.shape.taskId,
    reason: CancelTask.shape.reason,
    by: ByArgument,
  }),
  output: sentOutput,
  run: ({ id, by, ...said }, context) =>
    sendPayload(context, id, 'cancelTask', CancelTask, { ...said, by: byOf(by, context.client) }),
  text: toldIn,
});

export const cancelObjective = tool({
  name: 'cancel_objective',
  title: 'Cancel an objective',
  description:
    'Cancels a whole objective; every process of it ends, and branch and report are written as far as it got.',
  hints: { readOnly: false, destructive: true, idempotent: true },
  input: z.strictObject({ id: ObjectiveIdArgument, reason: CancelTask.shape.reason, by: ByArgument }),
  output: sentOutput,
  run: async ({ id, by, reason }, { desk, client }) => ({
    id,
    ...(await desk.cancel({ id, by: byOf(by, client), reason })),
  }),
  text: toldIn,
});

export const setBudget = tool({
  name: 'set_budget',
  title: 'Set the budget',
  description:
    'Sets how much money an objective may spend in all; it answers the question of a spent one, and work that waited for it goes on.',
  hints: { readOnly: false, destructive: false, idempotent: true },
  input: z.strictObject({
    id: ObjectiveIdArgument,
    usd: SetBudget.shape.usd.describe('the new budget in US dollars'),
    by: ByArgument,
  }),
  output: sentOutput,
  run: ({ id, by, ...said }, context) =>
    sendPayload(context, id, 'setBudget', SetBudget, { ...said, by: byOf(by, context.client) }),
  text: toldIn,
});

const { environment, commit, deployedAt } = ReportDeployment.shape;

export const reportDeployment = tool({
  name: 'report_deployment',
  title: 'Report a deployment',
  description: 'Says that what an objective delivered was deployed, from when on it is watched.',
  hints: { readOnly: false, destructive: false, idempotent: false },
  input: z.strictObject({
    id: ObjectiveOrWatchArgument,
    environment: environment.describe('where, such as production'),
    commit: commit.optional().describe('what was deployed; without it the delivered commit'),
    deployedAt: deployedAt.optional().describe('when, in ISO 8601; without it now'),
    by: ByArgument,
  }),
  output: sentOutput,
  run: async ({ id, by, ...said }, context) => {
    const watchId = isDeploymentWatchId(id) ? id : deploymentWatchId(id);
    const delivered = said.commit ?? (await context.desk.watch(watchId)).row.commit;
    if (!commit.safeParse(delivered).success)
      throw new ConfigurationError(
        'The argument commit is needed: the watch does not tell what was delivered.',
      );
    return sendPayload(context, watchId, 'reportDeployment', ReportDeployment, {
      environment: said.environment,
      commit: delivered,
      deployedAt: said.deployedAt ?? new Date().toISOString(),
      by: byOf(by, context.client),
    });
  },
  text: toldIn,
});
