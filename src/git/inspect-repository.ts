import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { RepositorySource } from '../domain/objective/objective';
import { RepositoryError } from './errors';
import { type Git, lastWords } from './git-command';
import {
  holdsPassword,
  isAddress,
  isUsableAddress,
  normaliseAddress,
  withoutCredentials,
} from './repository-identity';
import { type SampleMaker, versionOfSample } from './sample';
import { type Target, findTarget } from './target';

/** What there is to know of a repository before an objective on it gets its id. */
export interface Inspection {
  readonly source: RepositorySource;
  readonly identity: string;
  /** As asked for, else the branch that is checked out, or `HEAD` where none is. */
  readonly baseRef: string;
  readonly baseCommit: string;
  /** There are changes or new files that no commit holds; the objective will not see them. */
  readonly dirty: boolean;
}

const COMMIT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Looks at the repository a user named, by absolute path or address, without changing anything in it.
 * @throws RepositoryError with one sentence for everything that makes it unusable.
 */
export async function inspectRepository(
  git: Git,
  pathOrUrl: string,
  baseRef: string | null,
): Promise<Inspection> {
  if (baseRef !== null && (baseRef === '' || baseRef.startsWith('-') || /[\s\0]/.test(baseRef))) {
    throw unknownRef(baseRef, withoutCredentials(pathOrUrl));
  }
  const isThere = await stat(pathOrUrl).then(
    () => true,
    () => false,
  );
  return isThere || !isAddress(pathOrUrl)
    ? inspectPath(git, resolve(pathOrUrl), baseRef)
    : inspectUrl(git, pathOrUrl, baseRef);
}

/** A bundled service: its identity is its version, its base commit is the same each time. */
export async function inspectSample(samples: SampleMaker, name: string): Promise<Inspection> {
  const path = samples.folderOf(name);
  const version = await versionOfSample(path);
  return {
    source: { kind: 'sample', name, version },
    identity: `sample:${name}@${version}`,
    baseRef: 'main',
    baseCommit: await samples.commitOf(path),
    dirty: false,
  };
}

async function inspectPath(git: Git, path: string, baseRef: string | null): Promise<Inspection> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new RepositoryError('missing', `There is nothing at ${path}; give the path of a git repository.`);
  }
  if (!found.isDirectory()) {
    throw new RepositoryError('not-a-directory', `${path} is a file; give the folder of a git repository.`);
  }
  const real = await realpath(path);
  const target = await findTarget(git, real);
  const head = await git.run({ args: ['symbolic-ref', '--quiet', '--short', 'HEAD'], cwd: real });
  return {
    source: { kind: 'path', path: real },
    identity: await identityOf(git, real, target),
    baseRef: baseRef ?? (head.code === 0 ? head.stdout.trim() : 'HEAD'),
    baseCommit: await commitOf(git, real, baseRef),
    dirty: !target.bare && (await isDirty(git, real)),
  };
}

async function identityOf(git: Git, path: string, target: Target): Promise<string> {
  const origin = await git.run({ args: ['config', '--get', 'remote.origin.url'], cwd: path });
  const address = origin.code === 0 ? origin.stdout.trim() : '';
  if (address === '') return realpath(target.commonDir);
  if (isAddress(address)) return normaliseAddress(address);
  return isAbsolute(address) ? address : resolve(target.commonDir, address);
}

async function commitOf(git: Git, path: string, baseRef: string | null): Promise<string> {
  for (const name of baseRef === null ? ['HEAD'] : [baseRef, `refs/remotes/origin/${baseRef}`]) {
    const run = await git.run({ args: ['rev-parse', '--verify', '--quiet', `${name}^{commit}`], cwd: path });
    if (run.code === 0) return run.stdout.trim();
  }
  const any = await git.text({ args: ['for-each-ref', '--count=1', '--format=%(refname)'], cwd: path });
  if (any === '') {
    throw new RepositoryError(
      'no-commits',
      `The repository at ${path} has no commits; make a first one there.`,
    );
  }
  throw unknownRef(baseRef ?? 'HEAD', path);
}

