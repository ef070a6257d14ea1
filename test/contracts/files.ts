import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import type { CommitFiles } from '../../src/ports/contracts';

/** Files as a commit has them; null takes one away. */
export function commitOf(files: Readonly<Record<string, string | null>>): CommitFiles {
  const there = new Map(
    Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== null),
  );
  return {
    list: () => Promise.resolve([...there.keys()].sort()),
    read: (path) => Promise.resolve(there.get(path) ?? null),
  };
}

/** Files of a bundled sample, with changes. */
export function sampleFiles(sample: string, changes: Readonly<Record<string, string>> = {}): CommitFiles {
  const root = join(packageRoot(), 'examples', sample);
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.(?:ya?ml|json|graphqls?|js|md)$/.test(name) && !name.includes('node_modules'),
  );
  return commitOf({
    ...Object.fromEntries(names.map((name) => [name, readFileSync(join(root, name), 'utf8')])),
    ...changes,
  });
}

export function sampleText(sample: string, path: string): string {
  return readFileSync(join(packageRoot(), 'examples', sample, path), 'utf8');
}
