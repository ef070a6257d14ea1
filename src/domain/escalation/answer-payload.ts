import type { Escalation, EscalationOption } from './escalation';
import { isRaise, raisingMessage, spentBudgetOf } from './raise-budget';

/**
 * What `resolveEscalation` takes for an option, to be filled in by hand: `by`, and what the decision needs beside it, are
 * empty, and an empty text is refused, so that nobody sends it as it stands.
 */
export function answerPayload(
  { id }: Pick<Escalation, 'id'>,
  { id: option, decision }: Pick<EscalationOption, 'id' | 'decision'>,
): Readonly<Record<string, string>> {
  return {
    escalationId: id,
    decision,
    option,
    ...(decision === 'accept' ? { guidance: '' } : {}),
    ...(decision === 'reassign' ? { assignee: '' } : {}),
    by: '',
  };
}

/**
 * The message that answers with an option, to be filled in likewise: what raises a budget is no `resolveEscalation`, and
 * its 0 US dollars are refused as an empty text is.
 */
export function answerMessage(
  escalation: Escalation,
  option: EscalationOption,
): { readonly name: string; readonly payload: object; readonly needsUsd: boolean } {
  const spent = spentBudgetOf(escalation);
  if (spent === null || !isRaise(escalation, { decision: option.decision, option: option.id }))
    return { name: 'resolveEscalation', payload: answerPayload(escalation, option), needsUsd: false };
  const { name, payload } = raisingMessage(spent, 0);
  return { name, payload: { ...payload, by: '' }, needsUsd: true };
}
