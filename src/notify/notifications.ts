import {
  isWanted,
  notificationChannels,
  type NotificationChannel,
  type NotificationSettings,
} from '../domain/notification/notification-settings';
import type { Notifications } from '../ports/notifications';
import { composeNotification, composeTest, type ComposeSetting } from './compose';
import { sendEmail } from './email';
import { sendWebhook, type SendRequest } from './webhook';

export interface NotifySetting {
  /** Read anew each time, so that a correction counts at the next try; undefined: nothing is configured. */
  readonly settings: () => Promise<NotificationSettings | undefined>;
  readonly secretOf: (name: string) => string | undefined;
  readonly webUi: ComposeSetting['webUi'];
}

export function createNotifications({ settings, secretOf, webUi }: NotifySetting): Notifications {
  return {
    isOn: () =>
      settings().then(
        (found) => notificationChannels(found).length > 0,
        // Unreadable now; whom to tell is asked again when there is something to tell.
        () => true,
      ),
    channelsFor: async (kind) => {
      const found = await settings();
      if (found === undefined || !isWanted(found, kind)) return [];
      return notificationChannels(found).map(({ name }) => name);
    },
    notify: async ({ owner, channel: name, news, signal }) => {
      const found = await settings();
      const channel = notificationChannels(found).find((row) => row.name === name);
      if (found === undefined || channel === undefined) {
        return { delivery: 'off', note: 'it is not configured any more' };
      }
      const notification = composeNotification(news, { settings: found, owner, webUi });
      const note = await send(channel, { notification, secretOf, signal });
      return { delivery: 'delivered', note: note.slice(0, 500) };
    },
  };
}

/**
 * Sends a labelled test over one channel.
 * @returns what came back, in words
 * @throws NotDelivered
 */
export async function sendTest(
  channel: NotificationChannel,
  options: Pick<SendRequest, 'secretOf' | 'signal'> & { readonly settings: NotificationSettings },
): Promise<string> {
  const { settings, ...rest } = options;
  return send(channel, { notification: composeTest(settings, new Date()), ...rest });
}

function send(channel: NotificationChannel, request: SendRequest): Promise<string> {
  switch (channel.via) {
    case 'webhook':
      return sendWebhook(channel.webhook, request);
    case 'email':
      return sendEmail(channel.email, request);
  }
}
