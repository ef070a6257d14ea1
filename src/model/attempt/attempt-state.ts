import type Anthropic from '@anthropic-ai/sdk';
import { assertNever } from '../../domain/common/assert-never';
import { addUsage, NO_USAGE, type Usage } from '../../domain/usage/usage';
import type { WorkEnd } from '../../ports/department';
import type { LoopGuards, LoopLimits } from '../loop-guards';
import { say, tell, type Transcript } from '../transcript';
import type { JournalEntry } from './journal-entry';

const MAX_TOKENS = 32_000;
/** Longest reason of an unfinished attempt, in characters: it travels in a workflow. */
const MAX_REASON = 1500;
const NOT_RUN = 'Not run: the turn had ended before this call.';
const REMINDER = 'Nothing was handed in. Go on with the task, or end it with submit_handoff.';

/** How an attempt ended, and the call that waits for its answer. */
export interface AttemptEnd {
  readonly end: WorkEnd;
  readonly pending: Transcript['pending'];
}

/** A turn of the model whose tool calls are being made. */
interface OpenTurn {
  readonly calls: readonly Anthropic.ToolUseBlockParam[];
  readonly results: Anthropic.ToolResultBlockParam[];
  readonly unrepeatable: readonly string[];
  /** The call that was begun and has no result yet. */
  running: string | null;
  changed: boolean;
}

/** Where an attempt stands: the fold of its journal and nothing else. */
export interface AttemptState {
  readonly messages: Anthropic.MessageParam[];
  turn: number;
  maxTokens: number;
  usage: Usage;
  /** Estimated price of the request that is out; undefined: none is. */
  dispatched: number | null | undefined;
  /** Requests in a row that came to nothing. */
  failures: number;
  /** Time the model and tools took, in milliseconds. */
  activeMs: number;
  quietTurns: number;
  snapshot: string | null;
  mail: number;
  open: OpenTurn | null;
  end: AttemptEnd | null;
}

/** An attempt that has not asked the model anything yet. */
export function newAttemptState(messages: Anthropic.MessageParam[]): AttemptState {
  return {
    messages,
    turn: 0,
    maxTokens: MAX_TOKENS,
    usage: NO_USAGE,
    dispatched: undefined,
    failures: 0,
    activeMs: 0,
    quietTurns: 0,
    snapshot: null,
    mail: 0,
    open: null,
    end: null,
  };
}

/** What the state is folded under. */
export interface Folding {
  readonly limits: LoopLimits;
  readonly guards: LoopGuards;
}

/** Takes one entry into the state; the same for what just happened and for what a lost process recorded. */
export function apply(state: AttemptState, entry: JournalEntry, folding: Folding): void {
  switch (entry.kind) {
    case 'begun':
      state.snapshot = entry.snapshot;
      state.mail = entry.mail;
      return;
    case 'told':
      tell(state.messages, entry.blocks);
      state.mail = entry.mail;
      // An answer to what the attempt was suspended for.
      if (state.end?.pending !== null) state.end = null;
      return;
    case 'dispatched':
      state.dispatched = entry.estimateUsd;
      return;
    case 'failed':
      countRequest(state, entry.lost ? (state.dispatched ?? null) : null);
      state.failures++;
      return;
    case 'answered':
      state.dispatched = undefined;
      state.failures = 0;
      state.turn++;
      state.activeMs += entry.ms;
      state.usage = addUsage(state.usage, entry.usage);
      takeAnswer(state, entry, folding);
      return;
    case 'calling':
      if (state.open !== null) state.open.running = entry.id;
      return;
    case 'uncalled':
      if (state.open !== null) state.open.running = null;
      return;
    case 'result':
      state.activeMs += entry.ms;
      state.snapshot = entry.snapshot;
      takeResult(state, entry, folding);
      return;
    case 'ending':
      takeEnding(state, entry);
      return;
    default:
      assertNever(entry, 'journal entry');
  }
}

