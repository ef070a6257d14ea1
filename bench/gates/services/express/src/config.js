/**
 * The only place that reads the environment.
 *
 * @param {Record<string, string | undefined>} env
 */
export function loadConfig(env) {
  const missing = ['DATABASE_URL', 'SESSION_SECRET'].filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`${missing.join(' and ')} must be set; see .env.example.`);
  return {
    databaseUrl: env.DATABASE_URL,
    sessionSecret: new TextEncoder().encode(env.SESSION_SECRET),
    port: Number(env.PORT ?? 3000),
    rateLimitMax: Number(env.RATE_LIMIT_MAX ?? 600),
    corsOrigins: (env.CORS_ORIGIN ?? '').split(',').filter((origin) => origin !== ''),
  };
}
