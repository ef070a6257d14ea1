import { errorCodeOf } from '../config/error-code';

/** A check got no number; the message says why, and holds no address. */
export class CouldNotAsk extends Error {
  override readonly name = 'CouldNotAsk';
}

/** The code of an error or of what caused it, such as ECONNREFUSED; messages of vendors tell addresses, codes do not. */
export function networkCode(error: unknown): string {
  let current = error;
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth += 1) {
    const code = errorCodeOf(current);
    if (typeof code === 'string' && /^[A-Z0-9_]{3,60}$/.test(code)) return code;
    current = 'cause' in current ? current.cause : undefined;
  }
  return 'no connection';
}
