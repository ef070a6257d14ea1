import { redactSecrets } from '../process/redact';

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i;
const SCP = /^(?:[^/\s@:]+@)?([^/\s:]+):(?!\/\/)(.*)$/;
/** The shortest tokens in use have 20 characters; no name of a git user is that long by chance. */
const LONGER_THAN_NAMES = 20;
const PROTOCOLS = ['https', 'http', 'ssh', 'git', 'file'];

/** Whether the text is an address rather than a path: `https://…`, `ssh://…`, `user@host:path`. */
export function isAddress(text: string): boolean {
  return SCHEME.test(text) || (SCP.test(text) && !/^[./]/.test(text));
}

/** Whether git may be given this address: a protocol that runs no program named in it, and no option. */
export function isUsableAddress(address: string): boolean {
  if (address.startsWith('-') || /[\s\0]/.test(address) || address.includes('::')) return false;
  const scheme = SCHEME.exec(address);
  if (scheme === null) return SCP.test(address) && !/^[^/]*@?-/.test(address);
  const [, protocol = '', rest = ''] = scheme;
  return PROTOCOLS.includes(protocol.toLowerCase()) && !rest.startsWith('-') && !rest.includes('@-');
}

/**
 * One text for all addresses of a repository: no protocol, no credentials, no default port, no `.git`, host in
 * lower case. `git@github.com:Acme/orders.git` and `https://token@GitHub.com/Acme/orders` give the same.
 */
export function normaliseAddress(address: string): string {
  const scheme = SCHEME.exec(address);
  const scp = scheme === null ? SCP.exec(address) : null;
  const joined = scheme?.[2] ?? (scp === null ? address : `${scp[1] ?? ''}/${scp[2] ?? ''}`);
  const slash = joined.indexOf('/');
  const authority = slash === -1 ? joined : joined.slice(0, slash);
  const path = slash === -1 ? '' : joined.slice(slash + 1);
  const host = authority
    .replace(/^.*@/, '')
    .replace(/:(?:22|80|443|9418)$/, '')
    .toLowerCase();
  const name = path
    .replace(/^\/+/, '')
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  return `${host}/${name}`;
}

/** Whether there is a secret in the address: a password, or a token in the place of the user's name. */
export function holdsPassword(address: string): boolean {
  const [, scheme = '', user = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)@/i.exec(address) ?? [];
  if (user.includes(':') || redactSecrets(user) !== user) return true;
  return /^https?$/i.test(scheme) && user.length >= LONGER_THAN_NAMES;
}

/** The address without user name, password and query, for texts people read. */
export function withoutCredentials(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1').replace(/[?#].*$/, '');
}
