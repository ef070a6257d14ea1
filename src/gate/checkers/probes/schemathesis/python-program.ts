import { open, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { minimalEnvironment, runCommand } from '../../../../process/run-command';
import { CannotTell } from '../../../checker';

const TIMEOUT_MS = 30_000;
const FIRST_BYTES = 1024;
const FOLDERS =
  'import sys, json; print(json.dumps([sys.prefix, sys.base_prefix, *[p for p in sys.path if p]]))';

/** A program written in Python, as a sandbox has to see it. */
interface PythonProgram {
  readonly argv: readonly [interpreter: string, script: string];
  /** Folders of its interpreter and its packages. */
  readonly readOnly: readonly string[];
}

/**
 * Which interpreter a launcher starts, and where that finds its packages, asked of the interpreter itself.
 * @throws CannotTell for a launcher of another kind, such as the shim of a version manager
 */
export async function pythonProgram(launcher: string, signal: AbortSignal): Promise<PythonProgram> {
  const script = await realpath(launcher);
  const interpreter = interpreterIn(await firstBytes(script));
  if (interpreter === null) {
    throw new CannotTell(
      `${launcher} does not name its Python, so the sandbox of the service cannot show it; put a launcher made by pip or pipx on PATH`,
    );
  }
  const run = await runCommand({
    argv: [interpreter, '-c', FOLDERS],
    cwd: tmpdir(),
    env: minimalEnvironment(),
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  signal.throwIfAborted();
  const folders = z.array(z.string()).safeParse(parse(run.stdout));
  if (run.end.kind !== 'exited' || run.end.code !== 0 || !folders.success) {
    throw new CannotTell(`${interpreter}, the Python of ${launcher}, does not start`);
  }
  const needed = [script, join(dirname(interpreter), '..'), ...folders.data];
  const own = needed.filter((path) => path.startsWith('/') && !path.startsWith('/usr/') && path !== '/usr');
  return { argv: [interpreter, script], readOnly: [...new Set(own)] };
}

/** The first line, or the second one where pip had to write a shell script because the path is long. */
function interpreterIn(start: string): string | null {
  const [first = '', second = ''] = start.split('\n');
  const direct = /^#!\s*(\/\S*python[\w.]*)\s*(?:-\w+\s*)?$/.exec(first)?.[1];
  const behindShell = /^'''exec' "?(\/[^"]*python[\w.]*)"? /.exec(second)?.[1];
  return direct ?? behindShell ?? null;
}

async function firstBytes(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_BYTES), 0, FIRST_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
