const INTERVAL_MS = 60_000;

/**
 * Logs what the process uses, now and every minute until the app closes: memory that only grows shows here first.
 *
 * @param {Pick<import('fastify').FastifyInstance, 'log' | 'server'>} app
 */
export function logProcessFigures({ log, server }) {
  const report = () => {
    const { rss, heapUsed } = process.memoryUsage();
    log.info({ memory: { rssBytes: rss, heapUsedBytes: heapUsed } }, 'process figures');
  };
  report();
  const timer = setInterval(report, INTERVAL_MS);
  timer.unref();
  server.once('close', () => clearInterval(timer));
}
