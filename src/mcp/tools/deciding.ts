import { z } from 'zod';
import { ReviewContract } from '../../domain/contract/contract-status';
import { ResolveEscalation } from '../../domain/escalation/escalation';
import { refuseMoneylessRaise } from '../../domain/escalation/answer-command';
import { raisingMessage, spentBudgetOf } from '../../domain/escalation/raise-budget';
import { ConfigurationError, UserError } from '../../domain/common/user-error';
import { ReviewPlan } from '../../domain/objective/messages';
import { byOf, ByArgument, ObjectiveIdArgument, ObjectiveOrWatchArgument } from '../identity';
import { tool, type CallContext } from '../tool';
import { sentOutput, sendPayload } from './sending';

const { by: _resolver, proof: _proof, ...resolution } = ResolveEscalation.shape;

export const resolveEscalation = tool({
  name: 'resolve_escalation',
  title: 'Answer an open question',
  description:
    'Answers an open level-4 question with one of its options, except that `set_budget` or `review_plan` raises a spent budget; the first answer wins, and `skip` and `abort` give work up.',
  hints: { readOnly: false, destructive: true, idempotent: true },
  input: z.strictObject({ id: ObjectiveOrWatchArgument, ...resolution, by: ByArgument }),
  output: sentOutput,
  run: async ({ id, by, ...said }, context) => {
    try {
      return await sendPayload(context, id, 'resolveEscalation', ResolveEscalation, {
        ...said,
        by: byOf(by, context.client),
      });
    } catch (error) {
      throw error instanceof UserError ? await inTools(error, context, id, said.escalationId) : error;
    }
  },
  text: ({ message }) => message,
});

/** The refusal of a retry that adds no money, with the call of a tool where it names a command; any other as it is. */
async function inTools(
  error: UserError,
  { desk }: CallContext,
  id: string,
  escalationId: string,
): Promise<UserError> {
  const open = await desk.escalations(id).catch(() => null);
  const asked = open?.questions.find(({ escalation }) => escalation.id === escalationId)?.escalation;
  const spent = asked === undefined ? null : spentBudgetOf(asked);
  if (asked === undefined || spent === null) return error;
  if (!error.message.includes(refuseMoneylessRaise(id, asked))) return error;
  const call = JSON.stringify({ id, ...raisingMessage(spent, 0).payload }).replace('"usd":0', '"usd":<usd>');
  const name = spent.taskId === null ? 'set_budget' : 'review_plan';
  return new ConfigurationError(
    `A retry of ${escalationId} adds no money: raise the budget with \`${name}\` ${call}, which answers it, or choose another option.`,
  );
}

const { by: _reviewer, proof: _reviewed, ...planReview } = ReviewPlan.shape;

export const reviewPlan = tool({
  name: 'review_plan',
  title: 'Approve, edit or reject a plan',
  description:
    'Approves, edits (with a patch or a whole plan) or rejects the plan of an objective; `reject` ends the objective.',
  hints: { readOnly: false, destructive: true, idempotent: false },
  input: z.strictObject({ id: ObjectiveIdArgument, ...planReview, by: ByArgument }),
  output: sentOutput,
  run: ({ id, by, ...said }, context) =>
    sendPayload(context, id, 'reviewPlan', ReviewPlan, { ...said, by: byOf(by, context.client) }),
  text: ({ message }) => message,
});

const { by: _judge, proof: _judged, ...contractReview } = ReviewContract.shape;

export const reviewContract = tool({
  name: 'review_contract',
  title: 'Approve an API contract or ask for changes',
  description:
    'Approves an API contract, by its name or the hash that was looked at, or asks for changes with comments; the resources of its bundle show it.',
  hints: { readOnly: false, destructive: false, idempotent: false },
  input: z.strictObject({ id: ObjectiveIdArgument, ...contractReview, by: ByArgument }),
  output: sentOutput,
  run: ({ id, by, ...said }, context) =>
    sendPayload(context, id, 'reviewContract', ReviewContract, { ...said, by: byOf(by, context.client) }),
  text: ({ message }) => message,
});
