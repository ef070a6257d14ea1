/** Paths that are replaced in every log line, wherever a caller of the logger put them. */
const REDACTED = ['password', 'token', 'accessToken', 'refreshToken', 'secret', 'authorization', 'cookie'];

/**
 * Structured logs: one JSON object a line, secrets replaced.
 *
 * @param {{ logLevel: string }} config
 * @param {import('node:stream').Writable} [stream] Standard output when left out.
 */
export function loggerOptions({ logLevel }, stream) {
  return {
    level: logLevel,
    ...(stream ? { stream } : {}),
    redact: {
      paths: REDACTED.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
      censor: '[redacted]',
    },
  };
}
