/**
 * @typedef {object} Config
 * @property {Buffer} tokenSecret Verifies access tokens.
 * @property {string} catalogFile What the shop sells.
 * @property {string | null} journalFile What was written; null keeps it in memory only.
 * @property {string} host
 * @property {number} port
 * @property {string} logLevel
 * @property {number} trustedProxies Number of proxies in front of the service.
 * @property {{ max: number, windowMs: number }} rateLimit Requests per client address.
 * @property {number} shutdownTimeoutMs
 */

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];

/** The service was started with an environment it cannot run on. */
export class ConfigError extends Error {
  name = 'ConfigError';
}

/**
 * The only place that reads the environment. Reports every faulty variable at once.
 *
 * @param {Record<string, string | undefined>} env
 * @returns {Readonly<Config>}
 * @throws {ConfigError}
 */
export function loadConfig(env) {
  const faults = [];

  const secret = (name) => {
    const text = env[name] ?? '';
    // 43 digits hold 32 bytes. Decoding alone would forgive what is no base64.
    if (!/^[A-Za-z0-9+/]{43,}=*$/.test(text))
      faults.push(`${name} must be at least 32 random bytes in base64`);
    return Buffer.from(text, 'base64');
  };
  const integer = (name, fallback, min, max) => {
    const text = env[name] ?? String(fallback);
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      faults.push(`${name} must be a whole number from ${min} to ${max}`);
    }
    return value;
  };
  const oneOf = (name, fallback, choices) => {
    const value = env[name] ?? fallback;
    if (!choices.includes(value)) faults.push(`${name} must be one of ${choices.join(', ')}`);
    return value;
  };

  const config = {
    tokenSecret: secret('TOKEN_SECRET'),
    catalogFile: env.CATALOG_FILE || 'data/catalog.json',
    journalFile: env.JOURNAL_FILE || null,
    host: env.HOST ?? '127.0.0.1',
    port: integer('PORT', 4000, 0, 65_535),
    logLevel: oneOf('LOG_LEVEL', 'info', LOG_LEVELS),
    trustedProxies: integer('TRUSTED_PROXIES', 0, 0, 10),
    rateLimit: {
      max: integer('RATE_LIMIT_MAX', 600, 1, 1_000_000),
      windowMs: integer('RATE_LIMIT_WINDOW_MS', 60_000, 1_000, 3_600_000),
    },
    shutdownTimeoutMs: integer('SHUTDOWN_TIMEOUT_MS', 10_000, 100, 120_000),
  };

  if (faults.length > 0) {
    throw new ConfigError(`The environment is not usable: ${faults.join('; ')}. See the table in README.md.`);
  }
  return Object.freeze(config);
}
