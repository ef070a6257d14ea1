import { minimalEnvironment, runCommand, type CommandRun } from '../../../../process/run-command';
import { CannotTell, DoesNotApply } from '../../../checker';
import type { Inspection } from '../../../inspection';

const SCAN_TIMEOUT_MS = 60_000;
const KEPT_BYTES = 16 * 1024 * 1024;

/**
 * Runs an optional scanner of this machine over files. It reads the target and runs none of its code, so it needs no
 * sandbox and no dependencies of the target.
 * @throws DoesNotApply where the program is not there; CannotTell where it does not end as it should
 */
export async function runScanner(
  inspection: Inspection,
  scanner: { readonly name: string; readonly args: readonly string[]; readonly exitCodes: readonly number[] },
): Promise<{
  readonly run: CommandRun;
  readonly argv: readonly [string, ...string[]];
  readonly exitCode: number;
}> {
  const program = await inspection.program(scanner.name);
  if (program === null) {
    throw new DoesNotApply(
      `${scanner.name}-is-not-there`,
      `${scanner.name} is not on this machine; the rules of the product look alone`,
    );
  }
  const argv = [program, ...scanner.args] as const;
  const run = await runCommand({
    argv,
    cwd: await inspection.scratch(),
    env: minimalEnvironment(),
    timeoutMs: SCAN_TIMEOUT_MS,
    signal: inspection.signal,
    maxOutputBytes: KEPT_BYTES,
  });
  inspection.signal.throwIfAborted();
  if (run.end.kind !== 'exited' || !scanner.exitCodes.includes(run.end.code)) {
    const how = run.end.kind === 'exited' ? `ended with ${String(run.end.code)}` : run.end.kind;
    throw new CannotTell(`${scanner.name} ${how}`);
  }
  return { run, argv, exitCode: run.end.code };
}

/** A report out of a scanner's output. @throws CannotTell when it is no JSON */
export function parseReport(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new CannotTell(`${name} wrote no report that could be read`, { cause: error });
  }
}
