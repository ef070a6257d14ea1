import { ConfigError, loadConfig } from './config.js';

try {
  const config = loadConfig(process.env);
  // Loaded after the check, so that a faulty environment is reported at once.
  const { closeOnSignals, startService } = await import('./service.js');
  const app = await startService(config);
  closeOnSignals(app, { timeoutMs: config.shutdownTimeoutMs });
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
