import type { IncomingMessage } from 'node:http';
import { createFailureCount } from './failures';
import { hostnameOf, ownNames } from './names';
import { refusal, type Refusal } from './refusal';
import { isSecret } from './secret';

/** Lets through what names this server as itself; a page of elsewhere does not. */
export function createNameCheck(host: string): (request: Pick<IncomingMessage, 'headers'>) => Refusal | null {
  const isOurs = ownNames(host);
  return ({ headers }) => {
    const named = hostnameOf(`http://${headers.host ?? ''}`);
    if (named === null || !isOurs(named)) return refusal(403, 'The Host header does not name this server.');
    const { origin } = headers;
    return origin !== undefined && !isOurs(hostnameOf(origin) ?? '')
      ? refusal(403, 'Pages of this origin may not speak to this server.')
      : null;
  };
}

/**
 * Lets through what names this server as itself and has the token.
 * @param host as bound
 */
export function createGuard(options: {
  readonly token: string;
  readonly host: string;
  readonly now?: () => number;
}): (request: Pick<IncomingMessage, 'headers' | 'socket'>) => Refusal | null {
  const misnamed = createNameCheck(options.host);
  const failures = createFailureCount(options.now);
  return (request) => {
    const wrong = misnamed(request);
    if (wrong !== null) return wrong;
    const address = request.socket.remoteAddress ?? '';
    const locked = failures.tooMany(address);
    if (locked !== null) return locked;
    const { authorization } = request.headers;
    const given = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (given !== undefined && isSecret(given, options.token)) return null;
    // Without any it is no guess: a page's images come so, and would lock out who has the token.
    if (authorization !== undefined) failures.failed(address);
    return refusal(401, 'The token is missing or wrong; send it as Authorization: Bearer <token>.', {
      'www-authenticate': 'Bearer',
    });
  };
}
