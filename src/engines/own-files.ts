import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** What the sandbox mounts of the system anyway. */
const MOUNTED = /^\/(?:usr|nix\/store)(?:\/|$)/;

/**
 * The parts of an installation to mount so that it runs, links resolved; what the system's own mounts hold is left
 * out. Parts are named one by one: an installation may lie in a home folder, beside what is nobody's business.
 */
export function ownFiles(prefix: string, parts: readonly string[]): string[] {
  const paths = parts.map((part) => join(prefix, part)).filter((path) => existsSync(path));
  const all = paths.flatMap((path) => [path, realpathSync(path)]);
  return [...new Set(all)].filter((path) => path !== '/' && !MOUNTED.test(path));
}
