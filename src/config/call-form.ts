import { basename, dirname, isAbsolute, relative, sep } from 'node:path';

/** Turns the words after the program's name into a command line that can be run as it is where the user stands. */
export type CallForm = (words: string) => string;

/** The program by its own name: right where it is installed on PATH. */
export const byName: CallForm = (words) => `${PROGRAM} ${words}`;

const PROGRAM = 'backend-coordinator';

/**
 * How this process was called, so that printed commands work the same way: by an npm script, by `npx`, by name, or
 * as a file given to node.
 * @param call `script` is `process.argv[1]`; `command` the command it was asked for
 */
export function callFormOf(call: {
  readonly script: string | undefined;
  readonly command: string | undefined;
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}): CallForm {
  const { script, variables } = call;
  // The event alone is not enough: `npm test` leaves one to all it starts.
  if (call.command !== undefined && variables['npm_lifecycle_event'] === call.command)
    return throughNpmAt(packageFrom(variables));
  if (variables['npm_lifecycle_event'] === 'npx') return (words) => `npx ${PROGRAM} ${words}`;
  if (script === undefined || basename(script) === PROGRAM) return byName;
  const near = relative(call.cwd, script);
  const file = near.startsWith('..') ? script : near;
  return (words) => `node ${asWord(file)} ${words}`;
}

/** Through the scripts of a checkout. */
export const throughNpm: CallForm = throughNpmAt(null);

/** The same from outside of its folder; null: from within. */
function throughNpmAt(folder: string | null): CallForm {
  const npm = folder === null ? 'npm' : `npm --prefix ${asWord(folder)}`;
  return (words) => {
    const [name = '', ...rest] = words.split(' ');
    return rest.length === 0 ? `${npm} run ${name}` : `${npm} run ${name} -- ${rest.join(' ')}`;
  };
}

/** Folder of the package whose script runs, where the user stands outside of it: `npm --prefix`. */
function packageFrom(variables: Readonly<Record<string, string | undefined>>): string | null {
  const { INIT_CWD: stands, npm_package_json: manifest } = variables;
  if (stands === undefined || manifest === undefined) return null;
  const folder = dirname(manifest);
  const way = relative(folder, stands);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? folder : null;
}

/** A path as one word of a shell. */
function asWord(path: string): string {
  return /[^\w./@+-]/.test(path) ? `'${path.replaceAll("'", `'\\''`)}'` : path;
}
