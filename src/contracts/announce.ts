import { createHmac } from 'node:crypto';
import { hmacOf, NotReached, postJson, type PostAnswer } from '../http/post';
import type { Contracts, ContractNews } from '../ports/contracts';

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
    // The same news again is the same delivery.
    'x-coordinator-delivery': deliveryOf(news),
    ...signatureOf(body, webhook.secretEnv, secretOf),
  };
  let answer: PostAnswer;
  try {
    // Consumers of a contract are often on the same network; whoever trusted the repository was shown the address.
    answer = await postJson({ url, headers, body, addresses: 'any', signal });
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    throw new WebhookFailed(
      `The webhook at ${url.host} was not reached (${error.message}); it is told again.`,
      { cause: error },
    );
  }
  if (answer.status >= 200 && answer.status < 300) return;
  throw new WebhookFailed(
    `The webhook at ${url.host} answered ${String(answer.status)} instead of 2xx; it is told again.`,
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
  return { 'x-coordinator-signature': `sha256=${hmacOf(key, body)}` };
}

const deliveryOf = ({ objective, contract, revision, hash, event }: ContractNews): string =>
  createHmac('sha256', 'delivery')
    .update(JSON.stringify([objective, contract, revision, hash, event]))
    .digest('hex')
    .slice(0, 32);
