import { LOG_LEVELS } from './config.js';

/**
 * Structured logs: one JSON object a line. Callers pass fields that may be read by many; nothing is redacted here,
 * so tokens, variables and texts of customers are not passed at all.
 *
 * @param {{ level: string, write?: (line: string) => void }} options
 * @returns {Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>}
 */
export function createLogger({ level, write = (line) => process.stdout.write(line) }) {
  const threshold = LOG_LEVELS.indexOf(level);
  const at = (name) => (fields, message) => {
    if (LOG_LEVELS.indexOf(name) < threshold) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level: name, message, ...fields })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** An error as fields of a log line. */
export function errorFields(error) {
  return { error: { name: error.name, message: error.message, stack: error.stack } };
}
