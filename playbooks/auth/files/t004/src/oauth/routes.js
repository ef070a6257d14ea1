import { createOAuthClient } from './client.js';
import { readCookie, writeCookie } from './cookie.js';
import { PROVIDERS } from './providers.js';
import { createOAuthRepository } from './repository.js';
import { callbackQuery, providerParams } from './schemas.js';
import { createOAuthService } from './service.js';

const LIMIT = { rateLimit: { max: 30, windowMs: 60_000 } };

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {import('../app.js').Dependencies} dependencies
 */
export async function oauthRoutes(app, { pool, config, fetch }) {
  const { publicUrl, returnUrl, credentials } = config.oauth;
  const clients = new Map(
    Object.entries(credentials).map(([name, its]) => {
      const redirectUri = new URL(`/v1/auth/oauth/${name}/callback`, publicUrl).href;
      const provider = PROVIDERS[name];
      return [name, createOAuthClient({ provider, credentials: its, redirectUri, fetch })];
    }),
  );
  const service = createOAuthService({ repository: createOAuthRepository(pool), clients });

  app.get('/:provider', { schema: { params: providerParams }, config: LIMIT }, async (request, reply) => {
    const { provider } = request.params;
    const { url, ...begun } = service.begin(provider);
    return reply.header('set-cookie', writeCookie(provider, begun)).redirect(url, 302);
  });

  app.get(
    '/:provider/callback',
    { schema: { params: providerParams, querystring: callbackQuery }, config: LIMIT },
    async (request, reply) => {
      const { provider } = request.params;
      const begun = readCookie(provider, request.headers.cookie);
      if (begun) reply.header('set-cookie', writeCookie(provider, null));
      const grant = await service.finish(provider, request.query, begun);
      // A fragment is sent to no server and stands in no log.
      const target = new URL(returnUrl);
      target.hash = new URLSearchParams({ grant }).toString();
      return reply.header('referrer-policy', 'no-referrer').redirect(target.href, 302);
    },
  );
}
