import { cancellationSignal } from '@temporalio/activity';
import type { NotificationActivities } from './contract';
import type { Ports } from './ports';

/** Telling people; who is told and how is a matter of the worker's settings, asked anew each time. */
export function createNotificationActivities({
  notifications,
}: Pick<Ports, 'notifications'>): NotificationActivities {
  return {
    listChannels: async ({ kind }) => ({ channels: [...(await notifications.channelsFor(kind))] }),
    notifyPeople: (request) => notifications.notify({ ...request, signal: cancellationSignal() }),
  };
}
