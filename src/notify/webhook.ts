import { hmacOf, NotReached, postJson, type PostAnswer } from '../http/post';
import { NotDelivered, type Notification } from '../domain/notification/notification';
import type { WebhookSettings } from '../domain/notification/notification-settings';
import { slackMessage } from './slack';

/** Longest pause another side may ask for, in milliseconds. */
const LONGEST_PAUSE_MS = 10 * 60_000;

export interface SendRequest {
  readonly notification: Notification;
  /** Value of a secret's variable. */
  readonly secretOf: (name: string) => string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Posts a notification to a webhook, in its format; with a key, signed over timestamp and body, so that neither can be
 * changed and an old one not be sent again.
 * @returns what came back, in words
 * @throws NotDelivered
 */
export async function sendWebhook(
  webhook: WebhookSettings,
  { notification, secretOf, signal }: SendRequest,
): Promise<string> {
  const url = addressOf(webhook, secretOf);
  const body = JSON.stringify(webhook.format === 'slack' ? slackMessage(notification) : notification);
  const headers = {
    'idempotency-key': notification.id,
    ...signatureOf(webhook, body, secretOf),
  };
  let answer: PostAnswer;
  try {
    const addresses = webhook.allowPrivate ? 'any' : 'public';
    answer = await postJson({ url, headers, body, addresses, signal });
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    const remedy = error.message.includes('public') ? '; `allowPrivate: true` in the settings allows it' : '';
    throw new NotDelivered(
      `The webhook ${webhook.name} at ${url.host} was not reached (${error.message}${remedy}).`,
      {},
      { cause: error },
    );
  }
  return judge(webhook, url, answer);
}

function judge(webhook: WebhookSettings, url: URL, { status, retryAfterMs, text }: PostAnswer): string {
  if (status >= 200 && status < 300) return `${url.host} answered ${String(status)}`;
  // Slack names what is wrong in one word; whatever else is answered may repeat what it was sent.
  const word = /^[a-z_]{3,40}$/.exec(text.trim())?.[0];
  const redirect = status >= 300 && status < 400 ? ', a redirect, which is not followed' : '';
  throw new NotDelivered(
    `The webhook ${webhook.name} at ${url.host} answered ${String(status)}${redirect}${word === undefined ? '' : ` (${word})`} instead of 2xx.`,
    {
      // Gone, and meant to stay so (RFC 9110, section 15.5.11).
      permanent: status === 410,
      retryAfterMs: retryAfterMs === null ? null : Math.min(retryAfterMs, LONGEST_PAUSE_MS),
    },
  );
}

function addressOf(webhook: WebhookSettings, secretOf: SendRequest['secretOf']): URL {
  const { name, url, urlEnv = '' } = webhook;
  const text = url ?? secretOf(urlEnv);
  if (text === undefined || text === '') {
    throw new NotDelivered(`The address of the webhook ${name} is not there: set ${urlEnv} for the worker.`);
  }
  const address = URL.canParse(text) ? new URL(text) : null;
  if (address === null || !/^https?:$/.test(address.protocol)) {
    throw new NotDelivered(
      `The address of the webhook ${name} is no http or https address; correct ${urlEnv}.`,
    );
  }
  return address;
}

/** `X-Coordinator-Signature: sha256=<hex>` over `<timestamp>.<body>`; the timestamp in seconds, in a header of its own. */
function signatureOf(
  { name, secretEnv }: WebhookSettings,
  body: string,
  secretOf: SendRequest['secretOf'],
): Record<string, string> {
  if (secretEnv === undefined) return {};
  const key = secretOf(secretEnv) ?? '';
  if (key === '') {
    throw new NotDelivered(
      `The key for the signature of the webhook ${name} is not there: set ${secretEnv} for the worker.`,
    );
  }
  const timestamp = String(Math.floor(Date.now() / 1000));
  return {
    'x-coordinator-timestamp': timestamp,
    'x-coordinator-signature': `sha256=${hmacOf(key, `${timestamp}.${body}`)}`,
  };
}
