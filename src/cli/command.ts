import type { CallForm } from '../config/call-form';
import type { Environment } from '../config/environment';
import type { Home } from '../config/home';
import type { ExitCode } from '../domain/common/exit-codes';
import type { Services } from './services';
import type { Terminal } from './terminal';

/** What every command is given. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly environment: Environment;
  readonly home: Home;
  readonly services: Services;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Commands as they can be run here, for what is printed. */
  readonly call: CallForm;
  /** Folder the user stands in; relative paths resolve against it. */
  readonly cwd: string;
}

export interface OptionRow {
  /** As commander writes them: `--max-parallel <n>`. */
  readonly flags: string;
  readonly help: string;
}

/** One row of the command table. `run` receives flags as written; each command parses its own. */
export interface Command {
  readonly name: string;
  /** As commander writes them: `<id> [task]`. */
  readonly args: string;
  readonly summary: string;
  readonly options: readonly OptionRow[];
  readonly examples?: readonly string[];
  run(
    context: CommandContext,
    args: readonly string[],
    flags: Readonly<Record<string, unknown>>,
  ): Promise<ExitCode>;
}
