import { z } from 'zod';
import type { Survey } from '../../domain/survey';
import type { Worktree } from '../../ports/workspace';
import { defineTool, result, type Tool } from './tool';

/** How a shell command ended; `output` is both streams, perhaps shortened already. */
interface ShellRun {
  /** Null where it did not exit by itself; `ended` says how. */
  readonly exitCode: number | null;
  readonly ended: string;
  readonly output: string;
}

/** Runs a command line in the worktree, inside the sandbox, and leaves no process behind. */
export type RunShell = (request: {
  readonly command: string;
  readonly worktree: Worktree;
  /** Says which dependencies belong to it. */
  readonly survey: Survey;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}) => Promise<ShellRun>;

const DEFAULT_TIMEOUT_MS = 120_000;
const LONGEST_TIMEOUT_MS = 600_000;

export function createShellTool(runShell: RunShell): Tool {
  return defineTool({
    name: 'bash',
    description:
      'Run a command in the worktree: a new shell each time, no network, nothing left running afterwards. ' +
      'To run build, tests or lint use run_checks; to add a package use install_dependency.',
    input: z.strictObject({
      command: z.string().min(1).max(20_000),
      timeout_ms: z.int().min(1).max(LONGEST_TIMEOUT_MS).optional(),
    }),
    async run(input, { worktree, survey, signal }) {
      const timeoutMs = input.timeout_ms ?? DEFAULT_TIMEOUT_MS;
      const run = await runShell({ command: input.command, worktree, survey, timeoutMs, signal });
      signal.throwIfAborted();
      if (run.exitCode === 0) return result(run.output, { changes: true });
      const end = run.exitCode === null ? run.ended : `exit code ${String(run.exitCode)}`;
      return result(`${run.output}\n${end}`, { changes: true, isError: true });
    },
  });
}
