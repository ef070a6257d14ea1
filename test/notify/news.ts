import { News } from '../../src/domain/notification/news';
import { NotificationSettings } from '../../src/domain/notification/notification-settings';
import { createNotifications } from '../../src/notify/notifications';
import type { Notifications } from '../../src/ports/notifications';
import { escalation } from '../cli/fixtures';

export const OWNER = 'objective-orders-01234567';
export const KEY = 'kept-between-us-and-nobody-else';
/** In the question and its evidence: what a repository or a model wrote. */
export const QUOTED = 'const total = lines.reduce(sum);';
export const SECRET = 'sk-ant-REDACTED';

export const question: News = News.parse({
  number: 3,
  at: '2030-01-01T00:00:00.000Z',
  kind: 'escalation',
  subject: 'backend-T001-E1',
  taskId: 'backend-T001',
  question: escalation({
    question: `What of <b>${QUOTED}</b> & *so* on, with ${SECRET}?`,
    evidence: [QUOTED, `ANTHROPIC_API_KEY=${SECRET}`],
  }),
});

/** Notifications over settings as they would be written, with these secrets. */
export function notificationsOf(
  written: unknown,
  secrets: Readonly<Record<string, string>> = { COORDINATOR_NOTIFY_KEY: KEY },
): Notifications {
  return createNotifications({
    settings: () => Promise.resolve(NotificationSettings.parse(written)),
    secretOf: (name) => secrets[name],
    webUi: { address: 'http://127.0.0.1:8233', namespace: 'default' },
  });
}

/** Tells one channel, and gives what came back or what it failed with. */
export const tell = (
  notifications: Notifications,
  channel: string,
  news: News = question,
  signal: AbortSignal = new AbortController().signal,
): Promise<unknown> =>
  notifications.notify({ owner: OWNER, channel, news, signal }).catch((error: unknown) => error);
