import type { Decision } from '../domain/escalation/escalation';

/** How a decision came, and who vouched for whoever made it. */
export function channelOf({ channel, person, via }: Decision): string {
  return person === null || person === undefined ? channel : `${channel}, ${person} at ${via ?? '?'}`;
}
