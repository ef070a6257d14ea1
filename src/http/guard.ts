import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Why a request is turned away before anything of it is read. */
export interface Refusal {
  readonly status: 401 | 403 | 429;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Failed tries of one address within the window, above which nothing of it is looked at any more. */
const MOST_FAILURES = 10;
const WINDOW_MS = 60_000;
/** Addresses remembered; beyond it the ones whose window is over are forgotten. */
const MOST_ADDRESSES = 1_000;

/**
 * Lets through what names this server as itself and has the token.
 * @param host as bound; a request must name it, an address, or localhost. A page that rebinds its own name to this
 *   address names itself, and is turned away (MCP, "Security Warning" of the streamable HTTP transport)
 */
export function createGuard(options: {
  readonly token: string;
  readonly host: string;
  readonly now?: () => number;
}): (request: Pick<IncomingMessage, 'headers' | 'socket'>) => Refusal | null {
  const { host, now = () => performance.now() } = options;
  const expected = digest(options.token);
  const failures = new Map<string, { count: number; since: number }>();
  const isOurs = (name: string): boolean =>
    name === host || name === 'localhost' || (isIP(name) !== 0 && (!isLoopback(host) || isLoopback(name)));

  return ({ headers, socket }) => {
    const named = hostnameOf(`http://${headers.host ?? ''}`);
    if (named === null || !isOurs(named)) return refusal(403, 'The Host header does not name this server.');
    const { origin } = headers;
    if (origin !== undefined && !isOurs(hostnameOf(origin) ?? ''))
      return refusal(403, 'Pages of this origin may not speak to this server.');
    const address = socket.remoteAddress ?? '';
    const before = failures.get(address);
    const recent = before !== undefined && now() - before.since < WINDOW_MS ? before : null;
    if (recent !== null && recent.count >= MOST_FAILURES) {
      const seconds = Math.ceil((WINDOW_MS - (now() - recent.since)) / 1000);
      return refusal(429, 'Too many tries with a wrong token; wait and try again.', {
        'retry-after': String(seconds),
      });
    }
    const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return null;
    if (failures.size >= MOST_ADDRESSES) forgetOld(failures, now());
    failures.set(address, { count: (recent?.count ?? 0) + 1, since: recent?.since ?? now() });
    return refusal(401, 'The token is missing or wrong; send it as Authorization: Bearer <token>.', {
      'www-authenticate': 'Bearer',
    });
  };
}

/** Digests are of one length, so that comparing them tells nothing of the token's. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function refusal(
  status: Refusal['status'],
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return { status, message, headers };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function hostnameOf(address: string): string | null {
  const { hostname } = URL.canParse(address) ? new URL(address) : { hostname: '' };
  return hostname === '' ? null : hostname.replace(/^\[|\]$/g, '');
}

function forgetOld(failures: Map<string, { readonly since: number }>, at: number): void {
  for (const [address, { since }] of failures) if (at - since >= WINDOW_MS) failures.delete(address);
}
