import type Anthropic from '@anthropic-ai/sdk';
import type { BlobStore } from '../../ports/blob-store';
import type { Specialists } from '../../ports/department';
import type { ContextAccess } from '../context/access';
import { createLoopGuards, type LoopLimits } from '../loop-guards';
import { answerPending, openConversation } from '../open-conversation';
import { readTranscript, saveTranscript } from '../transcript';
import { apply, newAttemptState, type AttemptState, type Folding } from './attempt-state';
import { JournalEntry } from './journal-entry';

type WorkRequest = Parameters<Specialists['work']>[0];

/** An attempt whose state and journal say the same. */
export interface Recalled {
  readonly state: AttemptState;
  /** Entries in the journal so far. */
  readonly count: () => number;
  /** Records what happened, then takes it into the state. */
  readonly record: (entry: JournalEntry) => Promise<void>;
  /**
   * Remembers, for this process only, inputs that are recorded without their secrets; gives the ids of their calls.
   */
  readonly keepInputs: (
    said: readonly Anthropic.ContentBlock[],
    kept: readonly Anthropic.ContentBlockParam[],
  ) => string[];
  /** What a call was really given; null where only the cleaned form is left of it. */
  readonly inputOf: (call: Anthropic.ToolUseBlockParam) => unknown;
}

/**
 * Opens an attempt: a new one with its conversation, or one that a lost process, a pause or a question left, exactly
 * where its journal stops.
 */
export async function recallAttempt(given: {
  readonly blobs: BlobStore;
  readonly request: WorkRequest;
  readonly access: ContextAccess;
  readonly limits: LoopLimits;
}): Promise<Recalled> {
  const { blobs, request, access, limits } = given;
  const { journal } = request.desk;
  const entries = journal.entries.map((entry) => JournalEntry.parse(entry));
  const folding: Folding = { limits, guards: createLoopGuards(limits) };
  const begun = entries.find((entry) => entry.kind === 'begun');
  const inputs = new Map<string, unknown>();
  let count = entries.length;

  const recalling = (state: AttemptState): Recalled => ({
    state,
    count: () => count,
    record: async (entry) => {
      await journal.append(entry);
      count++;
      apply(state, entry, folding);
    },
    keepInputs: (said, kept) => {
      for (const block of said) if (block.type === 'tool_use') inputs.set(block.id, block.input);
      return kept.flatMap((block) =>
        block.type === 'tool_use' && JSON.stringify(inputs.get(block.id)) !== JSON.stringify(block.input)
          ? [block.id]
          : [],
      );
    },
    inputOf: (call) => {
      if (inputs.has(call.id)) return inputs.get(call.id);
      return state.open?.unrepeatable.includes(call.id) === true ? null : call.input;
    },
  });

  if (begun === undefined) {
    const { messages, mail } = await openConversation(blobs, { ...request, access });
    const transcript = await saveTranscript(blobs, { version: 1, messages, pending: null });
    const snapshot = request.keepsFiles ? await request.desk.keepFiles(null) : null;
    const recalled = recalling(newAttemptState(messages));
    await recalled.record({ kind: 'begun', transcript, snapshot, mail });
    return recalled;
  }
  const { messages } = await readTranscript(blobs, begun.transcript);
  const recalled = recalling(newAttemptState(messages));
  for (const entry of entries) apply(recalled.state, entry, folding);
  await mendLoss(recalled);
  await takeAnswerIn(recalled, request);
  return recalled;
}

/** A request that was out when the process died: nobody knows whether it was answered and paid. */
async function mendLoss({ state, record }: Recalled): Promise<void> {
  if (state.dispatched !== undefined) await record({ kind: 'failed', type: 'lost', lost: true });
}

/** The answer the attempt was suspended for, where the caller brings it; asked again without one, it waits on. */
async function takeAnswerIn({ state, record }: Recalled, request: WorkRequest): Promise<void> {
  const pending = state.end?.pending ?? null;
  if (pending === null || request.prompt.kind !== 'context') return;
  await record({ kind: 'told', blocks: answerPending(pending, request.prompt), mail: state.mail });
}
