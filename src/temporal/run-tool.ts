import { tmpdir } from 'node:os';
import { assertNever } from '../domain/common/assert-never';
import { runCommand } from '../process/run-command';

/** Runs a tool as the user's shell would and gives its standard output; @throws Error saying how else it ended. */
export async function runTool(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<string> {
  const run = await runCommand({ argv, cwd: tmpdir(), env, timeoutMs });
  switch (run.end.kind) {
    case 'exited':
      if (run.end.code === 0) return run.stdout;
      throw new Error(
        lastLine(run.stderr) ?? lastLine(run.stdout) ?? `it ended with ${String(run.end.code)}`,
      );
    case 'signalled':
      throw new Error(`it was ended by ${run.end.signal}`);
    case 'timed-out':
      throw new Error(`it took longer than ${String(timeoutMs / 1_000)} s`);
    case 'aborted':
      throw new Error('it was interrupted');
    case 'not-started':
      throw new Error(run.end.reason);
    default:
      return assertNever(run.end, 'end of a command');
  }
}

function lastLine(output: string): string | undefined {
  const line = output
    .trim()
    .split('\n')
    .at(-1)
    ?.slice(0, 160)
    .replace(/[.\s]+$/, '');
  return line === '' ? undefined : line;
}
