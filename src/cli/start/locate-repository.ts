import { resolve } from 'node:path';

/** An address stays as it is; a path is resolved against where the user stands. */
export function locateRepository(repository: string, cwd: string): string;
export function locateRepository(repository: string | undefined, cwd: string): string | null;
export function locateRepository(repository: string | undefined, cwd: string): string | null {
  if (repository === undefined) return null;
  const isAddress = /^[a-z][a-z0-9+.-]*:\/\//i.test(repository) || /^[\w.-]+@[\w.-]+:/.test(repository);
  return isAddress ? repository : resolve(cwd, repository);
}
