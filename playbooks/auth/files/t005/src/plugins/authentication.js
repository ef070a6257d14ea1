import { errors, jwtVerify } from 'jose';
import { ACCESS_TOKEN } from '../auth/access-tokens.js';
import { createSigningKeys } from '../auth/signing-keys.js';
import { Problem } from '../http/problem.js';

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/**
 * Gives the app `authenticate`, an `onRequest` hook for routes and route modules that need a user:
 * `app.addHook('onRequest', app.authenticate)`. It sets `request.user` or refuses with 401. The database is not
 * asked, so an access token stays good until it expires, also after its session ended.
 *
 * @param {import('fastify').FastifyInstance} app
 * @param {import('../app.js').Dependencies} dependencies
 */
export function authentication(app, { config }) {
  const keys = new Map(createSigningKeys(config.auth.secrets).map(({ id, key }) => [id, key]));

  /** @returns {Promise<{ id: string, sessionId: string }>} */
  async function verify(token) {
    const { payload } = await jwtVerify(token, ({ kid }) => keys.get(kid) ?? unknownKey(), {
      // Named, so that a token cannot choose how it is verified.
      algorithms: [ACCESS_TOKEN.algorithm],
      typ: ACCESS_TOKEN.type,
      issuer: ACCESS_TOKEN.issuer,
      audience: ACCESS_TOKEN.audience,
      requiredClaims: ['sub', 'sid', 'iat', 'exp'],
    });
    return { id: payload.sub, sessionId: payload.sid };
  }

  app.decorateRequest('user', null);
  app.decorate('authenticate', async (request) => {
    const [, token] = BEARER.exec(request.headers.authorization ?? '') ?? [];
    if (!token) throw new Problem(401, 'unauthenticated', 'Send an access token as a bearer token.');
    try {
      request.user = await verify(token);
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      request.log.info({ reason: error.code }, 'access token refused');
      throw new Problem(401, 'invalid-access-token', 'The access token is not valid or has expired.');
    }
  });

  // RFC 9110 wants every 401 to say how to authenticate.
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode === 401) reply.header('www-authenticate', 'Bearer');
    done(null, payload);
  });
}

function unknownKey() {
  throw new errors.JWKSNoMatchingKey();
}
