import express from 'express';
import { rateLimit } from 'express-rate-limit';
import { requestLog } from './log.js';
import { metrics } from './metrics.js';
import { noteRoutes } from './notes/routes.js';
import { notFound, Problem, problems } from './problem.js';
import { sessionRoutes } from './sessions/routes.js';

/** Builds the service without opening a port. */
export function buildApp({ pool, config }) {
  const app = express();
  app.disable('x-powered-by');
  app.use(requestLog);
  app.use((request, response, next) => {
    response.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    next();
  });
  app.use(cors(config.corsOrigins));
  app.use(
    rateLimit({
      windowMs: 60_000,
      limit: config.rateLimitMax,
      standardHeaders: 'draft-6',
      legacyHeaders: false,
      handler: (request, response, next) =>
        next(new Problem(429, 'Too many requests', 'Try again in a minute.')),
    }),
  );
  app.use(express.json({ limit: '64kb' }));
  app.get('/v1/health', async (request, response) => {
    try {
      await pool.query('SELECT 1');
    } catch {
      throw new Problem(503, 'Unavailable', 'The database does not answer.');
    }
    response.json({ status: 'ok' });
  });
  app.get('/v1/metrics', metrics);
  app.use('/v1/sessions', sessionRoutes({ pool, config }));
  app.use('/v1/notes', noteRoutes({ pool, config }));
  app.use(notFound);
  app.use(problems);
  return app;
}

/** Answers browsers of the origins that are meant, and no others. */
function cors(origins) {
  return (request, response, next) => {
    const origin = request.get('origin');
    response.vary('Origin');
    if (origin === undefined || !origins.includes(origin)) return next();
    response.set('access-control-allow-origin', origin);
    if (request.method !== 'OPTIONS') return next();
    response.set({
      'access-control-allow-methods': 'GET,POST,DELETE',
      'access-control-allow-headers': 'authorization,content-type',
    });
    return response.status(204).end();
  };
}
