import { jwtVerify, SignJWT } from 'jose';

const ISSUER = 'notes-service';

export function issueToken(secret, userId) {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(String(userId))
    .setIssuer(ISSUER)
    .setAudience(ISSUER)
    .setExpirationTime('10m')
    .sign(secret);
}

/** The user a token is for; throws when it is not one of ours. */
export async function readToken(secret, token) {
  const { payload } = await jwtVerify(token, secret, {
    algorithms: ['HS256'],
    issuer: ISSUER,
    audience: ISSUER,
  });
  return payload.sub;
}
