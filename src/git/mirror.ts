import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { WorkspaceError } from './errors';
import { exists } from './files';
import type { Git } from './git-command';
import { type Layout, ownersOf } from './layout';
import { claimShare } from './owner';

export type ObjectFormat = 'sha1' | 'sha256';

/** Which mirror holds an objective's refs, and what it was started from. */
const ObjectiveRecord = z.object({ identity: z.string(), baseCommit: z.string() });
type ObjectiveRecord = z.infer<typeof ObjectiveRecord>;

/** Notes where an objective's refs are, for every later request, in this process or another. */
export async function recordObjective(
  layout: Layout,
  objectiveId: string,
  record: ObjectiveRecord,
): Promise<void> {
  const file = layout.record(objectiveId);
  const draft = `${file}.${String(process.pid)}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(draft, JSON.stringify(record));
  await rename(draft, file);
}

interface KnownObjective {
  readonly mirror: string;
  readonly baseCommit: string;
}

/** @throws WorkspaceError `unknown-objective` when it was never prepared under this home, or its mirror is gone. */
export async function findObjective(layout: Layout, objectiveId: string): Promise<KnownObjective> {
  const known = await lookUpObjective(layout, objectiveId);
  if (known !== undefined) return known;
  throw new WorkspaceError(
    'unknown-objective',
    `No repository is prepared for ${objectiveId} in ${layout.home}; prepare it again on this host.`,
  );
}

/** The same, undefined where there is none. */
export async function lookUpObjective(
  layout: Layout,
  objectiveId: string,
): Promise<KnownObjective | undefined> {
  const text = await readFile(layout.record(objectiveId), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const record = ObjectiveRecord.parse(JSON.parse(text));
  const mirror = layout.mirror(record.identity);
  if (!(await exists(join(mirror, 'HEAD')))) return undefined;
  await secureMirror(mirror);
  return { mirror, baseCommit: record.baseCommit };
}

/** The bare repository for this identity, made when it is not there yet. */
export async function ensureMirror(
  git: Git,
  layout: Layout,
  identity: string,
  format: ObjectFormat,
): Promise<string> {
  const mirror = layout.mirror(identity);
  if (!(await exists(join(mirror, 'HEAD')))) {
    await mkdir(layout.repositories, { recursive: true });
    const draft = await mkdtemp(join(layout.repositories, 'new-'));
    const args = [
      'init',
      '--quiet',
      '--bare',
      '--template=',
      '--initial-branch=main',
      `--object-format=${format}`,
    ];
    await git.text({ args: [...args, draft], cwd: draft });
    await writeFile(join(draft, 'config'), configuration(format));
    await rename(draft, mirror).catch(async (error: unknown) => {
      await rm(draft, { recursive: true, force: true });
      if (!(await exists(join(mirror, 'HEAD')))) throw error; // else another process was faster
    });
  }
  await secureMirror(mirror);
  return mirror;
}

/**
 * Claims the mirror for this process and puts its configuration back if anybody changed it: an agent without a
 * sandbox could have written a command into it.
 */
async function secureMirror(mirror: string): Promise<void> {
  const file = join(mirror, 'config');
  const [found] = await Promise.all([readFile(file, 'utf8').catch(() => ''), claimShare(ownersOf(mirror))]);
  if (found === configuration('sha1') || found === configuration('sha256')) return;
  const format = /objectformat\s*=\s*sha256/i.test(found) ? 'sha256' : 'sha1';
  await rm(file, { recursive: true, force: true });
  await writeFile(file, configuration(format));
}

function configuration(format: ObjectFormat): string {
  return format === 'sha1'
    ? '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n'
    : '[core]\n\trepositoryformatversion = 1\n\tfilemode = true\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n';
}
