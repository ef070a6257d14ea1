import type { Escalation, EscalationOption } from './escalation';

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
