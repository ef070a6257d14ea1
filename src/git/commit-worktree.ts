import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskId } from '../domain/plan/plan';
import type { Commit } from '../ports/workspace';
import { WorkspaceError } from './errors';
import { exists } from './files';
import { type Git, gitFailed } from './git-command';
import type { Place } from './layout';
import { refuseSecrets } from './refuse-secrets';
import { forgetMerge, inPlace, readConflicts, readMergeHead, restoreDotGit } from './place';
import { specialistOf, withTask } from './trailers';

const GITLINK = '160000';
const CONFLICT_MARKER = /^(?:<{7}|>{7})(?: |$)/m;

interface CommitRequest {
  readonly place: Place;
  readonly branch: string;
  readonly taskId: TaskId;
  readonly message: string;
  /** The branch the work will be merged into; `files` are told against where the two parted. */
  readonly against: string;
}

/** Commits everything in the worktree that is not ignored; nothing is moved when any of it is refused. */
export async function commitWorktree(git: Git, request: CommitRequest): Promise<Commit> {
  const { place, branch } = request;
  await restoreDotGit(place);
  await refuseNestedRepositories(git, place);
  await refuseMarkers(place);
  await stage(git, place);
  const head = await git.text(inPlace(place, ['rev-parse', '--verify', 'HEAD^{commit}']));
  const headTree = await git.text(inPlace(place, ['rev-parse', '--verify', 'HEAD^{tree}']));
  await refuseNewGitlinks(git, place);
  await refuseSecrets(git, place);
  const tree = await git.text(inPlace(place, ['write-tree']));
  const merged = await pendingMerge(git, place, head);
  let commit = head;
  if (tree !== headTree || merged !== undefined) {
    const message = withTask(request.message, request.taskId);
    const parents = [head, ...(merged === undefined ? [] : [merged])].flatMap((parent) => ['-p', parent]);
    const author = specialistOf(message);
    commit = await git.text({
      ...inPlace(place, ['commit-tree', tree, ...parents, '-F', '-']),
      stdin: message,
      ...(author === undefined ? {} : { env: { GIT_AUTHOR_NAME: author } }),
    });
    await git.text(inPlace(place, ['update-ref', branch, commit, head]));
  }
  await forgetMerge(place);
  return { commit, tree, files: await filesSince(git, place, request.against, commit) };
}

async function stage(git: Git, place: Place): Promise<void> {
  const call = inPlace(place, ['add', '-A', '--', '.']);
  const run = await git.run(call);
  if (run.code === 0) return;
  const forbidden = /invalid path '([^']+)'/.exec(run.stderr)?.[1];
  if (forbidden !== undefined) {
    throw new WorkspaceError(
      'forbidden-path',
      `The path ${forbidden} cannot be committed because git keeps its own files under such a name; remove it.`,
      [forbidden],
    );
  }
  const encoded = /(?:BOM is \w+ in|failed to encode) '([^']+)'/.exec(run.stderr)?.[1];
  if (encoded !== undefined) {
    throw new WorkspaceError(
      'forbidden-path',
      `The file ${encoded} is not in the encoding that .gitattributes names for it; change one of the two.`,
      [encoded],
    );
  }
  const nested = /'([^']+?)\/?' does not have a commit checked out/.exec(run.stderr)?.[1];
  if (nested !== undefined) throw nestedRepository([nested]);
  throw gitFailed(call, run);
}

// Git looks into a submodule's folder with the settings found there, so such a folder must not hold a repository.
async function refuseNestedRepositories(git: Git, place: Place): Promise<void> {
  const entries = await git.list(inPlace(place, ['ls-files', '--stage', '-z']));
  const found: string[] = [];
  for (const entry of entries) {
    const [, name = ''] = /^160000 [^\t]*\t(.*)$/s.exec(entry) ?? [];
    if (name !== '' && (await exists(join(place.path, name, '.git')))) found.push(name);
  }
  if (found.length > 0) throw nestedRepository(found);
}

async function refuseNewGitlinks(git: Git, place: Place): Promise<void> {
  const args = [
    'diff-index',
    '--cached',
    '--raw',
    '-z',
    '--no-renames',
    '--ignore-submodules=none',
    'HEAD',
    '--',
  ];
  const fields = await git.list(inPlace(place, args));
  const added = fields.filter((_, index) => {
    const before = fields[index - 1] ?? '';
    return before.startsWith(':') && before.split(' ')[1] === GITLINK;
  });
  if (added.length === 0) return;
  // Left in the index, they would hide the folder's files from the next try.
  await git.text(inPlace(place, ['update-index', '--force-remove', '--', ...added]));
  throw nestedRepository(added);
}

function nestedRepository(files: readonly string[]): WorkspaceError {
  return new WorkspaceError(
    'nested-repository',
    `A git repository inside the repository cannot be committed (${files.join(', ')}); remove its .git folder.`,
    files,
  );
}

async function refuseMarkers(place: Place): Promise<void> {
  const left: string[] = [];
  for (const name of await readConflicts(place)) {
    const path = join(place.path, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isFile() !== true) continue;
    if (CONFLICT_MARKER.test(await readFile(path, 'latin1'))) left.push(name);
  }
  if (left.length === 0) return;
  throw new WorkspaceError(
    'conflict-markers',
    `Conflict markers are left in ${left.join(', ')}; decide what stays and remove the lines with <<<<<<< and >>>>>>>.`,
    left,
  );
}

async function pendingMerge(git: Git, place: Place, head: string): Promise<string | undefined> {
  const merged = await readMergeHead(place);
  if (merged === undefined) return undefined;
  // After a crash between commit and clean-up it is merged already.
  const run = await git.run(inPlace(place, ['merge-base', '--is-ancestor', merged, head]));
  return run.code === 0 ? undefined : merged;
}

async function filesSince(git: Git, place: Place, against: string, commit: string): Promise<string[]> {
  const base = await git.text(inPlace(place, ['merge-base', against, commit]));
  return git.list(inPlace(place, ['diff-tree', '-r', '-z', '--name-only', '--no-renames', base, commit]));
}
