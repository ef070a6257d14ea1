import { createHash } from 'node:crypto';
import { surveyCommands, type Survey } from '../domain/survey';

/**
 * What trust is given to: sha-256 hex of the commands that will be run from a repository, in their order, and of its
 * configuration's bytes. Any other command or configuration asks anew.
 */
export function trustHash(survey: Survey, configurationBytes: Uint8Array | string | null): string {
  const configuration =
    configurationBytes === null ? null : createHash('sha256').update(configurationBytes).digest('hex');
  const commands = surveyCommands(survey).map(({ name, argv }) => [name, argv]);
  return createHash('sha256').update(JSON.stringify({ commands, configuration })).digest('hex');
}

/** The commands that will be run from a repository, one a line, to be read before trusting it. */
export function describeCommands(survey: Survey): string {
  const commands = surveyCommands(survey);
  if (commands.length === 0) return 'No command will be run from this repository.';
  return commands.map(({ name, argv }) => `${name.padEnd(8)} ${argv.map(quoted).join(' ')}`).join('\n');
}

/** As one would type it in a shell; control characters are shown, never sent to the terminal. */
function quoted(argument: string): string {
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument;
  if (/[\p{Cc}\p{Cf}]/u.test(argument)) return JSON.stringify(argument).replace(/\p{Cf}|\u007f/gu, '?');
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}
