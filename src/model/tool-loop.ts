import type Anthropic from '@anthropic-ai/sdk';
import { assertNever } from '../domain/assert-never';
import { addUsage, NO_USAGE, type Usage } from '../domain/usage';
import type { BlobStore } from '../ports/blob-store';
import type { Specialists, WorkEnd } from '../ports/department';
import type { Bootstrap, CheckRunner } from '../ports/gate';
import { withBreakpoints } from './cache-breakpoints';
import type { ClientFor } from './client';
import { createLoopGuards, LOOP_LIMITS, type LoopGuards, type LoopLimits } from './loop-guards';
import { modelId, usageOf } from './models';
import { openConversation, type OpenedConversation } from './open-conversation';
import { charterPrompt } from './prompts/charter';
import { roleAtWork } from './role-at-work';
import type { Role, Roles } from './roles';
import { DEFAULT_IDLE_MS, streamMessage } from './stream-message';
import { refuseUnusable } from './structured';
import { createDepartmentTools } from './tools/department';
import { FILE_TOOLS } from './tools/files';
import { underPolicy } from './tools/policy';
import { createShellTool, type RunShell } from './tools/shell';
import type { Tool, ToolContext, ToolOutcome } from './tools/tool';
import { saveTranscript, say, tell, type Transcript } from './transcript';

type WorkRequest = Parameters<Specialists['work']>[0];

interface SpecialistsOptions {
  readonly clientFor: ClientFor;
  readonly roles: Roles;
  readonly blobs: BlobStore;
  readonly checks: CheckRunner;
  readonly bootstrap: Bootstrap;
  readonly runShell: RunShell;
  readonly limits?: Partial<LoopLimits>;
  /** Longest silence of a stream in milliseconds; 120,000 without it. */
  readonly idleMs?: number;
}

const MAX_TOKENS = 32_000;
/** Longest reason of an unfinished attempt, in characters: it travels in a workflow. */
const MAX_REASON = 1500;

/**
 * The specialists: one attempt is one conversation of a model with tools in a worktree, until it hands in, asks
 * somebody or goes nowhere. It edits files and nothing else: committing is the caller's. Transport failures are
 * thrown as ModelFailure, and the caller's abort as its own reason; everything the specialist itself does wrong
 * is told to it or ends the attempt as `unfinished`.
 */
export function createSpecialists(options: SpecialistsOptions): Specialists {
  const tools = [...FILE_TOOLS, createShellTool(options.runShell), ...createDepartmentTools(options)];
  return {
    async work(request) {
      const role = await roleAtWork(options, request.dossier, request.specialist, request.task);
      const conversation = await openConversation(options.blobs, request);
      const attempt = createAttempt(options, tools, role, request, conversation);
      const { end, pending } = await attempt.run();
      const transcript: Transcript = { version: 1, messages: conversation.messages, pending };
      return { end, transcript: await saveTranscript(options.blobs, transcript), usage: attempt.usage() };
    },
  };
}

interface AttemptEnd {
  readonly end: WorkEnd;
  readonly pending: Transcript['pending'];
}

interface Attempt {
  run(): Promise<AttemptEnd>;
  usage(): Usage;
}

