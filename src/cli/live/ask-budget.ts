import type { SentMessage } from '../../client/department-client';
import type { Escalation } from '../../domain/escalation/escalation';
import {
  raisingMessage,
  readNewBudget,
  spentBudgetOf,
  standingOf,
  suggestedUsd,
} from '../../domain/escalation/raise-budget';
import type { DecisionAsker } from './ask';

/**
 * Asks how high a spent budget shall be and sends what the commands `budget` and `plan <id> budget` send, which answers the
 * question; null: it was left open. What cannot be used is said, and asked for again.
 */
export async function askForBudget(
  request: DecisionAsker,
  objectiveId: string,
  escalation: Escalation,
  signal: AbortSignal,
): Promise<SentMessage | null> {
  const { prompts, display, department, by, from } = request;
  const spent = spentBudgetOf(escalation);
  if (spent === null) return null;
  const status = await department.snapshot(objectiveId);
  const standing = status === null ? null : standingOf(spent, status);
  const suggested = standing === null ? '' : String(suggestedUsd(standing));
  const empty = suggested === '' ? 'leave it open' : suggested;
  for (;;) {
    const said = await prompts.input({ message: `New budget in US dollars (empty: ${empty})`, signal });
    const text = said.trim() === '' ? suggested : said;
    if (text === '') return null;
    const read = readNewBudget(spent, text, standing);
    if ('why' in read) {
      display.note(read.why);
      continue;
    }
    const { name, payload } = raisingMessage(spent, read.usd);
    return department.send({ objectiveId, name, payload: { ...payload, by }, from: from ?? null });
  }
}
