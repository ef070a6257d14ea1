import { buildApp } from './app.js';
import { createPool } from './db/pool.js';
import { logProcessFigures } from './process-figures.js';

/**
 * Opens the database pool and starts to listen. Closing the app lets running requests finish and then
 * closes the pool.
 *
 * @param {import('./config.js').Config} config
 * @param {{ logger?: object | false, listen?: import('fastify').FastifyListenOptions }} [options]
 */
export async function startService(config, { logger, listen } = {}) {
  const pool = createPool(config);
  const app = buildApp({ pool, config, logger });
  pool.on('error', (error) => app.log.error({ err: error }, 'idle database connection lost'));
  app.addHook('onClose', () => pool.end());
  app.addHook('onListen', () => logProcessFigures(app));
  try {
    await app.listen(listen ?? { host: config.host, port: config.port });
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

/**
 * Ends the process in order on SIGTERM or SIGINT, and by force when that takes too long.
 *
 * @param {import('fastify').FastifyInstance} app
 * @param {{ timeoutMs: number, host?: Pick<NodeJS.Process, 'once' | 'exit'> }} options
 */
export function closeOnSignals(app, { timeoutMs, host = process }) {
  let closing = false;
  const close = async (signal) => {
    if (closing) return;
    closing = true;
    app.log.info({ signal }, 'shutting down');
    const timer = setTimeout(() => {
      app.log.error({ timeoutMs }, 'requests did not finish in time');
      host.exit(1);
    }, timeoutMs);
    timer.unref();
    try {
      await app.close();
      clearTimeout(timer);
      host.exit(0);
    } catch (error) {
      app.log.error({ err: error }, 'shutdown failed');
      host.exit(1);
    }
  };
  host.once('SIGTERM', close);
  host.once('SIGINT', close);
}
