import { Problem } from '../http/problem.js';

const RESPONSE = {
  type: 'object',
  required: ['status'],
  properties: { status: { type: 'string', const: 'ok' } },
};

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {import('../app.js').Dependencies} dependencies
 */
export async function healthRoutes(app, { pool }) {
  // Load balancers ask often and from one address, so this route leaves the rate limit.
  app.get('', { schema: { response: { 200: RESPONSE } }, config: { rateLimit: false } }, async (request) => {
    try {
      await pool.query('select 1');
    } catch (error) {
      request.log.error({ err: error }, 'the database does not answer');
      throw new Problem(503, 'database-unavailable', 'The database does not answer.');
    }
    return { status: 'ok' };
  });
}
