import { basename, relative } from 'node:path';

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
  if (call.command !== undefined && variables['npm_lifecycle_event'] === call.command) return throughNpm;
  if (variables['npm_lifecycle_event'] === 'npx') return (words) => `npx ${PROGRAM} ${words}`;
  if (script === undefined || basename(script) === PROGRAM) return byName;
  const near = relative(call.cwd, script);
  const file = near.startsWith('..') ? script : near;
  return (words) => `node ${/[^\w./@+-]/.test(file) ? `'${file.replaceAll("'", `'\\''`)}'` : file} ${words}`;
}

/** Through the scripts of a checkout. */
export function throughNpm(words: string): string {
  const [name = '', ...rest] = words.split(' ');
  return rest.length === 0 ? `npm run ${name}` : `npm run ${name} -- ${rest.join(' ')}`;
}
