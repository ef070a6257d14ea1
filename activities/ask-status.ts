import { getClient } from '@temporalio/activity';
import { QUERIES } from '../src/domain/objective/messages';
import { ObjectiveStatus } from '../src/domain/objective/status';

/** A query without an answer is asked again until then; afterwards the activity has failed, and is repeated. */
const ANSWER_WITHIN_MS = 60_000;

/** What an objective says of itself; asking it keeps the snapshot out of its history. */
export async function askStatus(objectiveId: string): Promise<ObjectiveStatus> {
  const client = getClient();
  const answer: unknown = await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
    client.workflow.getHandle(objectiveId).query(QUERIES.objectiveStatus),
  );
  return ObjectiveStatus.parse(answer);
}