function createAttempt(
  options: SpecialistsOptions,
  tools: readonly Tool[],
  role: Role,
  request: WorkRequest,
  { messages }: OpenedConversation,
): Attempt {
  const limits = { ...LOOP_LIMITS, ...options.limits };
  const guards = createLoopGuards(limits);
  const context: ToolContext = {
    worktree: request.worktree,
    task: request.task,
    survey: request.dossier.survey,
    signal: request.signal,
  };
  let usage = NO_USAGE;
  let maxTokens = MAX_TOKENS;

  async function run(): Promise<AttemptEnd> {
    for (let turn = 1; turn <= limits.turns; turn++) {
      request.onProgress({ turn, doing: 'thinking' });
      const message = await nextMessage();
      const ended = await takeTurn(turn, message);
      if (ended !== null) return ended;
    }
    return unfinished(`${String(limits.turns)} turns were used up without a handoff`);
  }

  async function nextMessage(): Promise<Anthropic.Message> {
    const message = await streamMessage({
      client: options.clientFor(request.dossier.model),
      params: {
        model: modelId(role.model),
        max_tokens: maxTokens,
        output_config: { effort: role.effort },
        ...withBreakpoints({
          tools: tools.map((tool) => tool.definition),
          system: [charterPrompt(request.dossier.roles), role.prompt],
          messages,
        }),
      },
      signal: request.signal,
      idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
    });
    usage = addUsage(usage, usageOf(message, request.dossier.model));
    return message;
  }

  /** Null: the conversation goes on. Only `tool_use` runs tools: in any other turn a call may be incomplete. */
  async function takeTurn(turn: number, message: Anthropic.Message): Promise<AttemptEnd | null> {
    refuseUnusable(message, request.task.id);
    switch (message.stop_reason) {
      case 'tool_use': {
        say(messages, message.content);
        return runTools(turn, callsOf(message));
      }
      case 'max_tokens': {
        // What was cut off is not kept: a half call cannot be answered, a half text misleads.
        if (maxTokens > MAX_TOKENS) return unfinished('the answer was cut off twice at the token limit');
        maxTokens = MAX_TOKENS * 2;
        return null;
      }
      case 'pause_turn': {
        if (callsOf(message).length === 0) say(messages, message.content);
        return idle('');
      }
      case 'end_turn':
      case 'stop_sequence':
      case 'refusal':
      case 'model_context_window_exceeded':
      case null:
      default: {
        if (callsOf(message).length === 0) say(messages, message.content);
        return idle('Nothing was handed in. Go on with the task, or end it with submit_handoff.');
      }
    }
  }

  function idle(reminder: string): AttemptEnd | null {
    const stopped = guards.afterIdleTurn();
    if (stopped !== null) return unfinished(stopped);
    if (reminder !== '') tell(messages, [{ type: 'text', text: reminder }]);
    return null;
  }

  async function runTools(
    turn: number,
    calls: readonly Anthropic.ToolUseBlock[],
  ): Promise<AttemptEnd | null> {
    const results: Anthropic.ToolResultBlockParam[] = [];
    let open: { readonly toolUseId: string } | null = null;
    let ended: WorkEnd | null = null;
    for (const call of calls) {
      if (ended !== null) {
        results.push(resultBlock(call.id, 'Not run: the turn had ended before this call.', true));
        continue;
      }
      request.signal.throwIfAborted();
      request.onProgress({ turn, doing: describeCall(call) });
      const outcome = await runTool(tools, call, context);
      ended = endAfter(guards, call, outcome);
      if (outcome.kind === 'end' && outcome.awaitsAnswer) open = { toolUseId: call.id };
      else results.push(resultBlock(call.id, outcome.text, isError(outcome)));
    }
    if (open !== null && ended !== null) return { end: ended, pending: { ...open, results } };
    if (results.length > 0) tell(messages, results);
    return ended === null ? null : { end: ended, pending: null };
  }

  return { run, usage: () => usage };
}

async function runTool(
  tools: readonly Tool[],
  call: Anthropic.ToolUseBlock,
  context: ToolContext,
): Promise<ToolOutcome> {
  const tool = tools.find((candidate) => candidate.name === call.name);
  if (tool === undefined) {
    const known = tools.map((candidate) => candidate.name).join(', ');
    return { kind: 'bad-call', text: `There is no tool ${call.name}; there are ${known}.` };
  }
  return underPolicy(context, () => tool.call(call.input, context));
}

function endAfter(guards: LoopGuards, call: Anthropic.ToolUseBlock, outcome: ToolOutcome): WorkEnd | null {
  const stopped = guards.afterCall(call, outcome);
  if (outcome.kind === 'end') return outcome.end;
  return stopped === null ? null : unfinished(stopped).end;
}

function isError(outcome: ToolOutcome): boolean {
  switch (outcome.kind) {
    case 'result':
      return outcome.isError;
    case 'bad-call':
      return true;
    case 'end':
      return false;
    default:
      return assertNever(outcome, 'tool outcome');
  }
}

function unfinished(reason: string): AttemptEnd {
  return {
    end: { kind: 'unfinished', reason: reason.slice(0, MAX_REASON), concern: 'other' },
    pending: null,
  };
}

function callsOf(message: Anthropic.Message): Anthropic.ToolUseBlock[] {
  return message.content.flatMap((block) => (block.type === 'tool_use' ? [block] : []));
}

function resultBlock(id: string, text: string, isErrorResult: boolean): Anthropic.ToolResultBlockParam {
  return {
    type: 'tool_result',
    tool_use_id: id,
    content: [{ type: 'text', text }],
    ...(isErrorResult ? { is_error: true } : {}),
  };
}

const TOLD_INPUTS = ['file_path', 'path', 'pattern', 'command', 'name', 'concern', 'trigger'];

/** A call in a few words, for status: `write src/app.js`. */
function describeCall(call: Anthropic.ToolUseBlock): string {
  const input = new Map<string, unknown>(Object.entries(call.input ?? {}));
  const told = TOLD_INPUTS.map((key) => input.get(key)).find((value) => typeof value === 'string');
  return `${call.name} ${typeof told === 'string' ? told : ''}`.trim().slice(0, 120);
}
