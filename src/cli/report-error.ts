import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessageOf } from '../config/error-code';
import { exitCodeOf, type ExitCode } from '../domain/common/exit-codes';
import { UserError } from '../domain/common/user-error';
import { isTroubleOfMachine } from '../git/errors';

export interface ErrorSink {
  readonly warn: (line: string) => void;
  /** COORDINATOR_DEBUG: show stacks. */
  readonly debug: boolean;
  /** Where `logs/` is; null while the home is not known. */
  readonly home: string | null;
}

/**
 * Says what went wrong and answers with the exit code: a {@link UserError} as its one sentence, anything else as
 * an internal error whose stack goes to the log file, and to stderr only with COORDINATOR_DEBUG=1.
 */
export async function reportError(error: unknown, sink: ErrorSink): Promise<ExitCode> {
  if (error instanceof UserError) {
    sink.warn(error.message);
    if (sink.debug) sink.warn(stackOf(error));
    return error.exitCode;
  }
  if (isTroubleOfMachine(error)) {
    sink.warn(error.message);
    if (sink.debug) sink.warn(stackOf(error));
    return exitCodeOf('bad-input');
  }
  const logged = sink.home === null ? null : await writeLog(sink.home, error);
  const where = logged === null ? 'set COORDINATOR_DEBUG=1 to see the stack' : `the stack is in ${logged}`;
  const message = error instanceof Error ? error.message : String(error);
  sink.warn(`Internal error: ${oneLine(message)}; ${where}.`);
  if (sink.debug) sink.warn(stackOf(error));
  return exitCodeOf('internal-error');
}

async function writeLog(home: string, error: unknown): Promise<string | null> {
  const file = join(home, 'logs', 'errors.log');
  try {
    await mkdir(join(home, 'logs'), { recursive: true, mode: 0o700 });
    await appendFile(file, `${new Date().toISOString()} ${stackOf(error)}\n`, { mode: 0o600 });
    return file;
  } catch {
    // A home that cannot be written must not hide the error itself.
    return null;
  }
}

function stackOf(error: unknown): string {
  const lines: string[] = [];
  for (let current = error; current !== undefined && lines.length < 8;) {
    if (!(current instanceof Error)) {
      lines.push(errorMessageOf(current));
      break;
    }
    lines.push(current.stack ?? current.message);
    current = current.cause;
  }
  return lines.join('\ncaused by: ');
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim().replace(/[.;]$/, '');
  return line.length <= 300 ? line : `${line.slice(0, 299)}…`;
}
