/**
 * Headers of every response. Orders are private and change, so no cache may keep them.
 *
 * @param {import('fastify').FastifyInstance} app
 */
export function responseHeaders(app) {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': request.id,
    });
    done();
  });
}
