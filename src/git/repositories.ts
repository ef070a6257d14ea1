import type { RepositorySource } from '../domain/objective/objective';
import type { Repositories } from '../ports/workspace';
import { assertNever } from '../domain/common/assert-never';
import { createDelivery } from './deliver';
import { RepositoryError, WorkspaceError, tellFullDisk } from './errors';
import { exclusively } from './exclusively';
import { fetchInto } from './fetch';
import { type Git, lastWords } from './git-command';
import { refs } from './layout';
import { ensureMirror, findObjective, lookUpObjective, recordObjective } from './mirror';
import { createPushing } from './push';
import { withoutCredentials } from './repository-identity';
import { type Remembered, rememberTexts } from '../process/remembered';
import { findTarget } from './target';
import type { Tools } from './tools';

const FILE_BYTES = 16 * 1024 * 1024;

/** The coordination repositories, one bare mirror per repository identity. */
export function createRepositories(tools: Tools): Repositories {
  const { git, layout, shared } = tools;
  const files = rememberTexts();
  return {
    prepare: ({ objectiveId, source, identity, baseCommit }) =>
      tellFullDisk(layout.home, async () => {
        // Prepared here before: the target itself may be gone by now and is not needed.
        const known = await headHere(tools, objectiveId);
        if (known !== null) return { head: known };
        const origin = await openOrigin(tools, objectiveId, source);
        const mirror = await ensureMirror(git, layout, identity, origin.format);
        await recordObjective(layout, objectiveId, { identity, baseCommit });
        return exclusively(mirror, async () => {
          const branch = refs.integration(objectiveId);
          await shared.pull(mirror, branch);
          const found = await git.run({
            args: ['rev-parse', '--verify', '--quiet', branch],
            cwd: mirror,
            gitDir: mirror,
          });
          if (found.code === 0) return { head: found.stdout.trim() };
          await fetchBase(tools, { mirror, origin, objectiveId, baseCommit });
          if (!(await shared.push(mirror, branch, baseCommit, null))) {
            await shared.pull(mirror, branch); // another host was faster
          } else {
            await git.text({ args: ['update-ref', branch, baseCommit], cwd: mirror, gitDir: mirror });
          }
          const head = await git.text({
            args: ['rev-parse', '--verify', branch],
            cwd: mirror,
            gitDir: mirror,
          });
          return { head };
        });
      }),
    deliver: createDelivery(tools),
    ...createPushing(tools),
    async listFiles({ objectiveId, commit }) {
      const { mirror } = await findObjective(layout, objectiveId);
      const args = ['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit];
      return git.list({ args, cwd: mirror, gitDir: mirror });
    },
    async readFile({ objectiveId, commit, path }) {
      const { mirror } = await findObjective(layout, objectiveId);
      return readFileAt(git, files, { mirror, commit, path });
    },
    async changedFiles({ objectiveId, from, to }) {
      const { mirror } = await findObjective(layout, objectiveId);
      const args = ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', from, to, '--'];
      return git.list({ args, cwd: mirror, gitDir: mirror });
    },
    async diff({ objectiveId, from, to, maxBytes }) {
      const { mirror } = await findObjective(layout, objectiveId);
      const args = [
        'diff',
        '--no-color',
        '--no-ext-diff',
        '--no-textconv',
        '--submodule=short',
        from,
        to,
        '--',
      ];
      return git.text({ args, cwd: mirror, gitDir: mirror, maxOutputBytes: maxBytes });
    },
  };
}

/** A file as a commit has it; reviews and comparisons read the same ones of the same commit over and over. */
async function readFileAt(
  git: Git,
  files: Remembered,
  at: { readonly mirror: string; readonly commit: string; readonly path: string },
): Promise<string | null> {
  const { mirror, commit, path } = at;
  const list = (): Promise<string> =>
    git.text({ args: ['ls-tree', '-z', '--full-tree', commit, '--', path], cwd: mirror, gitDir: mirror });
  // A name that is no hash may mean another commit the next time.
  const listed = isHash(commit) ? await files.of(`${mirror}\0${commit}\0${path}`, list) : await list();
  const [, blob, name] = /^100[0-7]{3} blob ([0-9a-f]+)\t(.*)$/s.exec(listed.split('\0')[0] ?? '') ?? [];
  if (blob === undefined || name !== path) return null;
  return files.of(`${mirror}\0${blob}`, async () => {
    const content = await git.run({
      args: ['cat-file', 'blob', blob],
      cwd: mirror,
      gitDir: mirror,
      maxOutputBytes: FILE_BYTES,
    });
    if (content.code !== 0 || content.stdoutBytes > FILE_BYTES) {
      throw new WorkspaceError(
        'git-failed',
        `The file ${path} of ${commit} cannot be read or is too large.`,
        [path],
      );
    }
    return content.stdout;
  });
}

function isHash(commit: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit);
}

