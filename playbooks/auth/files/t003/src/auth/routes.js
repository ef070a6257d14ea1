import { createAccessTokens } from './access-tokens.js';
import { createPasswords } from './passwords.js';
import { createAuthRepository } from './repository.js';
import { credentials, grantRequest, refreshRequest, tokenPair } from './schemas.js';
import { createAuthService } from './service.js';

// Per client address: few tries to guess a password, more for what cannot be guessed.
const GUESSABLE = { rateLimit: { max: 10, windowMs: 60_000 } };
const UNGUESSABLE = { rateLimit: { max: 60, windowMs: 60_000 } };

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {import('../app.js').Dependencies} dependencies
 */
export async function authRoutes(app, { pool, config }) {
  const service = createAuthService({
    repository: createAuthRepository(pool),
    accessTokens: createAccessTokens(config.auth),
    passwords: createPasswords(config.auth.passwordCost),
    sessionTtlS: config.auth.sessionTtlS,
  });
  const answers = { 200: tokenPair };

  app.post('/login', { schema: { body: credentials, response: answers }, config: GUESSABLE }, (request) =>
    service.login(request.body),
  );

  app.post(
    '/exchange',
    { schema: { body: grantRequest, response: answers }, config: UNGUESSABLE },
    (request) => service.exchange(request.body.grant),
  );

  app.post(
    '/refresh',
    { schema: { body: refreshRequest, response: answers }, config: UNGUESSABLE },
    (request) =>
      service.refresh(request.body.refreshToken, {
        onReuse: (sessionId) => request.log.warn({ sessionId }, 'a used refresh token came back; session revoked'),
      }),
  );

  app.post('/logout', { schema: { body: refreshRequest }, config: UNGUESSABLE }, async (request, reply) => {
    await service.logout(request.body.refreshToken);
    return reply.code(204).send();
  });
}
