import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { LockFiles, LockFileSides } from '../../ports/workspace';
import { BootstrapRefused } from '../bootstrap-refused';
import { CouldNotRun } from '../could-not-run';
import { indentOf, mergeLockfile, withoutScripts } from './add-npm-package';
import { runNpm } from './npm-command';
import { Lockfile, readNpmFiles } from './npm-manifest';

/**
 * Lock files of npm, made anew when two sides changed them: npm starts from the packages of both, so that each side's
 * versions stay where they fit together, and works on a copy of the manifest without scripts.
 */
export function createLockFiles(setting: {
  /** The user's environment: where the registry is. */
  readonly environment: Readonly<Record<string, string>>;
}): LockFiles {
  return {
    async make(sides, signal) {
      try {
        return { kind: 'made', text: await remake(sides, { ...setting, signal }) };
      } catch (error) {
        if (error instanceof BootstrapRefused || error instanceof CouldNotRun)
          return { kind: 'failed', reason: error.message };
        throw error;
      }
    },
  };
}

async function remake(
  sides: LockFileSides,
  how: { readonly environment: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<string> {
  const name = basename(sides.path);
  const work = await mkdtemp(join(tmpdir(), 'remake-lock-'));
  try {
    await writeFile(join(work, 'package.json'), sides.manifest.text);
    await writeFile(join(work, name), bothOf(sides));
    const files = await readNpmFiles(work);
    if (files?.lockfile?.name !== name) {
      throw new BootstrapRefused(`${sides.path} is not the lock file npm would use.`, 'unsupported');
    }
    await writeFile(join(work, 'package.json'), JSON.stringify(withoutScripts(files.packageJson)));
    const flags = ['--package-lock-only', '--omit-lockfile-registry-resolved'];
    await runNpm(['install', ...flags], { folder: work, ...how });
    return mergeLockfile(files.lockfile, await readFile(join(work, name), 'utf8'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Our lock file with what only they changed. */
function bothOf({ path, base, ours, theirs }: LockFileSides): string {
  const before = base === null ? {} : parse(path, base).packages;
  const mine = parse(path, ours);
  const other = parse(path, theirs).packages;
  const packages: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(mine.packages), ...Object.keys(other)])) {
    const isMine = key === '' || !isDeepStrictEqual(mine.packages[key], before[key]);
    const chosen = isMine ? mine.packages[key] : other[key];
    if (chosen !== undefined) packages[key] = chosen;
  }
  // The tree of older npm repeats what `packages` says, and would be of one side only.
  const { dependencies: _, ...rest } = mine;
  return JSON.stringify({ ...rest, packages }, null, indentOf(ours));
}

function parse(path: string, text: string): Lockfile {
  try {
    return Lockfile.parse(JSON.parse(text));
  } catch (cause) {
    throw new BootstrapRefused(`${path} of one side cannot be read.`, 'broken', { cause });
  }
}
