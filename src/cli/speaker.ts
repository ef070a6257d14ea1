import { userInfo } from 'node:os';
import type { ProofChannel, Speaker } from '../domain/escalation/decision-proof';
import { PersonName } from '../domain/escalation/decision-rules';

/**
 * Who speaks at a channel of this process: the user as the operating system knows it, whatever variables say. Null where
 * that is no name a decision can be made under.
 */
export function speakerAt(channel: ProofChannel): Speaker | null {
  const person = PersonName.safeParse(osUser());
  return person.success ? { person: person.data, channel } : null;
}

/** The user as the operating system knows it; empty where it knows none. */
export function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number without a name.
    return '';
  }
}
