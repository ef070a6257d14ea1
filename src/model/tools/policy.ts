import { realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { resolvePath } from '@anthropic-ai/sdk/tools/agent-toolset/node';
import { claimCovers } from '../../domain/path-claims';
import { createOutputBuffer } from '../../process/output-buffer';
import { redactSecrets } from '../../process/redact';
import { ToolRefusal, type ToolContext, type ToolOutcome } from './tool';

/*
 * The layer between a model and files:
 * 1. A path is made canonical (every symlink resolved, also a dangling last one), then must lie in the worktree.
 * 2. Nothing inside any `.git` is read or written, in whatever letter case the file system may forgive.
 * 3. Writing needs a claim of the task that covers the canonical path, so a link cannot lend a name.
 * 4. What leaves a tool is cut (head and tail, with the missing bytes counted) and without secrets.
 * A component swapped between check and use is the sandbox's to stop, not ours.
 */

const MAX_OUTPUT_BYTES = 30_000;

/** The canonical path relative to the worktree, `''` for its root. Throws ToolRefusal where reading is not allowed. */
export async function readablePath(context: Pick<ToolContext, 'worktree'>, path: string): Promise<string> {
  if (path.includes('\0')) throw new ToolRefusal('A path cannot contain a zero byte.');
  refuseGit(path);
  const root = await realpath(context.worktree.path);
  const canonical = await resolvePath({ workdir: root }, path).catch((error: unknown) => {
    const why = error instanceof Error ? ` (${error.message})` : '';
    throw new ToolRefusal(`${path} is outside the worktree${why}; use a path relative to its root.`);
  });
  const inside = relative(root, canonical).split(sep).join('/');
  refuseGit(inside);
  return inside;
}

/** As above, for writing: covered by what the task owns or shares, or holding conflicts it is asked to resolve. */
export async function writablePath(
  context: Pick<ToolContext, 'worktree' | 'task'>,
  path: string,
): Promise<string> {
  const inside = await readablePath(context, path);
  const { owns, shares } = context.task;
  const claimed = [...owns, ...shares].some((claim) => claimCovers(claim, inside));
  if (claimed || context.worktree.conflicts.includes(inside)) return inside;
  const shared = shares.length === 0 ? '' : ` and shares ${shares.join(', ')}`;
  throw new ToolRefusal(
    `${inside} is not this task's to write: it owns ${owns.join(', ') || 'nothing'}${shared}. ` +
      'If the work cannot be done without it, call consult with the concern "integration" and say why.',
  );
}

/** Shortened to what a conversation can hold, without secrets. */
export function presentable(text: string): string {
  const buffer = createOutputBuffer(MAX_OUTPUT_BYTES);
  buffer.add(Buffer.from(redactSecrets(text)));
  const kept = buffer.text();
  return kept.trim() === '' ? '(no output)' : kept;
}

/** Carries out a call under the policy: refusals and a tool's own errors become error results. */
export async function underPolicy(
  context: ToolContext,
  call: () => Promise<ToolOutcome>,
): Promise<ToolOutcome> {
  try {
    const outcome = await call();
    return 'text' in outcome ? { ...outcome, text: presentable(outcome.text) } : outcome;
  } catch (error) {
    context.signal.throwIfAborted();
    const text = error instanceof Error ? error.message : String(error);
    return { kind: 'result', text: presentable(text), isError: true, changes: false };
  }
}

function refuseGit(path: string): void {
  if (path.split(/[\\/]/).some((part) => /^\.git\.?$/i.test(part.trim()))) {
    throw new ToolRefusal('Nothing inside .git may be read or written; the coordinator keeps the history.');
  }
}
