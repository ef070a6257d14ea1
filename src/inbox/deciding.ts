import type { z } from 'zod';
import { ReviewContract } from '../domain/contract/contract-status';
import { GIVES_UP, ResolveEscalation, type Escalation } from '../domain/escalation/escalation';
import {
  isRaise,
  raisingMessage,
  readNewBudget,
  spentBudgetOf,
  type BudgetStanding,
} from '../domain/escalation/raise-budget';
import { Pause, ReviewPlan, SetBudget, Steer, type MessageName } from '../domain/objective/messages';
import { ConfigurationError, UserError } from '../domain/common/user-error';
import { go, type Asked, type Inbox, type Reply } from './exchange';
import { pathOf } from './overview';
import { liveStatus, readQuestion } from './read-question';
import { showContract, showObjective, showPlan, showQuestion, type Again } from './showing';

const UNPROCESSABLE = 422;
const CONFLICT = 409;

type ShowAgain = (inbox: Inbox, asked: Asked, again: Again) => Promise<Reply>;

/** Answers a question with the option whose button was pressed. */
export async function answerQuestion(inbox: Inbox, asked: Asked): Promise<Reply> {
  const { params, form } = asked;
  const { escalation, decision, standing } = await readQuestion(inbox.desk, params.id, params.question);
  const again = (status: number, refused: string | null, confirm?: number): Promise<Reply> =>
    showQuestion(inbox, asked, {
      status,
      refused,
      filled: form,
      ...(confirm === undefined ? {} : { confirm }),
    });
  if (escalation === null) {
    return decision === null
      ? again(404, null)
      : again(CONFLICT, `Yours came too late: ${decision.by} decided ${decision.decision}.`);
  }
  // After a rewind the same id may ask something else.
  if (form.get('raised') !== escalation.raisedAt)
    return again(CONFLICT, 'This question was asked anew; read what it asks now.');
  const chosen = form.get('option') ?? '';
  const option = /^\d$/.test(chosen) ? escalation.options[Number(chosen)] : undefined;
  if (option === undefined) return again(UNPROCESSABLE, 'Press the button of one of the options.');
  if (isRaise(escalation, { decision: option.decision, option: option.id }))
    return raiseBudget(inbox, asked, escalation, standing);
  const payload = {
    escalationId: escalation.id,
    decision: option.decision,
    option: option.id,
    guidance: form.get('guidance'),
    assignee: option.decision === 'reassign' ? form.get('assignee') : undefined,
  };
  if (GIVES_UP.has(option.decision) && form.get('confirmed') === undefined)
    return again(200, null, Number(chosen));
  return send(inbox, asked, 'resolveEscalation', ResolveEscalation, payload, showQuestion);
}

/** Raises a spent budget to what was filled in, which answers its question. */
function raiseBudget(
  inbox: Inbox,
  asked: Asked,
  escalation: Escalation,
  standing: BudgetStanding | null,
): Promise<Reply> {
  const { form } = asked;
  const spent = spentBudgetOf(escalation) ?? { taskId: null };
  const read = readNewBudget(spent, form.get('usd') ?? '', standing);
  if ('why' in read)
    return showQuestion(inbox, asked, { status: UNPROCESSABLE, refused: read.why, filled: form });
  const { name, payload } = raisingMessage(spent, read.usd);
  const schema = name === 'setBudget' ? SetBudget : ReviewPlan;
  return send(inbox, asked, name, schema, payload, showQuestion);
}

export async function answerPlan(inbox: Inbox, asked: Asked): Promise<Reply> {
  const { form } = asked;
  const text = form.get('plan');
  const decision = form.get('decision');
  const review = {
    decision,
    comment: form.get('comment'),
    // What they looked at: an answer to an older plan is refused.
    baseVersion: Number(form.get('version')),
  };
  if (decision !== 'edit') return send(inbox, asked, 'reviewPlan', ReviewPlan, review, showPlan);
  try {
    const status = await liveStatus(inbox.desk, asked.params.id);
    const newest = status.plan?.version;
    if (newest !== undefined && newest !== review.baseVersion)
      throw new ConfigurationError(
        `The plan is at version ${String(newest)} by now, and this changes version ${String(review.baseVersion)}; nothing was sent.`,
      );
    const plan = await inbox.planText?.read(status, text ?? '');
    return await send(inbox, asked, 'reviewPlan', ReviewPlan, { ...review, plan }, showPlan);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return showPlan(inbox, asked, { status: UNPROCESSABLE, refused: error.message, filled: form });
  }
}

export function answerContract(inbox: Inbox, asked: Asked): Promise<Reply> {
  const { params, form } = asked;
  const review = {
    // The revision they looked at; a newer one is not decided about by this.
    contract: form.get('hash') ?? params.contract,
    decision: form.get('decision'),
    comments: form.get('comments'),
  };
  return send(inbox, asked, 'reviewContract', ReviewContract, review, showContract);
}

/** Steers an objective, pauses it or lets it go on. */
export function answerSteering(order: 'steer' | 'pause' | 'resume') {
  return (inbox: Inbox, asked: Asked): Promise<Reply> => {
    const { form } = asked;
    return order === 'steer'
      ? send(
          inbox,
          asked,
          order,
          Steer,
          { message: form.get('message'), taskId: form.get('task') },
          showObjective,
        )
      : send(inbox, asked, order, Pause, {}, showObjective);
  };
}

/** Checks a message as its schema says and sends it; what is refused is shown with everything that was filled in. */
async function send(
  inbox: Inbox,
  asked: Asked,
  name: MessageName,
  schema: z.ZodType,
  said: Readonly<Record<string, unknown>>,
  showAgain: ShowAgain,
): Promise<Reply> {
  const { params, form } = asked;
  const { desk, by } = inbox;
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  const payload = schema.safeParse({ ...Object.fromEntries(given), by });
  if (!payload.success) {
    const refused = sentence(payload.error.issues[0]?.message ?? 'it cannot be sent so');
    return showAgain(inbox, asked, { status: UNPROCESSABLE, refused, filled: form });
  }
  try {
    const { message } = await desk.send({ id: params.id, name, payload: payload.data });
    return go(pathOf(params.id), sentence(message));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return showAgain(inbox, asked, { status: CONFLICT, refused: await desk.explain(error), filled: form });
  }
}

/** With its full stop. */
function sentence(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}
