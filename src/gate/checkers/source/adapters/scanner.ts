import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { minimalEnvironment, runCommand, type CommandRun } from '../../../../process/run-command';
import { CannotTell, DoesNotApply } from '../../../checker';
import type { Inspection } from '../../../inspection';

const SCAN_TIMEOUT_MS = 60_000;
const VERSION_TIMEOUT_MS = 15_000;
const KEPT_BYTES = 16 * 1024 * 1024;

/** How an optional program ended that ended as it should. */
export interface Scanned {
  readonly run: CommandRun;
  readonly argv: readonly [string, ...string[]];
  readonly exitCode: number;
}

/**
 * Runs an optional scanner of this machine over files. It reads the target and runs none of its code, so it needs no
 * sandbox and no dependencies of the target.
 * @throws DoesNotApply where the program is not there; CannotTell where it does not end as it should
 */
export async function runScanner(
  inspection: Inspection,
  scanner: { readonly name: string; readonly args: readonly string[]; readonly exitCodes: readonly number[] },
): Promise<Scanned> {
  const program = await requireProgram(inspection, scanner.name);
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
  return { run, argv, exitCode: exitCodeOf(scanner.name, run, scanner.exitCodes) };
}

/** Path of an optional program. @throws DoesNotApply where it is not on this machine */
export async function requireProgram(inspection: Inspection, name: string): Promise<string> {
  const program = await inspection.program(name);
  if (program !== null) return program;
  throw new DoesNotApply(
    `${name}-is-not-there`,
    `${name} is not on this machine; the rules of the product look alone`,
  );
}

/** The exit code of a run that ended with one of those expected. @throws CannotTell with its last line otherwise */
export function exitCodeOf(name: string, run: CommandRun, expected: readonly number[]): number {
  if (run.end.kind === 'exited' && expected.includes(run.end.code)) return run.end.code;
  const how = run.end.kind === 'exited' ? `ended with ${String(run.end.code)}` : run.end.kind;
  const last = run.stderr.trim().split('\n').at(-1)?.trim().slice(0, 300) ?? '';
  throw new CannotTell(`${name} ${how}${last === '' ? '' : `: ${last}`}`);
}

/** A report out of a scanner's output. @throws CannotTell when it is no JSON */
export function parseReport(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new CannotTell(`${name} wrote no report that could be read`, { cause: error });
  }
}

const versions = new Map<string, Promise<string | null>>();

/** What a program calls its version, asked once for each file; null where it does not tell. */
export async function programVersion(program: string, flag = '--version'): Promise<string | null> {
  const found = await stat(program).catch(() => null);
  const key = [program, found?.size, found?.mtimeMs].join(' ');
  const known = versions.get(key) ?? askVersion(program, flag);
  versions.set(key, known);
  return known;
}

async function askVersion(program: string, flag: string): Promise<string | null> {
  const run = await runCommand({
    argv: [program, flag],
    cwd: tmpdir(),
    env: minimalEnvironment(),
    timeoutMs: VERSION_TIMEOUT_MS,
  });
  if (run.end.kind !== 'exited' || run.end.code !== 0) return null;
  const [line = ''] = (run.stdout.trim() || run.stderr.trim()).split('\n');
  const [number] = /\d+\.\d+[\w.+-]*/.exec(line) ?? [];
  // A program built from its sources may call itself by their branch.
  const word = /\bversion (\S+)/.exec(line)?.[1];
  return number ?? word ?? (line === '' ? null : line.slice(0, 80));
}
