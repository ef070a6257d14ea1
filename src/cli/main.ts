import { callFormOf } from '../config/call-form';
import { readEnvironment } from '../config/environment';
import { resolveHome } from '../config/home';
import { packageVersion } from '../config/package-root';
import { exitCodeOf, type ExitCode } from '../domain/common/exit-codes';
import type { Command } from './command';
import { commandsFor } from './find-command';
import { printable } from './live/text';
import type { Services, ServicesRequest } from './services';
import { parseCommandLine } from './program';
import { reportError } from './report-error';
import { createTerminal, type Streams } from './terminal';

export interface MainRequest {
  readonly argv: readonly string[];
  /** The file that was started, `process.argv[1]`; left out: unknown. */
  readonly script?: string | undefined;
  readonly streams: Streams;
  /** Left out: those of this process. */
  readonly variables?: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly cwd: string;
  /** The command table, or the rows of it these arguments need; left out: the real one, loaded as far as needed. */
  readonly commands?: readonly Command[];
  /** Left out: the real ones. */
  readonly services?: (request: ServicesRequest) => Services;
}

/** One command line from arguments to exit code; never throws, never ends the process. */
export async function main(request: MainRequest): Promise<ExitCode> {
  const { streams } = request;
  let home: string | null = null;
  let debug = false;
  const warn = (line: string): void => {
    streams.stderr.write(`${printable(line, false)}\n`);
  };
  try {
    const variables = request.variables ?? process.env;
    const call = callFormOf({
      script: request.script,
      command: request.argv[0],
      cwd: request.cwd,
      variables,
    });
    const invocation = await parseCommandLine(request.argv, {
      commands: request.commands ?? (await commandsFor(request.argv)),
      version: packageVersion(),
      call,
      print: (text) => {
        streams.stdout.write(text);
      },
    });
    if (invocation.kind === 'printed') return invocation.exitCode;
    const environment = readEnvironment(variables);
    const cwd = environment.initCwd ?? request.cwd;
    debug = environment.inherited['COORDINATOR_DEBUG'] === '1';
    const paths = resolveHome(environment);
    home = paths.home;
    const terminal = createTerminal(streams, {
      json: invocation.flags['json'] === true,
      noColor: environment.noColor,
      ci: environment.ci,
      dumb: environment.dumbTerminal,
    });
    const createServices = request.services ?? (await import('./compose.js')).composeServices;
    const { json: _json, ...flags } = invocation.flags;
    return await invocation.command.run(
      {
        terminal,
        environment,
        home: paths,
        services: createServices({ environment, home: paths }),
        signal: request.signal,
        call,
        cwd,
      },
      invocation.args,
      flags,
    );
  } catch (error) {
    if (isExitPrompt(error) || (request.signal.aborted && isAbort(error))) return exitCodeOf('interrupted');
    return reportError(error, { warn, debug, home });
  }
}

/** The process: signals in, exit code out. A second SIGINT ends it at once. */
export function runProcess(): void {
  const interrupt = new AbortController();
  const onSignal = (): void => {
    if (interrupt.signal.aborted) process.exit(exitCodeOf('interrupted'));
    interrupt.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // A closed terminal interrupts once, however often it is told: what runs must end in order all the same.
  let hungUp = false;
  const onHangUp = (): void => {
    hungUp = true;
    interrupt.abort();
  };
  process.on('SIGHUP', onHangUp);
  let unwritable = false;
  for (const stream of [process.stdin, process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A reader that left (`| head`) is no error of ours; what runs here ends in order, as at an interruption.
      if (error.code === 'EPIPE') {
        interrupt.abort();
        return;
      }
      if (hungUp || error.code === 'EIO') {
        onHangUp();
        return;
      }
      if (error.syscall !== 'write') throw error;
      // A full disk behind it, say: every further write fails as well, and is not told again.
      if (!unwritable && stream === process.stdout)
        process.stderr.write(
          `The output cannot be written (${error.message}); make room, or send it elsewhere.\n`,
        );
      unwritable = true;
      interrupt.abort();
    });
  }
  void main({
    argv: process.argv.slice(2),
    script: process.argv[1],
    streams: { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
    signal: interrupt.signal,
    cwd: process.cwd(),
  }).then((exitCode) => {
    process.exitCode = exitCode;
    if (hungUp) dieOfHangUp();
    else flushAndExit(() => (unwritable ? unwrittenCode(exitCode) : exitCode));
  });
}

/** Node would put back the modes of a terminal that is gone, and abort; the signal says as well why it ended. */
function dieOfHangUp(): void {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}

/** Ends the process when both streams are written out; vendor libraries may hold timers and sockets open. */
function flushAndExit(exitCode: () => ExitCode): void {
  process.stdout.write('', () => {
    // A write that failed is told after those that waited behind it are given up.
    setImmediate(() => {
      process.stderr.write('', () => {
        process.exit(exitCode());
      });
    });
  });
}

/** How a command ends whose output was lost: neither well nor interrupted by anybody; a failure of its own stays. */
function unwrittenCode(exitCode: ExitCode): ExitCode {
  return exitCode === exitCodeOf('delivered') || exitCode === exitCodeOf('interrupted')
    ? exitCodeOf('bad-input')
    : exitCode;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'AbortPromptError');
}

/** Ctrl-C at a prompt, which reads the keyboard itself. */
function isExitPrompt(error: unknown): boolean {
  return error instanceof Error && error.name === 'ExitPromptError';
}