function countRequest(state: AttemptState, usd: number | null): void {
  state.usage = addUsage(state.usage, { ...NO_USAGE, requests: 1, usd });
  state.dispatched = undefined;
}

/** Only `tool_use` runs tools: in any other turn a call may be incomplete. */
function takeAnswer(
  state: AttemptState,
  answer: Extract<JournalEntry, { kind: 'answered' }>,
  folding: Folding,
): void {
  const { messages } = state;
  const calls = answer.content.flatMap((block) => (block.type === 'tool_use' ? [block] : []));
  if (answer.stopReason === 'max_tokens') {
    // What was cut off is not kept: a half call cannot be answered, a half text misleads.
    if (state.maxTokens > MAX_TOKENS) stop(state, 'the answer was cut off twice at the token limit');
    state.maxTokens = MAX_TOKENS * 2;
    return;
  }
  if (answer.stopReason === 'tool_use' && calls.length > 0) {
    say(messages, answer.content);
    state.open = {
      calls,
      results: [],
      unrepeatable: answer.unrepeatable,
      running: null,
      changed: false,
    };
    return;
  }
  if (calls.length === 0) say(messages, answer.content);
  const stopped = folding.guards.afterIdleTurn();
  if (stopped !== null) stop(state, stopped);
  else if (answer.stopReason !== 'pause_turn') tell(messages, [{ type: 'text', text: REMINDER }]);
}

function takeResult(
  state: AttemptState,
  { block, changed, bad, lost }: Extract<JournalEntry, { kind: 'result' }>,
  { guards, limits }: Folding,
): void {
  const { open } = state;
  const call = open?.calls.find((candidate) => candidate.id === block.tool_use_id);
  if (open === null || call === undefined) return;
  open.results.push(block);
  open.running = null;
  open.changed ||= changed || lost;
  const stopped = lost ? null : guards.afterCall(call, { text: textOf(block), bad, changed });
  if (stopped !== null) {
    closeTurn(state, open);
    stop(state, stopped);
    return;
  }
  if (open.results.length < open.calls.length) return;
  closeTurn(state, open);
  state.quietTurns = open.changed ? 0 : state.quietTurns + 1;
  if (state.quietTurns >= limits.quietTurns) {
    stop(state, `${String(state.quietTurns)} turns in a row changed no file and handed nothing in`);
  }
}

function takeEnding(state: AttemptState, entry: Extract<JournalEntry, { kind: 'ending' }>): void {
  const { open } = state;
  if (open === null) return;
  open.running = null;
  if (entry.awaitsAnswer) {
    const results = fillResults(open).filter((block) => block.tool_use_id !== entry.id);
    state.open = null;
    state.end = { end: entry.end, pending: { toolUseId: entry.id, results } };
    return;
  }
  open.results.push(resultBlock(entry.id, entry.text, false));
  closeTurn(state, open);
  state.end = { end: entry.end, pending: null };
}

function closeTurn(state: AttemptState, open: OpenTurn): void {
  tell(state.messages, fillResults(open));
  state.open = null;
}

/** Results for all calls of the turn, in their order; those after its end were not made. */
function fillResults({ calls, results }: OpenTurn): Anthropic.ToolResultBlockParam[] {
  return calls.map(
    (call) => results.find((block) => block.tool_use_id === call.id) ?? resultBlock(call.id, NOT_RUN, true),
  );
}

/** Ends the attempt without a handoff. */
export function stop(state: AttemptState, reason: string): void {
  state.end = {
    end: { kind: 'unfinished', reason: reason.slice(0, MAX_REASON), concern: 'other' },
    pending: null,
  };
}

export function resultBlock(id: string, text: string, isError: boolean): Anthropic.ToolResultBlockParam {
  return {
    type: 'tool_result',
    tool_use_id: id,
    content: [{ type: 'text', text }],
    ...(isError ? { is_error: true } : {}),
  };
}

function textOf(block: Anthropic.ToolResultBlockParam): string {
  if (typeof block.content === 'string') return block.content;
  return (block.content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');
}