interface Origin {
  /** What git fetches from. */
  readonly address: string;
  readonly shown: string;
  readonly network: boolean;
  readonly format: 'sha1' | 'sha256';
}

async function openOrigin(tools: Tools, objectiveId: string, source: RepositorySource): Promise<Origin> {
  switch (source.kind) {
    case 'url':
      return { address: source.url, shown: withoutCredentials(source.url), network: true, format: 'sha1' };
    case 'path': {
      const target = await findTarget(tools.git, source.path);
      return { address: target.commonDir, shown: source.path, network: false, format: target.format };
    }
    case 'sample': {
      const path = tools.layout.sample(objectiveId);
      await tools.samples.materialise(tools.samples.folderOf(source.name), path);
      return { address: path, shown: path, network: false, format: 'sha1' };
    }
    default:
      return assertNever(source, 'repository source');
  }
}

async function fetchBase(
  { git }: Tools,
  request: { mirror: string; origin: Origin; objectiveId: string; baseCommit: string },
): Promise<void> {
  const { mirror, origin, objectiveId, baseCommit } = request;
  const how = { network: origin.network };
  const base = refs.base(objectiveId);
  const exact = await git.run(fetchInto(mirror, origin.address, [`+${baseCommit}:${base}`], how));
  if (exact.code === 0) return;
  // Some servers give only what a branch or tag points to; then the commit may be behind one.
  const seen = refs.seen(objectiveId);
  const all = [`+refs/heads/*:${seen}/heads/*`, `+refs/tags/*:${seen}/tags/*`];
  const wide = await git.run(fetchInto(mirror, origin.address, all, how));
  const there = await git.run({
    args: ['cat-file', '-e', `${baseCommit}^{commit}`],
    cwd: mirror,
    gitDir: mirror,
  });
  if (there.code === 0) {
    await git.text({ args: ['update-ref', base, baseCommit], cwd: mirror, gitDir: mirror });
    return;
  }
  if (/No space left on device/i.test(exact.stderr)) {
    throw new WorkspaceError(
      'no-space',
      `There is no disk space left for a copy of ${origin.shown}; free some.`,
    );
  }
  throw wide.code === 0
    ? new RepositoryError(
        'unknown-ref',
        `The commit ${baseCommit} is not in ${origin.shown} any more; start the objective again from one that is.`,
      )
    : new RepositoryError(
        'unreachable',
        `The repository ${origin.shown} cannot be read (${lastWords(wide.stderr)}); check it and your access to it.`,
      );
}

/**
 * The integration branch of an objective that this host knows; null where it does not. One that somebody deleted is
 * put back where it was seen last, which the next merge tells.
 */
async function headHere(tools: Tools, objectiveId: string): Promise<string | null> {
  const { git, layout, shared } = tools;
  const found = await lookUpObjective(layout, objectiveId);
  if (found === undefined) return null;
  const { mirror } = found;
  const branch = refs.integration(objectiveId);
  const read = async (ref: string): Promise<string | null> => {
    const args = ['rev-parse', '--verify', '--quiet', ref];
    const run = await git.run({ args, cwd: mirror, gitDir: mirror });
    return run.code === 0 ? run.stdout.trim() : null;
  };
  const head = await read(branch);
  if (head !== null) return head;
  const known = await read(refs.known(objectiveId));
  if (known === null || (await shared.pull(mirror, branch))) return read(branch);
  await git.text({
    args: ['update-ref', '--stdin'],
    cwd: mirror,
    gitDir: mirror,
    stdin: `update ${branch} ${known}\nupdate ${refs.restored(objectiveId)} ${known}\n`,
  });
  await shared.push(mirror, branch, known, null);
  return known;
}
