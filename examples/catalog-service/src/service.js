import { once } from 'node:events';
import { buildApp } from './app.js';
import { createHttpServer } from './http/server.js';
import { createLogger, errorFields } from './logging.js';
import { readCatalogue } from './store/catalogue.js';
import { memoryJournal, openJournal } from './store/journal.js';
import { openStore } from './store/store.js';

/**
 * Opens the data and starts to listen. `close` lets running requests finish, then closes the journal.
 *
 * @param {import('./config.js').Config} config
 * @param {{ log?: ReturnType<typeof createLogger>, listen?: import('node:net').ListenOptions }} [options]
 */
export async function startService(config, { log = createLogger({ level: config.logLevel }), listen } = {}) {
  if (config.journalFile === null)
    log.warn({}, 'JOURNAL_FILE is not set: what is written is lost at the end');
  const catalogue = await readCatalogue(config.catalogFile);
  const journal = config.journalFile === null ? memoryJournal() : await openJournal(config.journalFile);
  try {
    const store = await openStore({ catalogue, journal });
    const server = createHttpServer(buildApp({ store, config, log }), config);
    server.listen(listen ?? { host: config.host, port: config.port });
    await once(server, 'listening');
    log.info({ address: server.address() }, 'listening');
    return {
      server,
      log,
      async close() {
        const closed = once(server, 'close');
        server.close();
        server.closeIdleConnections();
        await closed;
        await journal.close();
      },
    };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

/**
 * Ends the process in order on SIGTERM or SIGINT, and by force when that takes too long.
 *
 * @param {{ close: () => Promise<void>, log: ReturnType<typeof createLogger> }} service
 * @param {{ timeoutMs: number, host?: Pick<NodeJS.Process, 'once' | 'exit'> }} options
 */
export function closeOnSignals({ close, log }, { timeoutMs, host = process }) {
  let closing = false;
  const end = async (signal) => {
    if (closing) return;
    closing = true;
    log.info({ signal }, 'shutting down');
    const timer = setTimeout(() => {
      log.error({ timeoutMs }, 'requests did not finish in time');
      host.exit(1);
    }, timeoutMs);
    timer.unref();
    try {
      await close();
      clearTimeout(timer);
      host.exit(0);
    } catch (error) {
      log.error(errorFields(error), 'shutdown failed');
      host.exit(1);
    }
  };
  host.once('SIGTERM', end);
  host.once('SIGINT', end);
}
