import { Problem } from '../http/problem.js';
import { createAccountRepository } from './repository.js';
import { account } from './schemas.js';

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {import('../app.js').Dependencies} dependencies
 */
export async function accountRoutes(app, { pool }) {
  const repository = createAccountRepository(pool);
  app.addHook('onRequest', app.authenticate);

  app.get('', { schema: { response: { 200: account } } }, async (request) => {
    const found = await repository.find(request.user);
    if (!found) throw new Problem(401, 'session-over', 'The session is over; sign in again.');
    return { ...found, createdAt: found.createdAt.toISOString() };
  });
}
