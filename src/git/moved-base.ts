import type { RepositorySource } from '../domain/objective/objective';
import type { Integration } from '../ports/workspace';
import { RepositoryError } from './errors';
import { exclusively } from './exclusively';
import { fetchInto } from './fetch';
import { gitFailed } from './git-command';
import { inspectRepository } from './inspect-repository';
import { refs } from './layout';
import { findObjective } from './mirror';
import { mergeWithLocks } from './remake-locks';
import { findTarget } from './target';
import type { Tools } from './tools';

type Request = Parameters<Integration['mergeBase']>[0];
type BaseMerge = Awaited<ReturnType<Integration['mergeBase']>>;

const COMMIT_ID = /^[0-9a-f]{7,64}$/;
const UNMOVED: BaseMerge = { kind: 'unmoved', note: null };

/** What the base ref of the source gained since the objective began, merged onto its head; nothing is moved. */
export async function mergeMovedBase(tools: Tools, request: Request): Promise<BaseMerge> {
  const { git, layout } = tools;
  const { objectiveId, source, baseRef, baseCommit, head, signal } = request;
  if (source.kind === 'sample' || baseRef === 'HEAD' || COMMIT_ID.test(baseRef)) return UNMOVED;
  const { mirror } = await findObjective(layout, objectiveId);
  const inMirror = { cwd: mirror, gitDir: mirror };
  const seen = await look(tools, source, baseRef);
  if (typeof seen !== 'string') return seen;
  if (seen === baseCommit) return UNMOVED;
  const ref = refs.baseNow(objectiveId);
  await exclusively(mirror, async () => {
    const address = source.kind === 'url' ? source.url : (await findTarget(git, source.path)).commonDir;
    const call = fetchInto(mirror, address, [`+${seen}:${ref}`], { network: source.kind === 'url' });
    const exact = await git.run(call);
    if (exact.code === 0) return;
    // Some servers give only what a branch points to.
    const named = fetchInto(mirror, address, [`+refs/heads/${baseRef}:${ref}`], {
      network: source.kind === 'url',
    });
    if ((await git.run(named)).code !== 0) throw gitFailed(call, exact);
  });
  const base = await git.text({ ...inMirror, args: ['rev-parse', '--verify', `${ref}^{commit}`] });
  const isIn = await git.run({ ...inMirror, args: ['merge-base', '--is-ancestor', base, head] });
  if (isIn.code === 0) return UNMOVED;
  const merged = await mergeWithLocks(tools, { mirror, ours: head, theirs: base, signal });
  if (merged.conflicts.length > 0) return { kind: 'conflict', base, files: merged.conflicts };
  const commit = await git.text({
    ...inMirror,
    args: ['commit-tree', merged.tree, '-p', head, '-p', base, '-F', '-'],
    stdin: `Merge ${baseRef} as it is now\n`,
  });
  return { kind: 'clean', base, commit, tree: merged.tree };
}

async function look(
  { git }: Tools,
  source: Exclude<RepositorySource, { kind: 'sample' }>,
  baseRef: string,
): Promise<string | BaseMerge> {
  try {
    const place = source.kind === 'url' ? source.url : source.path;
    return (await inspectRepository(git, place, baseRef)).baseCommit;
  } catch (error) {
    // A base that is gone, or out of reach at this moment, keeps nothing from being delivered.
    if (!(error instanceof RepositoryError)) throw error;
    return { kind: 'unmoved', note: error.message };
  }
}
