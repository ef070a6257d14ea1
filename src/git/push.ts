import { resolve } from 'node:path';
import { assertNever } from '../domain/common/assert-never';
import { ForgeFailure } from '../domain/pull-request/forge-failure';
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
  readonly credentials?: Credentials | null;
}

/** What git says where it knows no name and password or key, or wrong ones. */
const NOT_LET_IN =
  /could not read (?:Username|Password)|Authentication failed|terminal prompts disabled|returned error: 40[13]|HTTP 40[13]|Permission denied \((?:publickey|password|keyboard)|Host key verification failed|cannot run ssh/i;

/** What git says where the same again is refused again: commits of others on the branch, a protected one, a rule. */
const REFUSED = /! \[rejected\]|! \[remote rejected\].*\(.*(?:declined|den(?:y|ied)|prohibited)/i;

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

/**
 * From the mirror and not from the user's repository, whose pre-push hook and settings must not run. First as the user's own
 * settings let git in, then with the credentials, over HTTPS. Never by force: what others pushed stays.
 */
export async function pushTo(git: Git, push: Push): Promise<void> {
  const { mirror, address, commit, branch, credentials = null } = push;
  const args = [
    'push',
    '--quiet',
    '--no-verify',
    '--recurse-submodules=no',
    '--receive-pack=git-receive-pack',
    '--',
  ];
  const pushed = (to: string, env: Readonly<Record<string, string>>): ReturnType<Git['run']> =>
    git.run({
      args: [...args, to, `${commit}:refs/heads/${branch}`],
      cwd: mirror,
      gitDir: mirror,
      network: true,
      env,
    });
  const { bare, own } = takenApart(address);
  let run = await pushed(bare, own === null ? {} : headerFor(bare, own));
  const web = overHttps(bare);
  if (run.code !== 0 && credentials !== null && web !== null && NOT_LET_IN.test(run.stderr))
    run = await pushed(web, headerFor(web, credentials));
  if (run.code === 0) return;
  const what = `The branch ${branch} could not be pushed to ${withoutCredentials(address)} (${lastWords(run.stderr)}); mend the cause and push it yourself.`;
  throw REFUSED.test(run.stderr)
    ? new ForgeFailure('Forge.Refused', what)
    : new RepositoryError('push-failed', what);
}

interface Credentials {
  readonly username: string;
  readonly password: string;
}

const WEB = /^(https?:\/\/)([^/:@]*):([^/@]*)@(.*)$/i;
const SSH = /^ssh:\/\/(?:[^/@]*@)?([^/:@]+)(?::\d{1,5})?\/(.+)$/i;
const SCP = /^(?:[^/\s@:]+@)?([^/\s:@]+):(?!\/\/)\/?(.+)$/;

/** A password in the address is no argument: those can be seen by others. */
function takenApart(address: string): { readonly bare: string; readonly own: Credentials | null } {
  const [, scheme, username, password, rest] = WEB.exec(address) ?? [];
  if (scheme === undefined || username === undefined || password === undefined || rest === undefined)
    return { bare: address, own: null };
  return { bare: `${scheme}${rest}`, own: { username: decoded(username), password: decoded(password) } };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The same repository where a token is a key to it; null: there is no such place. */
function overHttps(address: string): string | null {
  if (/^https?:\/\//i.test(address)) return address;
  const [, host, path] =
    SSH.exec(address) ?? (isAddress(address) && !address.includes('://') ? SCP.exec(address) : null) ?? [];
  return host === undefined || path === undefined ? null : `https://${host}/${path}`;
}

/** Through the environment, since arguments can be seen by others; for this host alone. */
function headerFor(address: string, { username, password }: Credentials): Record<string, string> {
  const host = /^(https?:\/\/)(?:[^/@]*@)?([^/]+)/i.exec(address);
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return {
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: `http.${host?.[1] ?? ''}${host?.[2] ?? ''}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
    // Where a redirect leads, the token has no business.
    GIT_CONFIG_KEY_1: 'http.followRedirects',
    GIT_CONFIG_VALUE_1: 'false',
  };
}
