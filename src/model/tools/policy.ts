import { realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { resolvePath } from '@anthropic-ai/sdk/tools/agent-toolset/node';
import { claimCovers } from '../../domain/plan/path-claims';
import { createOutputBuffer } from '../../process/output-buffer';
import { redactSecrets, redactValue } from '../../process/redact';
import { givesOrders } from '../context/orders';
import { FileRefused } from '../worktree-files';
import { isGitName } from './git-names';
import { CallNotMade, ToolRefusal, type ToolContext, type ToolOutcome } from './tool';

/*
 * The layer between a model and files:
 * 1. A path is made canonical (every symlink resolved, also a dangling last one), then must lie in the worktree.
 * 2. Nothing inside any `.git` is read or written, however it is spelled.
 * 3. Reading needs the role's context to hold the canonical path, or a recorded exception.
 * 4. Writing needs a claim of the task that covers the canonical path, so a link cannot lend a name.
 * 5. Files are opened as worktree-files.ts does it, so that nothing swapped after the check is followed.
 * 6. What leaves a tool is cut (head and tail, with the missing bytes counted) and without secrets.
 */

/** Bytes of a tool's output that a conversation is told. */
export const MAX_OUTPUT_BYTES = 30_000;

/** The canonical path relative to the worktree, `''` for its root. Throws ToolRefusal for what lies elsewhere. */
export async function pathInside(context: Pick<ToolContext, 'worktree'>, path: string): Promise<string> {
  if (path.includes('\0')) throw new ToolRefusal('A path cannot contain a zero byte.');
  refuseGit(path);
  const root = await realpath(context.worktree.path);
  const canonical = await resolvePath({ workdir: root }, path).catch((error: unknown) => {
    const why = error instanceof Error ? ` (${error.message})` : '';
    throw new ToolRefusal(
      `${path} is outside the worktree${why}; use a path relative to its root.`,
      'outside',
    );
  });
  const inside = relative(root, canonical).split(sep).join('/');
  refuseGit(inside);
  return inside;
}

/** As above, for reading: the role's context holds the file, or an exception does. */
export async function readablePath(
  context: Pick<ToolContext, 'worktree' | 'access'>,
  path: string,
): Promise<string> {
  const inside = await pathInside(context, path);
  const { access } = context;
  const verdict = access.judge(inside);
  if (verdict.kind !== 'denied') return inside;
  access.refused(inside, verdict.category);
  throw new ToolRefusal(access.refusal(inside, verdict.category));
}

/** As above, for writing: covered by what the task owns or shares, or holding conflicts it is asked to resolve. */
export async function writablePath(
  context: Pick<ToolContext, 'worktree' | 'task'>,
  path: string,
): Promise<string> {
  const inside = await pathInside(context, path);
  const { owns, shares } = context.task;
  const claimed = [...owns, ...shares].some((claim) => claimCovers(claim, inside));
  if (claimed || context.worktree.conflicts.includes(inside)) return inside;
  const shared = shares.length === 0 ? '' : ` and shares ${shares.join(', ')}`;
  throw new ToolRefusal(
    `${inside} is not this task's to write: it owns ${owns.join(', ') || 'nothing'}${shared}. ` +
      'If the work cannot be done without it, call consult with the concern "integration" and say why.',
    'foreign',
  );
}

/** Shortened to what a conversation can hold, without secrets. */
export function presentable(text: string): string {
  const buffer = createOutputBuffer(MAX_OUTPUT_BYTES);
  buffer.add(Buffer.from(redactSecrets(text)));
  const kept = buffer.text();
  return kept.trim() === '' ? '(no output)' : kept;
}

/**
 * Carries out a call under the policy: refusals and a tool's own errors become error results, what is told is
 * presentable, what is handed on has no secrets, and what people should look at is flagged.
 */
export async function underPolicy(
  context: ToolContext,
  call: () => Promise<ToolOutcome>,
): Promise<ToolOutcome> {
  try {
    const outcome = await call();
    const text = presentable(outcome.text);
    if (outcome.kind === 'result' && givesOrders(text)) context.access.flag('orders');
    if (outcome.kind !== 'end') return { ...outcome, text };
    return { ...outcome, text: outcome.text === '' ? '' : text, end: withoutSecrets(outcome.end) };
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof CallNotMade) throw error;
    if (error instanceof ToolRefusal && error.flag !== null) context.access.flag(error.flag);
    if (error instanceof FileRefused && error.special) context.access.flag('special');
    const text = error instanceof Error ? error.message : String(error);
    return { kind: 'result', text: presentable(text), isError: true, changes: false };
  }
}

// Redaction replaces parts of texts, so what was an end stays one of the same kind.
function withoutSecrets<T>(end: T): T {
  return redactValue(end) as T;
}

function refuseGit(path: string): void {
  if (path.split(/[\\/]/).some(isGitName)) {
    throw new ToolRefusal(
      'Nothing inside .git may be read or written; the coordinator keeps the history.',
      'git',
    );
  }
}
