import { resolve } from 'node:path';
import { assertNever } from '../domain/assert-never';
import type { Repositories } from '../ports/workspace';
import { RepositoryError } from './errors';
import { type Git, lastWords } from './git-command';
import { findObjective } from './mirror';
import { isAddress, isUsableAddress, withoutCredentials } from './repository-identity';
import type { Tools } from './tools';

interface Push {
  readonly mirror: string;
  readonly address: string;
  readonly commit: string;
  readonly branch: string;
  readonly credentials?: { readonly username: string; readonly password: string } | null;
}

/** What git says where it knows no name and password, or wrong ones. */
const NOT_LET_IN =
  /could not read Username|Authentication failed|terminal prompts disabled|returned error: 40[13]|HTTP 40[13]/i;

/** Where a source is pushed to, and pushing there. */
export function createPushing(tools: Tools): Pick<Repositories, 'origin' | 'push'> {
  const { git, layout } = tools;
  return {
    origin: async ({ objectiveId, source }) => {
      switch (source.kind) {
        case 'url':
          return source.url;
        case 'sample':
          return originOf(git, layout.sample(objectiveId));
        case 'path':
          return originOf(git, source.path);
        default:
          return assertNever(source, 'source');
      }
    },
    push: async ({ objectiveId, ...push }) => {
      const { mirror } = await findObjective(layout, objectiveId);
      await pushTo(git, { mirror, ...push });
    },
  };
}

/** Where a source that is on disk is pushed to. @throws RepositoryError where it has no such place */
export async function requireOrigin(git: Git, path: string, branch: string): Promise<string> {
  const address = await originOf(git, path);
  if (address !== null) return address;
  throw new RepositoryError(
    'push-failed',
    `The branch ${branch} is in ${path} but was not pushed: there is no usable remote "origin"; push it yourself.`,
  );
}

async function originOf(git: Git, path: string): Promise<string | null> {
  const origin = await git.run({ args: ['config', '--get', 'remote.origin.url'], cwd: path });
  const address = origin.stdout.trim();
  if (address === '' || (isAddress(address) ? !isUsableAddress(address) : address.startsWith('-')))
    return null;
  return isAddress(address) ? address : resolve(path, address);
}

/** From the mirror and not from the user's repository, whose pre-push hook and settings must not run. */
export async function pushTo(git: Git, push: Push): Promise<void> {
  const { mirror, address, commit, branch, credentials } = push;
  const args = [
    'push',
    '--quiet',
    '--no-verify',
    '--recurse-submodules=no',
    '--receive-pack=git-receive-pack',
    '--',
  ];
  const call = {
    args: [...args, address, `${commit}:refs/heads/${branch}`],
    cwd: mirror,
    gitDir: mirror,
    network: true,
  };
  let run = await git.run(call);
  const header = credentials === null || credentials === undefined ? null : headerFor(address, credentials);
  if (run.code !== 0 && header !== null && NOT_LET_IN.test(run.stderr))
    run = await git.run({ ...call, env: header });
  if (run.code === 0) return;
  throw new RepositoryError(
    'push-failed',
    `The branch ${branch} could not be pushed to ${withoutCredentials(address)} (${lastWords(run.stderr)}); mend the cause and push it yourself.`,
  );
}

/** Through the environment, since arguments can be seen by others; for this host alone. */
function headerFor(
  address: string,
  { username, password }: NonNullable<Push['credentials']>,
): Record<string, string> | null {
  const host = /^(https?:\/\/)(?:[^/@]*@)?([^/]+)/i.exec(address);
  if (host === null) return null;
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return {
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: `http.${host[1] ?? ''}${host[2] ?? ''}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
    // Where a redirect leads, the token has no business.
    GIT_CONFIG_KEY_1: 'http.followRedirects',
    GIT_CONFIG_VALUE_1: 'false',
  };
}
