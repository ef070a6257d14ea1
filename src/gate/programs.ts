import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** Programs that come with this package, by name: the package and the file in it. */
const SHIPPED: Readonly<Record<string, readonly [packageName: string, file: string]>> = {
  squawk: ['squawk-cli', 'js/bin/squawk'],
  c8: ['c8', 'bin/c8.js'],
};

/** Programs that the gate uses where they are found, and what for. Adding one is adding a row. */
export const OPTIONAL_PROGRAMS = [
  { name: 'gitleaks', purpose: 'secrets in tree and commits' },
  { name: 'bandit', purpose: 'security of Python sources' },
  { name: 'oasdiff', purpose: 'breaking changes of OpenAPI' },
  { name: 'schemathesis', purpose: 'requests made from the OpenAPI spec' },
  { name: 'spotbugs', purpose: 'bugs in compiled Java' },
  { name: 'pg_dump', purpose: 'backup drill' },
  { name: 'psql', purpose: 'backup drill' },
] as const;

/** Path of a program: on `searchPath`, or shipped with this package; null where there is none. */
export async function findProgram(name: string, searchPath: string): Promise<string | null> {
  const shipped = SHIPPED[name];
  if (shipped !== undefined) return shippedPath(shipped);
  for (const folder of searchPath.split(delimiter).filter((part) => part.startsWith('/'))) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return null;
}

function shippedPath([packageName, file]: readonly [string, string]): string | null {
  try {
    const manifest = createRequire(__filename).resolve(`${packageName}/package.json`);
    return join(dirname(manifest), file);
  } catch {
    return null;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
