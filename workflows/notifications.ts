import {
  ActivityFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  asksSomebody,
  NOTIFICATION_ORDER,
  NotificationOrder,
  NOTIFICATIONS_STATUS,
  type News,
  type NotificationsInput,
  type NotificationsStatus,
} from '../src/domain/notification/news';
import { telling } from './proxies';

/** Told nothing this long, whoever tells is gone. */
const IDLE = '30 days';
/** Newest failures kept. */
const KEPT_FAILURES = 50;

/** What carries over when it continues as new. */
interface Carried {
  readonly orders: readonly NotificationOrder[];
  readonly status: Omit<NotificationsStatus, 'pending'>;
}

/**
 * Tells people what an objective, or the watch over its deployment, has to say: each piece over each channel, tried for a
 * day. It outlives who ordered it and never holds it up, says what could not be delivered, and ends when everything is
 * told and nothing more comes. What was decided before it was told is not told any more.
 */
export async function notificationsWorkflow(
  { owner }: NotificationsInput,
  carried?: Carried,
): Promise<NotificationsStatus> {
  const orders: NotificationOrder[] = [...(carried?.orders ?? [])];
  const pending = new Set<{ readonly news: News; readonly scope: CancellationScope }>();
  const kept = carried?.status ?? { told: 0, stale: 0, undelivered: [], closed: false };
  let { told, stale, closed } = kept;
  const undelivered = [...kept.undelivered];
  const status = (): NotificationsStatus => ({ told, stale, pending: pending.size, undelivered, closed });
  const show = (): void => {
    setCurrentDetails(details(status()));
  };

  setHandler(defineSignal<[unknown]>(NOTIFICATION_ORDER), (payload) => {
    const order = NotificationOrder.safeParse(payload);
    if (order.success) orders.push(order.data);
  });
  setHandler(defineQuery<NotificationsStatus>(NOTIFICATIONS_STATUS), status);

  const failed = (news: News, channel: string, error: unknown): void => {
    if (!(error instanceof ActivityFailure)) throw error;
    const why = (error.cause?.message ?? error.message).slice(0, 500);
    undelivered.push({ news: `${news.kind} ${news.subject}`.slice(0, 500), channel, why });
    if (undelivered.length > KEPT_FAILURES) undelivered.shift();
  };

  const tellOver = async (channel: string, news: News): Promise<void> => {
    const summary = `${news.kind} · ${news.subject} · ${channel}`;
    try {
      const said = await telling.notifyPeople.executeWithOptions({ summary }, [{ owner, channel, news }]);
      if (said.delivery === 'delivered') told += 1;
      if (said.delivery === 'stale') stale += 1;
    } catch (error) {
      if (wasTakenBack(error)) stale += 1;
      else failed(news, channel, error);
    }
    show();
  };

  const tellEverybody = async (news: News): Promise<void> => {
    let channels: readonly string[];
    try {
      const summary = `whom to tell of ${news.kind}`;
      ({ channels } = await telling.listChannels.executeWithOptions({ summary }, [{ kind: news.kind }]));
    } catch (error) {
      if (wasTakenBack(error)) stale += 1;
      else failed(news, 'all', error);
      return;
    }
    await Promise.all(channels.map((channel) => tellOver(channel, news)));
  };

  /** Takes back what nobody needs to hear any more. */
  const takeBack = (isStale: (news: News) => boolean): void => {
    for (const { news, scope } of pending) if (isStale(news)) scope.cancel();
  };

  const begin = (news: News): void => {
    takeBack((earlier) => {
      if (!asksSomebody(earlier.kind)) return false;
      if (news.kind === 'ended') return true;
      if (earlier.subject !== news.subject) return false;
      return news.kind === 'decided' || news.kind === earlier.kind;
    });
    const row = { news, scope: new CancellationScope() };
    pending.add(row);
    void row.scope
      .run(() => tellEverybody(news))
      .finally(() => {
        pending.delete(row);
        show();
      });
  };

  /** What is under way keeps this run: an endpoint that is down for a day holds up nobody else's news meanwhile. */
  const isTimeForTheNextRun = (): boolean => workflowInfo().continueAsNewSuggested && pending.size === 0;

  for (;;) {
    show();
    if (isTimeForTheNextRun()) {
      return continueAsNew<typeof notificationsWorkflow>(
        { owner },
        { orders, status: { told, stale, undelivered, closed } },
      );
    }
    const isOver = (): boolean => closed && pending.size === 0;
    const inTime = await condition(() => orders.length > 0 || isOver() || isTimeForTheNextRun(), IDLE);
    const order = orders.shift();
    if (order === undefined) {
      if (isOver() || (!inTime && pending.size === 0)) return status();
      continue;
    }
    switch (order.kind) {
      case 'tell':
        begin(order.news);
        break;
      case 'settle':
        takeBack(({ kind, subject }) => asksSomebody(kind) && order.subjects.includes(subject));
        break;
      case 'close':
        closed = true;
    }
  }
}

/** A try that is under way hears nothing of being taken back: it may fail, and is not tried again. */
function wasTakenBack(error: unknown): boolean {
  if (isCancellation(error)) return true;
  return error instanceof ActivityFailure && CancellationScope.current().consideredCancelled;
}

function details({ told, stale, pending, undelivered }: NotificationsStatus): string {
  const counts = `${told} delivered, ${pending} under way, ${stale} left out since they were decided first.`;
  const lost = undelivered.map(({ news, channel, why }) => `- ${news} over ${channel}: ${why}`);
  return lost.length === 0 ? counts : [counts, ['Not delivered:', ...lost].join('\n')].join('\n\n');
}
