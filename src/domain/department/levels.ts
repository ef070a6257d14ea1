import { z } from 'zod';
import type { Specialist } from './specialists';

/**
 * The escalation ladder for *work* failures (charter: "Error Escalation Protocol").
 * `attempts` is how many attempts a level grants before the next is entered; level 0 is the first attempt.
 * Transport failures (429, 5xx, lost worker) never appear here: Temporal's retry policies own them.
 */
export const LEVELS = [
  { level: 0, name: 'first attempt', who: 'specialist', attempts: 1 },
  { level: 1, name: 'self-recovery', who: 'specialist', attempts: 2 },
  { level: 2, name: 'peer consultation', who: 'peer', attempts: 2 },
  { level: 3, name: 'coordinator review', who: 'coordinator', attempts: 2 },
  { level: 4, name: 'strategic escalation', who: 'human', attempts: 0 },
] as const;

export type Level = (typeof LEVELS)[number]['level'];
export const Level = z.literal(LEVELS.map((row) => row.level));

/** What a work failure is about; decides whom level 2 asks. */
export const CONCERNS = ['performance', 'database', 'contract', 'integration', 'external', 'other'] as const;
export const Concern = z.enum(CONCERNS);
export type Concern = z.infer<typeof Concern>;

/** Level 2's consultation map (charter: "Peer Consultation"). A concern without a row goes on to level 3. */
export const CONSULTATION: readonly { readonly concern: Concern; readonly peer: Specialist }[] = [
  { concern: 'performance', peer: 'backend-architect' },
  { concern: 'database', peer: 'database-optimizer' },
  { concern: 'contract', peer: 'api-architect' },
];

/** The peer for a concern, or null where no row names one or the peer wrote the work itself. */
export function peerFor(concern: Concern, author: string): Specialist | null {
  const peer = CONSULTATION.find((row) => row.concern === concern)?.peer ?? null;
  return peer === author ? null : peer;
}

/** What a specialist does at level 1 about each kind of failure (charter: "Self-Recovery"); its prompt says so. */
export const SELF_RECOVERY = [
  { failure: 'a missing dependency', action: 'add it with install_dependency and try again' },
  { failure: 'a syntax error', action: 'mend it and try again' },
  { failure: 'a failing test', action: 'find the cause and mend it' },
  { failure: 'a red gate item', action: 'mend what the evidence shows' },
] as const;
