/**
 * How a lock file is made anew: `npm` by npm from the manifest alone, `union` by the lines of both sides; `owner`: only
 * with what belongs to the target (its sources, plug-ins, build scripts), so its owner does it in the sandbox.
 */
type LockMaker = 'npm' | 'union' | 'owner';

/** A file that a package manager writes from a manifest; merging its text makes what no tool ever wrote. */
export interface LockFileRow {
  readonly name: string;
  /** Names of the manifest beside it, whichever is there. */
  readonly manifests: readonly string[];
  readonly maker: LockMaker;
  /** What makes it anew by hand. */
  readonly command: string;
}

const LOCK_FILES: readonly LockFileRow[] = [
  {
    name: 'package-lock.json',
    manifests: ['package.json'],
    maker: 'npm',
    command: 'npm install --package-lock-only --ignore-scripts',
  },
  {
    name: 'npm-shrinkwrap.json',
    manifests: ['package.json'],
    maker: 'npm',
    command: 'npm install --package-lock-only --ignore-scripts',
  },
  { name: 'go.sum', manifests: ['go.mod'], maker: 'union', command: 'go mod tidy' },
  { name: 'yarn.lock', manifests: ['package.json'], maker: 'owner', command: 'yarn install' },
  {
    name: 'pnpm-lock.yaml',
    manifests: ['package.json'],
    maker: 'owner',
    command: 'pnpm install --lockfile-only --ignore-scripts',
  },
  { name: 'bun.lock', manifests: ['package.json'], maker: 'owner', command: 'bun install --lockfile-only' },
  { name: 'poetry.lock', manifests: ['pyproject.toml'], maker: 'owner', command: 'poetry lock' },
  { name: 'uv.lock', manifests: ['pyproject.toml'], maker: 'owner', command: 'uv lock' },
  { name: 'pdm.lock', manifests: ['pyproject.toml'], maker: 'owner', command: 'pdm lock' },
  { name: 'Pipfile.lock', manifests: ['Pipfile'], maker: 'owner', command: 'pipenv lock' },
  { name: 'Cargo.lock', manifests: ['Cargo.toml'], maker: 'owner', command: 'cargo update --workspace' },
  { name: 'Gemfile.lock', manifests: ['Gemfile'], maker: 'owner', command: 'bundle lock' },
  { name: 'composer.lock', manifests: ['composer.json'], maker: 'owner', command: 'composer update --lock' },
];

/** The row of a path, and the folder it lies in (`` or ending in a slash); null for any other file. */
export function lockFileAt(path: string): { readonly row: LockFileRow; readonly folder: string } | null {
  const slash = path.lastIndexOf('/') + 1;
  const row = LOCK_FILES.find(({ name }) => name === path.slice(slash));
  return row === undefined ? null : { row, folder: path.slice(0, slash) };
}
