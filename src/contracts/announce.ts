import { createHmac } from 'node:crypto';
import { errorCodeOf } from '../config/error-code';
import type { Contracts, ContractNews } from '../ports/contracts';

const TIMEOUT_MS = 10_000;

/** The webhook did not take the news; the workflow tells it again. The message holds no address but the host. */
class WebhookFailed extends Error {
  override readonly name = 'WebhookFailed';
}

/**
 * Posts the news of a contract, signed where a key is configured. Redirects are not followed; whatever is not 2xx counts
 * as not delivered.
 * @throws WebhookFailed
 */
export async function announce({
  webhook,
  news,
  signal,
  secretOf,
}: Parameters<Contracts['announce']>[0] & {
  readonly secretOf: (name: string) => string | undefined;
}): Promise<void> {
  const url = new URL(webhook.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new WebhookFailed(`A webhook is reached over http or https, not ${url.protocol}`);
  }
  const body = JSON.stringify(news);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'backend-coordinator',
    // The same news again is the same delivery.
    'x-coordinator-delivery': deliveryOf(news),
    ...authorizationOf(url),
    ...signatureOf(body, webhook.secretEnv, secretOf),
  };
  url.username = '';
  url.password = '';
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new WebhookFailed(
      `The webhook at ${url.host} was not reached (${causeOf(error)}); it is told again.`,
    );
  }
  await response.body?.cancel();
  if (response.status >= 200 && response.status < 300) return;
  throw new WebhookFailed(
    `The webhook at ${url.host} answered ${String(response.status)} instead of 2xx; it is told again.`,
  );
}

function signatureOf(
  body: string,
  secretEnv: string | undefined,
  secretOf: (name: string) => string | undefined,
): Record<string, string> {
  if (secretEnv === undefined) return {};
  const key = secretOf(secretEnv) ?? '';
  if (key === '') {
    throw new WebhookFailed(
      `The key of the webhook's signature is not there: set ${secretEnv} for the worker; the news is told again.`,
    );
  }
  return { 'x-coordinator-signature': `sha256=${createHmac('sha256', key).update(body).digest('hex')}` };
}

function authorizationOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

const deliveryOf = ({ objective, contract, revision, hash, event }: ContractNews): string =>
  createHmac('sha256', 'delivery')
    .update(JSON.stringify([objective, contract, revision, hash, event]))
    .digest('hex')
    .slice(0, 32);

/** What kept it, in one word; messages of the HTTP client may repeat the address. By shape: it may be another realm's. */
function causeOf(error: unknown): string {
  const of = (key: string): unknown =>
    typeof error === 'object' && error !== null ? (Reflect.get(error, key) as unknown) : undefined;
  if (of('name') === 'TimeoutError') return 'no answer within 10 s';
  const code = errorCodeOf(of('cause')) ?? errorCodeOf(error);
  return typeof code === 'string' ? code : 'network failure';
}
