import { createHmac } from 'node:crypto';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { errorCodeOf } from '../config/error-code';
import { deadline } from '../process/deadline';
import { isPublicAddress, NotPublic, publicLookup } from './public-address';

const TIMEOUT_MS = 10_000;
/** As much of an answer that is no success is read. */
const MOST_BYTES = 1024;

export interface PostRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `public`: an address that is not of the public Internet is not called. */
  readonly addresses: 'public' | 'any';
  readonly signal: AbortSignal;
}

export interface PostAnswer {
  readonly status: number;
  /** As the other side asks; null: it does not say. */
  readonly retryAfterMs: number | null;
  /** The beginning of an answer that is no success. */
  readonly text: string;
}

/** Nobody answered. The message is a clause that says why, without the address. */
export class NotReached extends Error {
  override readonly name = 'NotReached';
}

/**
 * Posts JSON to a webhook, once, on a connection of its own. Redirects are not followed, an answer is waited for 10
 * seconds at most and little of it is read. A user and password in the address become basic authorisation.
 * @throws NotReached, or the signal's reason
 */
export async function postJson(request: PostRequest): Promise<PostAnswer> {
  const { signal, addresses } = request;
  const url = new URL(request.url);
  const authorization = authorizationOf(url);
  url.username = '';
  url.password = '';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // Names are checked when they are looked up, which an address in the place of a name is not.
  if (addresses === 'public' && isIP(host) !== 0 && !isPublicAddress(host)) {
    throw new NotReached('its address is not public');
  }
  const late = deadline(signal, TIMEOUT_MS);
  try {
    return await exchange(request, url, authorization, late);
  } catch (error) {
    signal.throwIfAborted();
    throw new NotReached(late.aborted ? `no answer within ${TIMEOUT_MS / 1000} s` : causeOf(error), {
      cause: error,
    });
  }
}

async function exchange(
  { body, headers, addresses }: PostRequest,
  url: URL,
  authorization: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<PostAnswer> {
  const open = url.protocol === 'https:' ? requestHttps : requestHttp;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = open(url, {
      method: 'POST',
      agent: false,
      signal,
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'backend-coordinator',
        ...authorization,
        ...headers,
      },
      ...(addresses === 'public' ? { lookup: publicLookup() } : {}),
    });
    request.once('response', resolve);
    request.once('error', reject);
    request.end(body);
  });
  // Destroyed below on purpose; whoever reads hears of any other end by the iteration.
  response.on('error', () => undefined);
  const status = response.statusCode ?? 0;
  const isSuccess = status >= 200 && status < 300;
  try {
    return { status, retryAfterMs: retryAfter(response), text: isSuccess ? '' : await readSome(response) };
  } finally {
    response.destroy();
  }
}

/** An answer that breaks off has been one: its status counts. */
async function readSome(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      bytes += part.length;
      if (bytes >= MOST_BYTES) break;
    }
  } catch {
    // What came so far has to do.
  }
  return Buffer.concat(parts).subarray(0, MOST_BYTES).toString('utf8');
}

/** `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3). */
function retryAfter({ headers }: IncomingMessage): number | null {
  const value = headers['retry-after'];
  if (value === undefined) return null;
  const ms = /^\d{1,7}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}

/** HMAC-SHA256 of a text in hexadecimal, as receivers check it. */
export function hmacOf(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

function authorizationOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** A `%` that begins no escape stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What kept it, in some words; messages of the vendor may repeat the address. */
function causeOf(error: unknown): string {
  if (error instanceof NotPublic) return error.message;
  const code = errorCodeOf(error);
  return typeof code === 'string' ? code : 'network failure';
}
