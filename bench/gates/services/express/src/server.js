import { buildApp } from './app.js';
import { loadConfig } from './config.js';
import { createPool } from './db.js';
import { log } from './log.js';

let config;
try {
  config = loadConfig(process.env);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
const pool = createPool(config.databaseUrl);
const server = buildApp({ pool, config }).listen(config.port, '127.0.0.1', () => {
  log('info', { port: server.address().port, message: 'listening' });
});
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close(() => void pool.end());
    server.closeIdleConnections();
  });
}
