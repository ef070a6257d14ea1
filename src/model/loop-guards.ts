import { createHash } from 'node:crypto';

/** When a specialist's loop is stopped for going nowhere. */
export interface LoopLimits {
  /** Model turns in one attempt. */
  readonly turns: number;
  /** Bad calls in a row that are still answered; one more ends the attempt. */
  readonly badCallsInARow: number;
  /** How often the same call may bring the same result while no file changes. */
  readonly sameResults: number;
  /** Turns in a row without any tool call. */
  readonly idleTurns: number;
  /** Turns in a row that called tools and changed no file. */
  readonly quietTurns: number;
  /** Time the model and tools may take in all, in milliseconds; waiting for people or providers does not count. */
  readonly activeMs: number;
}

export const LOOP_LIMITS: LoopLimits = {
  turns: 60,
  badCallsInARow: 5,
  sameResults: 4,
  idleTurns: 3,
  quietTurns: 30,
  activeMs: 2 * 60 * 60 * 1000,
};

/** Watches the calls of one attempt. */
export interface LoopGuards {
  /** Takes a call and its outcome into account; a sentence when the attempt should end. */
  afterCall(
    call: { readonly name: string; readonly input: unknown },
    outcome: { readonly text: string; readonly bad: boolean; readonly changed: boolean },
  ): string | null;
  /** Takes a turn without a tool call into account; a sentence when the attempt should end. */
  afterIdleTurn(): string | null;
}

export function createLoopGuards(limits: LoopLimits): LoopGuards {
  const seen = new Map<string, number>();
  let badCalls = 0;
  let idleTurns = 0;
  return {
    afterCall(call, outcome) {
      idleTurns = 0;
      badCalls = outcome.bad ? badCalls + 1 : 0;
      if (badCalls > limits.badCallsInARow) {
        return `${String(badCalls)} tool calls in a row could not be understood; the last was ${call.name}: ${outcome.text}`;
      }
      if (outcome.bad) return null;
      if (outcome.changed) seen.clear();
      const key = createHash('sha256')
        .update(JSON.stringify([call.name, call.input, outcome.text]))
        .digest('hex');
      const times = (seen.get(key) ?? 0) + 1;
      seen.set(key, times);
      return times >= limits.sameResults
        ? `${call.name} was called ${String(times)} times with the same input and the same result; the attempt goes in circles`
        : null;
    },
    afterIdleTurn() {
      idleTurns++;
      return idleTurns >= limits.idleTurns
        ? `${String(idleTurns)} turns in a row used no tool and handed nothing in`
        : null;
    },
  };
}
