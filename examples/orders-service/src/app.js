import { randomUUID } from 'node:crypto';
import Fastify, { LogController } from 'fastify';
import { sendProblem } from './http/problem.js';
import { createValidatorCompiler } from './http/validation.js';
import { loggerOptions } from './logging.js';
import { plugins } from './plugins/index.js';
import { routes } from './routes/index.js';

const REQUEST_ID = /^[\w-]{8,64}$/;

/**
 * What route modules and plugins are given.
 *
 * @typedef {object} Dependencies
 * @property {import('pg').Pool} pool
 * @property {import('./config.js').Config} config
 */

/**
 * Builds the service without opening a port; tests talk to it through `app.inject`.
 *
 * @param {Dependencies & {
 *   logger?: import('fastify').FastifyServerOptions['logger'],
 *   onRoute?: (route: import('fastify').RouteOptions) => void,
 * }} options `onRoute` sees every route as it is registered.
 * @returns {import('fastify').FastifyInstance}
 */
export function buildApp({ pool, config, logger = loggerOptions(config), onRoute }) {
  const app = Fastify({
    logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    // A caller's id is kept only when it is harmless to write into a log line.
    genReqId: ({ headers }) =>
      REQUEST_ID.test(headers['x-request-id'] ?? '') ? headers['x-request-id'] : randomUUID(),
    trustProxy: config.trustedProxies > 0 ? config.trustedProxies : false,
    bodyLimit: 256 * 1024,
    frameworkErrors: sendProblem,
  });
  app.setValidatorCompiler(createValidatorCompiler());
  if (onRoute) app.addHook('onRoute', onRoute);

  const dependencies = { pool, config };
  for (const plugin of plugins) plugin(app, dependencies);
  for (const { prefix, module } of routes) app.register(module, { prefix, ...dependencies });
  return app;
}