function unknownRef(ref: string, where: string): RepositoryError {
  return new RepositoryError(
    'unknown-ref',
    `There is no commit named "${ref}" in ${where}; give a branch, tag or commit that exists with --base.`,
  );
}

async function isDirty(git: Git, path: string): Promise<boolean> {
  const args = ['status', '--porcelain', '-z', '--no-renames', '--ignore-submodules=all'];
  const run = await git.run({ args, cwd: path, env: await withoutFilters(git, path), maxOutputBytes: 4096 });
  return run.code === 0 && run.stdoutBytes > 0;
}

// "git status" compares contents through the repository's own filter commands. Given as variables and not with
// `-c`, because a driver's name may hold an equals sign.
async function withoutFilters(git: Git, path: string): Promise<Record<string, string>> {
  const args = [
    'config',
    '--name-only',
    '-z',
    '--get-regexp',
    '^filter\\..*\\.(clean|smudge|process|required)$',
  ];
  const run = await git.run({ args, cwd: path });
  const names = [...new Set(run.stdout.split('\0').filter((name) => name !== ''))];
  const env: Record<string, string> = { GIT_CONFIG_COUNT: String(names.length) };
  names.forEach((name, index) => {
    env[`GIT_CONFIG_KEY_${String(index)}`] = name;
    env[`GIT_CONFIG_VALUE_${String(index)}`] = name.endsWith('.required') ? 'false' : '';
  });
  return env;
}

async function inspectUrl(git: Git, url: string, baseRef: string | null): Promise<Inspection> {
  const shown = withoutCredentials(url);
  if (!isUsableAddress(url)) {
    throw new RepositoryError(
      'bad-address',
      `The address ${shown} cannot be used; give one with https, ssh, git or file, such as https://host/owner/name.`,
    );
  }
  if (holdsPassword(url)) {
    throw new RepositoryError(
      'bad-address',
      `The address of ${shown} holds a password or a token, which would stand in the history of the objective; leave it out (git asks its credential helper).`,
    );
  }
  const run = await git.run({
    args: ['ls-remote', '--quiet', '--symref', '--upload-pack=git-upload-pack', '--', url],
    cwd: '/',
    network: true,
    maxOutputBytes: 64 * 1024 * 1024,
  });
  if (run.code !== 0) {
    throw new RepositoryError(
      'unreachable',
      `The repository ${shown} cannot be read (${lastWords(run.stderr)}); check the address and your access to it.`,
    );
  }
  const advertised = parseAdvertisement(run.stdout);
  if (advertised.commits.size === 0) {
    throw new RepositoryError(
      'no-commits',
      `The repository ${shown} has no commits; push a first one there.`,
    );
  }
  const baseCommit = commitAdvertised(advertised.commits, baseRef);
  if (baseCommit === undefined) throw unknownRef(baseRef ?? 'HEAD', shown);
  return {
    source: { kind: 'url', url },
    identity: normaliseAddress(url),
    baseRef: baseRef ?? advertised.head ?? 'HEAD',
    baseCommit,
    dirty: false,
  };
}

function parseAdvertisement(text: string): { head: string | undefined; commits: Map<string, string> } {
  const commits = new Map<string, string>();
  let head: string | undefined;
  for (const line of text.split('\n')) {
    const [value = '', name = ''] = line.split('\t');
    if (COMMIT_ID.test(value)) commits.set(name, value);
    else if (name === 'HEAD') head = /^ref: refs\/heads\/(.+)$/.exec(value)?.[1];
  }
  return { head, commits };
}

function commitAdvertised(commits: ReadonlyMap<string, string>, ref: string | null): string | undefined {
  if (ref === null) return commits.get('HEAD');
  const names = [`refs/tags/${ref}^{}`, ref, `refs/${ref}`, `refs/tags/${ref}`, `refs/heads/${ref}`];
  const known = names.map((name) => commits.get(name)).find((commit) => commit !== undefined);
  // A full id need not be the tip of anything; whether it exists is seen when it is fetched.
  return known ?? (COMMIT_ID.test(ref) ? ref : undefined);
}
