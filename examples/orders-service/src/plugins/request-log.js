/**
 * One line per request. The query string stays out of it: it may carry codes and tokens.
 *
 * @param {import('fastify').FastifyInstance} app
 */
export function requestLog(app) {
  app.addHook('onResponse', (request, reply, done) => {
    request.log.info(
      {
        method: request.method,
        path: request.url.split('?', 1)[0],
        route: request.routeOptions.url,
        statusCode: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request completed',
    );
    done();
  });
}
