import { createHash } from 'node:crypto';
import { surveyCommands, type Survey } from '../domain/target/survey';

/** A file of the repository that reaches a model as guidance. */
export interface TrustedFile {
  readonly path: string;
  readonly source: string;
}

/**
 * What trust is given to: sha-256 hex of the commands that will be run from a repository, in their order, of where, of its
 * configuration's bytes and of the roles it brings. Anything else in one of these asks anew.
 */
export function trustHash(
  survey: Survey,
  configurationBytes: Uint8Array | string | null,
  roles: readonly TrustedFile[] = [],
): string {
  const digest = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
  const configuration = configurationBytes === null ? null : digest(configurationBytes);
  const commands = surveyCommands(survey).map(({ name, argv }) => [name, argv]);
  const files = roles.map(({ path, source }) => [path, digest(source)]);
  // Without roles, and at the root, the text is what it always was: what was trusted stays trusted.
  const brought = files.length === 0 ? {} : { roles: files };
  const { folder } = survey;
  return digest(
    JSON.stringify({ commands, configuration, ...brought, ...(folder === undefined ? {} : { folder }) }),
  );
}

/** The commands that will be run from a repository, one a line, to be read before trusting it. */
export function describeCommands(survey: Survey): string {
  const commands = surveyCommands(survey);
  if (commands.length === 0) return 'No command will be run from this repository.';
  const rows = commands.map(({ name, argv }) => `${name.padEnd(8)} ${argv.map(quoted).join(' ')}`);
  return [...(survey.folder === undefined ? [] : [`in       ${quoted(survey.folder)}`]), ...rows].join('\n');
}

/** As one would type it in a shell; control characters are shown, never sent to the terminal. */
function quoted(argument: string): string {
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument;
  if (/[\p{Cc}\p{Cf}]/u.test(argument)) return JSON.stringify(argument).replace(/\p{Cf}|\u007f/gu, '?');
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}
