import { isIP } from 'node:net';

/**
 * Whether a name is one of this server's: as bound, an address, or localhost. A page that rebinds its own name to this
 * address names itself, and is told apart by that (MCP, "Security Warning" of the streamable HTTP transport).
 * @param host as bound
 */
export function ownNames(host: string): (name: string) => boolean {
  const own = inAddresses(host);
  return (name) =>
    name === own || name === 'localhost' || (isIP(name) !== 0 && (!isLoopback(own) || isLoopback(name)));
}

export function isLoopback(host: string): boolean {
  const name = inAddresses(host);
  return name === 'localhost' || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/** A host as addresses write it: in lower case, in Punycode, IPv6 in its short form; as typed where no address can be made. */
function inAddresses(host: string): string {
  return hostnameOf(`http://${host.includes(':') ? `[${host}]` : host}`) ?? host;
}

/** The name in an address, without the brackets of IPv6; null: it is no address. */
export function hostnameOf(address: string): string | null {
  const { hostname } = URL.canParse(address) ? new URL(address) : { hostname: '' };
  return hostname === '' ? null : hostname.replace(/^\[|\]$/g, '');
}
