import type Anthropic from '@anthropic-ai/sdk';
import { assertNever } from '../../domain/common/assert-never';
import { underPolicy } from '../tools/policy';
import { CallNotMade, type ToolContext, type ToolOutcome } from '../tools/tool';
import { resultBlock } from './attempt-state';
import type { AttemptSetting } from './attempt';

/** Calls that only look, or whose effect is in files alone: made again after a crash, which put the files back. */
const REPEATABLE: ReadonlySet<string> = new Set(['read', 'grep', 'glob', 'write', 'edit']);
const INTERRUPTED =
  'Interrupted: the worker was lost while this ran, so its outcome is unknown. The files are as they were before it. Look before you run it again.';
const UNREADABLE =
  'Not run: the worker was lost before this call, and its input held something that looks like a secret and was not kept. Make the call again.';
const TOLD_INPUTS = ['file_path', 'path', 'pattern', 'command', 'name', 'concern', 'trigger'];

/** How a call ended, beside its text. */
interface Finished {
  readonly isError: boolean;
  readonly snapshot: string | null;
  readonly bad?: boolean;
  readonly lost?: boolean;
}

/** Makes the next call of the turn, keeps the files it changed, and records what came of it. */
export async function makeCall(
  setting: AttemptSetting,
  context: ToolContext,
  tellProgress: (doing: string) => void,
): Promise<void> {
  const { request, recalled } = setting;
  const { state, record } = recalled;
  const { open } = state;
  const call = open?.calls[open.results.length];
  if (open === null || call === undefined) throw new Error('No call of this turn is left to make');
  const startedAt = performance.now();

  const finish = async (text: string, kind: Finished) => {
    await record({
      kind: 'result',
      block: resultBlock(call.id, text, kind.isError),
      changed: kind.snapshot !== state.snapshot,
      bad: kind.bad ?? false,
      lost: kind.lost ?? false,
      snapshot: kind.snapshot,
      ms: performance.now() - startedAt,
    });
  };
  const unchanged = { isError: true, snapshot: state.snapshot };

  const input = recalled.inputOf(call);
  if (input === null) return finish(UNREADABLE, { ...unchanged, lost: true });
  if (open.running === call.id) {
    if (!REPEATABLE.has(call.name)) return finish(INTERRUPTED, { ...unchanged, lost: true });
  } else await record({ kind: 'calling', id: call.id });

  tellProgress(describeCall(call));
  const outcome = await runTool(setting, { ...call, input }, context).catch(async (error: unknown) => {
    if (!(error instanceof CallNotMade)) throw error;
    await record({ kind: 'uncalled', id: call.id });
    throw error.cause;
  });
  switch (outcome.kind) {
    case 'bad-call':
      return finish(outcome.text, { ...unchanged, bad: true });
    case 'result': {
      const { isError, changes, text } = outcome;
      const snapshot = changes ? await request.desk.keepFiles(outcome.paths ?? null) : state.snapshot;
      return finish(text, { isError, snapshot });
    }
    case 'end':
      return record({
        kind: 'ending',
        id: call.id,
        end: outcome.end,
        text: outcome.text,
        awaitsAnswer: outcome.awaitsAnswer,
      });
    default:
      return assertNever(outcome, 'tool outcome');
  }
}

async function runTool(
  { tools }: AttemptSetting,
  call: Anthropic.ToolUseBlockParam,
  context: ToolContext,
): Promise<ToolOutcome> {
  const tool = tools.find((candidate) => candidate.name === call.name);
  if (tool === undefined) {
    const known = tools.map((candidate) => candidate.name).join(', ');
    return { kind: 'bad-call', text: `There is no tool ${call.name}; there are ${known}.` };
  }
  return underPolicy(context, () => tool.call(call.input, context));
}

/** A call in a few words, for status: `write src/app.js`. */
function describeCall(call: Anthropic.ToolUseBlockParam): string {
  const input = new Map<string, unknown>(Object.entries(call.input ?? {}));
  const told = TOLD_INPUTS.map((key) => input.get(key)).find((value) => typeof value === 'string');
  return `${call.name} ${typeof told === 'string' ? told : ''}`.trim().slice(0, 120);
}
