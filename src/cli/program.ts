import { Command as Commander, CommanderError } from 'commander';
import { byName, type CallForm } from '../config/call-form';
import { EXIT_CODES, type ExitCode } from '../domain/common/exit-codes';
import { ConfigurationError } from '../domain/common/user-error';
import type { Command } from './command';

/** What the command line asks for: a command with its flags, or nothing but a text that was printed. */
export type Invocation =
  | {
      readonly kind: 'command';
      readonly command: Command;
      readonly args: readonly string[];
      readonly flags: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'printed'; readonly exitCode: ExitCode };

/**
 * Reads a command line against the table; runs nothing.
 * @throws ConfigurationError of one sentence for an unknown command, flag or argument.
 */
export async function parseCommandLine(
  argv: readonly string[],
  options: {
    readonly commands: readonly Command[];
    readonly version: string;
    /** Commands as they can be run here. */
    readonly call?: CallForm;
    readonly print: (text: string) => void;
  },
): Promise<Invocation> {
  let invocation: Invocation | undefined;
  const program = buildProgram(options, (found) => {
    invocation = found;
  });
  if (argv.length === 0) {
    options.print(program.helpInformation());
    return { kind: 'printed', exitCode: 2 };
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'printed', exitCode: 0 };
    throw new ConfigurationError(explain(error, argv, options), { cause: error });
  }
  return invocation ?? { kind: 'printed', exitCode: 0 };
}

function buildProgram(
  options: Parameters<typeof parseCommandLine>[1],
  found: (invocation: Invocation) => void,
): Commander {
  const program = new Commander('backend-coordinator')
    .description(
      'A durable backend department: one objective and a git repository become a delivered branch.',
    )
    .version(options.version, '--version', 'print the version')
    .helpOption('-h, --help', 'show what there is')
    .helpCommand(false)
    .showSuggestionAfterError(false)
    .addHelpText('after', () => `\n${exitCodeTable()}`);
  quiet(program, options.print);
  for (const command of options.commands) {
    const sub = program
      .command(`${command.name} ${command.args}`.trim())
      .description(command.summary)
      .helpOption('-h, --help', 'show this')
      .allowExcessArguments(false);
    quiet(sub, options.print);
    for (const option of command.options) sub.option(option.flags, option.help);
    sub.option('--json', 'JSON on stdout, text for people on stderr');
    if (command.examples !== undefined) {
      sub.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  ${line}`).join('\n')}`);
    }
    sub.action(() => {
      found({
        kind: 'command',
        command,
        args: sub.args,
        flags: sub.opts<Record<string, unknown>>(),
      });
    });
  }
  return program;
}

function quiet(command: Commander, print: (text: string) => void): void {
  command.exitOverride().configureOutput({
    writeOut: print,
    // Errors become one sentence of our own.
    writeErr: () => undefined,
  });
}

/** The exit codes as `--help` of the program prints them. */
export function exitCodeTable(): string {
  const rows = EXIT_CODES.map((row) => `  ${String(row.code).padEnd(4)} ${row.meaning}`);
  return ['Exit codes:', ...rows].join('\n');
}

function explain(
  error: CommanderError,
  argv: readonly string[],
  { commands, call = byName }: Parameters<typeof parseCommandLine>[1],
): string {
  const reason = error.message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .trim();
  const known = commands.some((command) => command.name === argv[0]);
  const help = `\`${call(known ? `${argv[0] ?? ''} --help` : '--help')}\``;
  if (error.code === 'commander.unknownCommand' || error.code === 'commander.help') {
    return `There is no command ${argv[0] ?? ''}; ${help} lists what there is.`;
  }
  const text = reason.charAt(0).toUpperCase() + reason.slice(1);
  return `${text}; ${help} shows what is understood.`;
}
