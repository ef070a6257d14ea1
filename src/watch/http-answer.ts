import { CouldNotAsk, networkCode } from './could-not-ask';
import { deadline } from '../process/deadline';

/** Largest body read, in bytes. */
const MOST_BYTES = 1024 * 1024;

export interface HttpContext {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** From the request to the last byte of the body. */
  readonly milliseconds: number;
  readonly body: string;
}

/**
 * One GET, without following redirects. `wanted` false leaves the body unread.
 * @throws CouldNotAsk without the address
 */
export async function get(url: string, context: HttpContext, wanted: 'body' | 'status'): Promise<HttpAnswer> {
  const { username, password } = new URL(url);
  if (username !== '' || password !== '') {
    throw new CouldNotAsk(
      'its address carries a user or a password, which no configuration should; leave them out',
    );
  }
  const late = deadline(context.signal, context.timeoutMs);
  const started = performance.now();
  try {
    const response = await fetch(url, { redirect: 'manual', signal: late });
    const body = wanted === 'body' ? await readBody(response) : '';
    if (wanted === 'status') await response.body?.cancel();
    return { status: response.status, milliseconds: performance.now() - started, body };
  } catch (error) {
    if (error instanceof CouldNotAsk) throw error;
    throw new CouldNotAsk(
      late.aborted
        ? `no answer within ${context.timeoutMs / 1000} s`
        : `it cannot be reached (${networkCode(error)})`,
    );
  }
}

async function readBody(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const body = response.body as ReadableStream<Uint8Array> | null;
  for await (const part of body ?? []) {
    bytes += part.byteLength;
    // Leaving the loop cancels the body.
    if (bytes > MOST_BYTES) throw new CouldNotAsk(`it answered with more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Refuses answers that are no success: what they hold says nothing of the value. */
export function requireSuccess({ status }: HttpAnswer): void {
  if (status >= 300 && status < 400) {
    throw new CouldNotAsk(`it answered with status ${status}, a redirect, which is not followed`);
  }
  if (status < 200 || status > 299) throw new CouldNotAsk(`it answered with status ${status}`);
}

/** @throws CouldNotAsk when the body is no JSON */
export function parseJson({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    throw new CouldNotAsk('its body is no JSON', { cause: error });
  }
}
