import { loadConfig } from '../config.js';

/**
 * Runs a command for operators. Its report goes to standard output as JSON, what it is doing and why it failed to
 * standard error, so that a scheduler can keep the one and mail the other.
 *
 * @template Input
 * @param {object} command
 * @param {string} command.usage
 * @param {(args: string[]) => Input | undefined} command.parse Undefined when the arguments make no sense.
 * @param {(context: { config: import('../config.js').Config, input: Input, say: (line: string) => void }) =>
 *   Promise<{ ok: boolean }>} command.run
 * @param {object} process
 * @param {string[]} process.args
 * @param {Record<string, string | undefined>} process.env
 * @param {(text: string) => void} process.out
 * @param {(text: string) => void} process.err
 * @returns {Promise<number>} Exit code: 0 all is well, 1 something is not, 2 wrong arguments.
 */
export async function runCommand(command, { args, env, out, err }) {
  const input = command.parse(args);
  if (input === undefined) {
    err(`${command.usage}\n`);
    return 2;
  }
  try {
    const report = await command.run({ config: loadConfig(env), input, say: (line) => err(`${line}\n`) });
    out(`${JSON.stringify(report, null, 2)}\n`);
    return report.ok ? 0 : 1;
  } catch (error) {
    err(`${error.message}\n`);
    return 1;
  }
}

/**
 * `runCommand` on this process.
 *
 * @param {Parameters<typeof runCommand>[0]} command
 */
export async function main(command) {
  process.exitCode = await runCommand(command, {
    args: process.argv.slice(2),
    env: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
}
