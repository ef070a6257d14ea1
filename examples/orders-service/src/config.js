/**
 * @typedef {object} Config
 * @property {string} databaseUrl PostgreSQL connection string.
 * @property {number} databasePoolSize Connections per process.
 * @property {string} host
 * @property {number} port
 * @property {string} logLevel
 * @property {number} trustedProxies Number of proxies in front of the service.
 * @property {{ max: number, windowMs: number }} rateLimit Requests per client address.
 * @property {number} shutdownTimeoutMs
 */

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

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

  const required = (name) => {
    if (!env[name]) faults.push(`${name} is missing`);
    return env[name] ?? '';
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
    databaseUrl: required('DATABASE_URL'),
    databasePoolSize: integer('DATABASE_POOL_SIZE', 10, 1, 100),
    host: env.HOST ?? '127.0.0.1',
    port: integer('PORT', 3000, 0, 65_535),
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
