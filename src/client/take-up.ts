import { z } from 'zod';
import { MESSAGES } from '../domain/objective/messages';
import type { TakeFeedback } from '../domain/pull-request/feedback';
import { ObjectiveInput } from '../domain/objective/objective';
import { UserError } from '../domain/common/user-error';
import type { Gateway } from './gateway';
import { excerpt } from './objective-summary';
import { isUnknownSearchAttribute } from './translate-error';

/** Reading the whole history of a closed objective takes its worker a while. */
const ANSWER_WITHIN_MS = 30_000;

const Answered = z.object({
  input: ObjectiveInput,
  carried: z.looseObject({ outcome: z.string().nullable() }),
});

/**
 * Takes up a closed objective under its own id: the workflow is asked, from its history, for its input and for all that
 * carries over, and is started with both and the feedback it is to act on. Which of two that come at once starts it does
 * not matter: the other's message reaches the one that runs. Answers false where it is open by now, and then does nothing.
 */
export async function takeUpObjective(
  gateway: Gateway,
  request: { readonly objectiveId: string; readonly payload: TakeFeedback },
): Promise<boolean> {
  const { objectiveId, payload } = request;
  const { memo } = await gateway.describe(objectiveId);
  const { runId, answer } = await gateway.carried(objectiveId, ANSWER_WITHIN_MS);
  const read = Answered.safeParse(answer);
  if (!read.success || read.data.carried.outcome === null) {
    if ((await gateway.describe(objectiveId)).state === 'open') return false;
    throw new UserError(
      `${objectiveId} cannot be taken up again: its history does not tell how it ended; start an objective of its own.`,
      'bad-input',
    );
  }
  const { input, carried } = read.data;
  const start = {
    input,
    from: runId,
    carried,
    memo: z.record(z.string(), z.unknown()).catch({}).parse(memo),
    summary: excerpt(input.objective, 120),
    details: `Taken up again for feedback, by ${payload.by}.`,
    name: MESSAGES.takeFeedback,
    payload,
  };
  try {
    await gateway.takeUp({ ...start, searchAttributes: true });
  } catch (error) {
    if (!isUnknownSearchAttribute(error)) throw error;
    await gateway.takeUp({ ...start, searchAttributes: false });
  }
  return true;
}
