import { SignJWT } from 'jose';
import { createSigningKeys } from './signing-keys.js';

/** What every access token of this service says about itself; a verifier must demand the same. */
export const ACCESS_TOKEN = Object.freeze({
  algorithm: 'HS256',
  type: 'at+jwt',
  issuer: 'orders-service',
  audience: 'orders-service',
});

/**
 * @param {import('../config.js').Config['auth']} auth
 * @returns {{ expiresIn: number, issue: (claims: { userId: string, sessionId: string }) => Promise<string> }}
 *   `expiresIn` in seconds.
 */
export function createAccessTokens({ secrets, accessTokenTtlS }) {
  const [{ id, key }] = createSigningKeys(secrets);
  return {
    expiresIn: accessTokenTtlS,

    issue({ userId, sessionId }) {
      return new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: ACCESS_TOKEN.algorithm, typ: ACCESS_TOKEN.type, kid: id })
        .setIssuer(ACCESS_TOKEN.issuer)
        .setAudience(ACCESS_TOKEN.audience)
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime(`${accessTokenTtlS}s`)
        .sign(key);
    },
  };
}
