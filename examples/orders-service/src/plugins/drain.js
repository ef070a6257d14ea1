/**
 * While the service shuts down, tells clients to open their next connection elsewhere; a kept-alive
 * connection would hold the shutdown up until it times out.
 *
 * @param {import('fastify').FastifyInstance} app
 */
export function drain(app) {
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    // For responses whose headers are out already but which are not finished.
    app.server.keepAliveTimeout = 1;
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
}
