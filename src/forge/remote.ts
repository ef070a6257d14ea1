/** A repository on a host, as its address names it. */
export interface Remote {
  readonly host: string;
  /** Where pages and APIs of the host are: `https://github.example.com`, with the port of an HTTP address. */
  readonly web: string;
  /** `owner/name`, on GitLab with the groups above it. */
  readonly path: string;
}

const URL_FORM = /^(https?|ssh|git):\/\/(?:[^/@]*@)?([^/:@]+|\[[0-9a-f:]+\])(?::(\d{1,5}))?\/(.+)$/i;
const SCP_FORM = /^(?:[^/\s@:]+@)?([^/\s:@]+):(?!\/\/)(.+)$/;
const SEGMENT = /^[\w.-]+$/;

/** Reads `https://host/owner/name.git`, `ssh://git@host/owner/name` and `git@host:owner/name`; null for anything else. */
export function readRemote(address: string): Remote | null {
  const url = URL_FORM.exec(address);
  if (url !== null) {
    const [, protocol = '', host = '', port, path = ''] = url;
    const scheme = protocol.toLowerCase();
    // The port of ssh says nothing about where pages are.
    const isWeb = scheme === 'http' || scheme === 'https';
    const authority = `${host.toLowerCase()}${isWeb && port !== undefined ? `:${port}` : ''}`;
    return remoteOf(host, `${scheme === 'http' ? 'http' : 'https'}://${authority}`, path);
  }
  const scp = /^[./]/.test(address) ? null : SCP_FORM.exec(address);
  if (scp === null) return null;
  const [, host = '', path = ''] = scp;
  return remoteOf(host, `https://${host.toLowerCase()}`, path);
}

function remoteOf(host: string, web: string, rawPath: string): Remote | null {
  const path = rawPath
    .replace(/[?#].*$/, '')
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/, '');
  const parts = path.split('/');
  if (parts.length < 2 || parts.some((part) => !SEGMENT.test(part) || /^\.+$/.test(part))) return null;
  return { host: host.toLowerCase(), web, path };
}
