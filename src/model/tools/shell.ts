import { z } from 'zod';
import type { Survey } from '../../domain/target/survey';
import type { Worktree } from '../../ports/workspace';
import { defineTool, result, ToolRefusal, type Tool } from './tool';

/** How a shell command ended; `output` is both streams, perhaps shortened already. */
interface ShellRun {
  /** Null where it did not exit by itself; `ended` says how. */
  readonly exitCode: number | null;
  readonly ended: string;
  readonly output: string;
  /** Whether the masked paths were hidden; without a sandbox nothing can be. */
  readonly masked: boolean;
}

/** Runs a command line in the worktree, inside the sandbox, and leaves no process behind. */
export type RunShell = (request: {
  readonly command: string;
  readonly worktree: Worktree;
  /** Paths relative to the worktree that can be neither read nor written. */
  readonly masked: readonly string[];
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
      'Run a command in the worktree: a new shell each time, no network, nothing left running afterwards. Files that ' +
      'are not part of your context are empty in it, and there is no git history. ' +
      'To run build, tests or lint use run_checks; to add a package use install_dependency.',
    input: z.strictObject({
      command: z.string().min(1).max(20_000),
      timeout_ms: z.int().min(1).max(LONGEST_TIMEOUT_MS).optional(),
    }),
    async run(input, { worktree, survey, access, signal }) {
      const { paths, folded, enough } = await access.beforeRun();
      if (!enough) {
        throw new ToolRefusal(
          'No shell can be had here: too many files that are not part of your context lie between the others. ' +
            'Use read, grep, glob and run_checks.',
        );
      }
      const timeoutMs = input.timeout_ms ?? DEFAULT_TIMEOUT_MS;
      const run = await runShell({
        command: input.command,
        worktree,
        survey,
        masked: paths,
        timeoutMs,
        signal,
      });
      await access.afterRun(run.masked ? 'masked' : 'whole-by-shell');
      signal.throwIfAborted();
      const output = await access.filter(run.output);
      access.count('sent', null, output.length);
      const hidden =
        folded.length === 0
          ? ''
          : `\n(Also hidden from this shell, though you may read it with the other tools: ${folded.join(', ')}.)`;
      if (run.exitCode === 0) return result(output + hidden, { changes: true });
      const end = run.exitCode === null ? run.ended : `exit code ${String(run.exitCode)}`;
      return result(`${output}\n${end}${hidden}`, { changes: true, isError: true });
    },
  });
}
