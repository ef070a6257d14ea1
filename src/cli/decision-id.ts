import { createHash } from 'node:crypto';
import type { ResolveEscalation } from '../domain/escalation/escalation';

/** The same words again are the same decision, also when the first try was cut off. */
export function decisionId(payload: ResolveEscalation): string {
  const digest = createHash('sha256').update(JSON.stringify(payload)).digest('hex').slice(0, 12);
  return `${payload.escalationId}-${digest}`;
}
