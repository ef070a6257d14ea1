import type { FindForge } from '../ports/forge';
import { createGithub } from './github';
import { createGitlab } from './gitlab';
import { readRemote, type Remote } from './remote';

/** What the environment says about forges. Tokens go to the hosts they are for, and to no other. */
export interface ForgeAccess {
  readonly github: {
    /**
     * For the host that `host`, `serverUrl` or `apiUrl` name; where neither of the two addresses is set, for github.com and
     * `*.ghe.com`.
     */
    readonly token: string | undefined;
    /** For github.com and `*.ghe.com`, also in a job of another server, whose own token `token` is. */
    readonly ghToken?: string | undefined;
    /** For any other host. */
    readonly enterpriseToken: string | undefined;
    /** Address of the REST API, where it is not the one that follows from the host. */
    readonly apiUrl: string | undefined;
    /** Address of the server that `apiUrl` is of; undefined: the host of `apiUrl` itself. */
    readonly serverUrl: string | undefined;
    readonly host: string | undefined;
  };
  readonly gitlab: { readonly token: string | undefined; readonly host: string | undefined };
}

/** The forge of an address: GitLab where the host is gitlab.com or named as one, else GitHub. */
export function createFindForge({ github, gitlab }: ForgeAccess): FindForge {
  return (address) => {
    const remote = readRemote(address);
    if (remote === null)
      return { kind: 'none', why: 'the origin is no repository on a host with pull requests' };
    if (remote.web.startsWith('http:') && !isOfThisMachine(remote.host))
      return {
        kind: 'none',
        why: `no token is sent without TLS; give the origin an address that begins with https://${remote.host}/`,
      };
    if (remote.host === 'gitlab.com' || remote.host === hostOf(gitlab.host)) {
      return gitlab.token === undefined
        ? { kind: 'none', why: `set GITLAB_TOKEN to a token with the scope api on ${remote.host}` }
        : {
            kind: 'forge',
            forge: createGitlab({ remote, api: `${remote.web}/api/v4`, token: gitlab.token }),
          };
    }
    const where = githubOf(remote, github);
    if (where === null)
      return {
        kind: 'none',
        why:
          `no token is for ${remote.host}; for GitHub Enterprise set GH_ENTERPRISE_TOKEN, or GITHUB_API_URL and ` +
          'GITHUB_TOKEN; for GitLab set GITLAB_HOST and GITLAB_TOKEN',
      };
    if (where.token === undefined)
      return {
        kind: 'none',
        why: `set ${github.token === undefined ? 'GITHUB_TOKEN (or GH_TOKEN)' : 'GH_TOKEN'} to a token that may write contents and pull requests of ${remote.path}${github.token === undefined ? '' : '; GITHUB_TOKEN is for the server that GITHUB_SERVER_URL or GITHUB_API_URL names'}`,
      };
    const [owner = '', repo = ''] = remote.path.split('/');
    if (remote.path.split('/').length !== 2)
      return { kind: 'none', why: `${remote.path} is no owner/name, as GitHub has it` };
    return {
      kind: 'forge',
      forge: createGithub({ remote, owner, repo, api: where.api, token: where.token }),
    };
  };
}

/** Where the API is and which token is for it; null: no token may go there. */
function githubOf(
  { host, web }: Remote,
  access: ForgeAccess['github'],
): { readonly api: string; readonly token: string | undefined } | null {
  const { token, enterpriseToken, apiUrl, serverUrl } = access;
  // Whoever sets the API's address says where the token may go: to the server beside it, else to the API's own host.
  if (apiUrl !== undefined && (serverUrl === undefined ? isApiOf(apiUrl, host) : hostOf(serverUrl) === host))
    return { api: apiUrl.replace(/\/+$/, ''), token: token ?? enterpriseToken };
  // In a job of another server the token is that server's.
  const own = (serverUrl ?? apiUrl) === undefined || hostOf(serverUrl) === host ? token : access.ghToken;
  if (host === 'github.com') return { api: 'https://api.github.com', token: own };
  if (host.endsWith('.ghe.com')) return { api: `https://api.${host}`, token: own };
  const enterprise = host === hostOf(access.host) ? (enterpriseToken ?? token) : enterpriseToken;
  return enterprise === undefined ? null : { api: `${web}/api/v3`, token: enterprise };
}

/** `https://git.example.com/api/v3`, or with subdomain isolation `https://api.git.example.com`, of `git.example.com`. */
function isApiOf(apiUrl: string, host: string): boolean {
  return [host, `api.${host}`].includes(hostOf(apiUrl) ?? '');
}

const isOfThisMachine = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);

/** The host of an address, or of what may be the name of one. */
function hostOf(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const address = name.includes('://') ? name : `https://${name}`;
  return URL.canParse(address) ? new URL(address).hostname : undefined;
}
