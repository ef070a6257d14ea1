import { randomUUID } from 'node:crypto';

/** Writes one JSON line. */
export function log(level, fields) {
  process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), ...fields })}\n`);
}

/** One line per request, without query and bodies: they may carry secrets. */
export function requestLog(request, response, next) {
  const given = request.get('x-request-id') ?? '';
  request.id = /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
  response.set('x-request-id', request.id);
  const startedAt = performance.now();
  response.once('finish', () => {
    log('info', {
      requestId: request.id,
      method: request.method,
      path: request.originalUrl.split('?', 1)[0],
      status: response.statusCode,
      durationMs: Math.round(performance.now() - startedAt),
    });
  });
  next();
}
