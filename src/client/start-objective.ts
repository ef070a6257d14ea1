import { randomUUID } from 'node:crypto';
import type { ObjectiveInput } from '../domain/objective/objective';
import { UserError } from '../domain/common/user-error';
import type { Gateway, StartRequest } from './gateway';
import { excerpt, memoOf, ObjectiveMemo } from './objective-summary';
import { isNamed, isUnknownSearchAttribute } from './translate-error';

/** More runs of one objective on one commit than this are an accident. */
const MOST_RUNS = 100;

export interface StartedObjective {
  readonly objectiveId: string;
  /** An open objective of the same text, repository and commit was there. */
  readonly attached: boolean;
  /** What the user should know about the server; at most one sentence. */
  readonly notice: string | null;
}

/** Starts it with search attributes where the server knows them; otherwise without, and answers what to tell. */
async function startWithAttributes(
  gateway: Gateway,
  request: Omit<StartRequest, 'searchAttributes'>,
): Promise<string | null> {
  try {
    await gateway.start({ ...request, searchAttributes: true });
    return null;
  } catch (error) {
    if (!isUnknownSearchAttribute(error)) throw error;
    await gateway.start({ ...request, searchAttributes: false });
    return 'This Temporal server does not know the search attributes, so lists show less; `setup` registers them.';
  }
}

/** The first id of this objective that is free or open: `x`, `x-2`, `x-3` … */
export async function startNext(gateway: Gateway, input: ObjectiveInput): Promise<StartedObjective> {
  for (let run = 1; run <= MOST_RUNS; run += 1) {
    const objectiveId = run === 1 ? input.objectiveId : `${input.objectiveId}-${String(run)}`;
    const startId = randomUUID();
    const candidate = { ...input, objectiveId };
    const request = {
      input: candidate,
      memo: memoOf(candidate, startId),
      summary: excerpt(input.objective, 120),
      details: startDetails(candidate),
    };
    let notice: string | null;
    try {
      notice = await startWithAttributes(gateway, request);
    } catch (error) {
      if (isNamed(error, 'WorkflowExecutionAlreadyStartedError')) continue;
      throw error;
    }
    const memo = ObjectiveMemo.safeParse((await gateway.describe(objectiveId)).memo);
    return { objectiveId, attached: memo.success && memo.data.startId !== startId, notice };
  }
  throw new UserError(
    `This objective ran ${String(MOST_RUNS)} times on the same commit; commit something or word it differently.`,
    'bad-input',
  );
}

function startDetails(input: ObjectiveInput): string {
  const memo = memoOf(input, '');
  return [
    `**Objective** ${excerpt(input.objective, 1000)}`,
    `**Repository** ${memo.repository} at ${memo.base}`,
    `**Model** ${memo.model}`,
  ].join('\n\n');
}
