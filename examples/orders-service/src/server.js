import { ConfigError, loadConfig } from './config.js';
import { closeOnSignals, startService } from './service.js';

try {
  const config = loadConfig(process.env);
  const app = await startService(config);
  closeOnSignals(app, { timeoutMs: config.shutdownTimeoutMs });
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
