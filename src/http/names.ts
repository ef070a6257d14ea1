import { isIP } from 'node:net';

/**
 * Whether a name is one of this server's: as bound, an address, or localhost. A page that rebinds its own name to this
 * address names itself, and is told apart by that (MCP, "Security Warning" of the streamable HTTP transport).
 * @param host as bound
 */
export function ownNames(host: string): (name: string) => boolean {
  return (name) =>
    name === host || name === 'localhost' || (isIP(name) !== 0 && (!isLoopback(host) || isLoopback(name)));
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** The name in an address, without the brackets of IPv6; null: it is no address. */
export function hostnameOf(address: string): string | null {
  const { hostname } = URL.canParse(address) ? new URL(address) : { hostname: '' };
  return hostname === '' ? null : hostname.replace(/^\[|\]$/g, '');
}
