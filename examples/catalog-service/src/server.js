import { ConfigError, loadConfig } from './config.js';

try {
  const config = loadConfig(process.env);
  // Loaded after the check, so that a faulty environment is reported at once.
  const { closeOnSignals, startService } = await import('./service.js');
  closeOnSignals(await startService(config), { timeoutMs: config.shutdownTimeoutMs });
} catch (error) {
  const known = error instanceof ConfigError || error.name === 'CatalogueError';
  process.stderr.write(`${known ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
