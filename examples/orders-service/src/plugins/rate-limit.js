import { Problem } from '../http/problem.js';

const MAX_CLIENTS = 50_000;

/**
 * Fixed-window limit per client address. A route sets its own with
 * `config: { rateLimit: { max, windowMs } }` or leaves the limit with `config: { rateLimit: false }`.
 * Counters live in this process: with n instances a client gets up to n times the limit.
 *
 * @param {import('fastify').FastifyInstance} app
 * @param {import('../app.js').Dependencies} dependencies
 */
export function rateLimit(app, { config }) {
  /** @type {Map<string, { count: number, resetAt: number }>} */
  const windows = new Map();

  app.addHook('onRequest', (request, reply, done) => {
    const own = request.routeOptions.config?.rateLimit;
    if (own === false) return done();

    const { max, windowMs } = own ?? config.rateLimit;
    const key = own ? `${request.routeOptions.url} ${request.ip}` : request.ip;
    const now = Date.now();
    let window = windows.get(key);
    if (!window || window.resetAt <= now) {
      if (windows.size >= MAX_CLIENTS) forgetClosed(windows, now);
      window = { count: 0, resetAt: now + windowMs };
      windows.set(key, window);
    }
    window.count += 1;

    const secondsLeft = Math.ceil((window.resetAt - now) / 1000);
    reply.headers({
      'ratelimit-limit': max,
      'ratelimit-remaining': Math.max(0, max - window.count),
      'ratelimit-reset': secondsLeft,
    });
    if (window.count <= max) return done();
    reply.header('retry-after', secondsLeft);
    return done(new Problem(429, 'too-many-requests', `Try again in ${secondsLeft} seconds.`));
  });
}

function forgetClosed(windows, now) {
  for (const [key, window] of windows) if (window.resetAt <= now) windows.delete(key);
  // Under a flood from many addresses nothing has expired yet: memory stays bounded, counting restarts.
  if (windows.size >= MAX_CLIENTS) windows.clear();
}
