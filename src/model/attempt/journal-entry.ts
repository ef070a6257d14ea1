import type Anthropic from '@anthropic-ai/sdk';
import { z } from 'zod';
import { BlobRef } from '../../domain/common/blob';
import {
  ConsultationQuestion,
  ContextRequest,
  HandoffNote,
  RaisedEscalation,
} from '../../domain/work/handoff';
import { Usage } from '../../domain/usage/usage';

/*
 * The journal of an attempt, in the order things happened:
 *   begun, then for each turn: told*, dispatched, answered | failed, and for each call of the answer: calling, then
 *   result | ending | uncalled
 * What happened is recorded after it happened. `dispatched` and `calling` come before, so that a process that dies in
 * between leaves a call of unknown outcome and not none at all.
 */

const Content = z.custom<Anthropic.ContentBlockParam[]>(
  (value) => z.array(z.looseObject({ type: z.string() })).safeParse(value).success,
  'not the content of a message',
);
const ToolResult = z.custom<Anthropic.ToolResultBlockParam>(
  (value) =>
    z.looseObject({ type: z.literal('tool_result'), tool_use_id: z.string() }).safeParse(value).success,
  'not a tool result',
);
const Snapshot = z.string().nullable();
const Milliseconds = z.number().nonnegative();

/** How a tool call can end an attempt, or suspend it. */
const ToolEnd = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('handed-off'), note: HandoffNote }),
  z.object({ kind: z.literal('consult'), question: ConsultationQuestion }),
  z.object({ kind: z.literal('escalate'), raised: RaisedEscalation }),
  z.object({ kind: z.literal('context'), request: ContextRequest }),
]);
export type ToolEnd = z.infer<typeof ToolEnd>;

export const JournalEntry = z.discriminatedUnion('kind', [
  /** The conversation as it opens. `snapshot`: the files then; null where a fresh start brings them anyway. */
  z.object({ kind: z.literal('begun'), transcript: BlobRef, snapshot: Snapshot, mail: z.int().min(0) }),
  /** Words or answers of ours between turns. `mail`: the newest steering note told so far. */
  z.object({ kind: z.literal('told'), blocks: Content, mail: z.int().min(0) }),
  /** A request goes out to the model. */
  z.object({ kind: z.literal('dispatched'), estimateUsd: z.number().nullable() }),
  /** It came to nothing. `lost`: perhaps it was answered all the same, so its estimate counts as spent. */
  z.object({ kind: z.literal('failed'), type: z.string(), lost: z.boolean() }),
  /** `unrepeatable`: calls whose input stands here without its secrets, so that they cannot be made from here. */
  z.object({
    kind: z.literal('answered'),
    content: Content,
    stopReason: z.string(),
    usage: Usage,
    ms: Milliseconds,
    unrepeatable: z.array(z.string()),
  }),
  z.object({ kind: z.literal('calling'), id: z.string() }),
  /** The machine stood in the way of a call, which is to be made again. */
  z.object({ kind: z.literal('uncalled'), id: z.string() }),
  /**
   * A call is over. `changed`: files differ from before; `bad`: it could not be understood; `lost`: a worker was lost,
   * which is nothing the specialist did.
   */
  z.object({
    kind: z.literal('result'),
    block: ToolResult,
    changed: z.boolean(),
    bad: z.boolean(),
    lost: z.boolean(),
    snapshot: Snapshot,
    ms: Milliseconds,
  }),
  /** The call that ends the attempt, or suspends it until its answer comes. */
  z.object({
    kind: z.literal('ending'),
    id: z.string(),
    end: ToolEnd,
    text: z.string(),
    awaitsAnswer: z.boolean(),
  }),
]);
export type JournalEntry = z.infer<typeof JournalEntry>;
