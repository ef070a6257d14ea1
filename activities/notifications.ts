import { activityInfo, cancellationSignal, getClient } from '@temporalio/activity';
import { Escalation } from '../src/domain/escalation/escalation';
import { QUERIES } from '../src/domain/objective/messages';
import { ObjectiveStatus } from '../src/domain/objective/status';
import { asksSomebody, type NotifyRequest } from '../src/domain/notification/news';
import { NotDelivered } from '../src/domain/notification/notification';
import { isReviewed } from '../src/domain/notification/reviewed';
import type { NotificationActivities } from './contract';
import type { Ports } from './ports';

/** How long the owner of a question or a review is waited for. */
const ASK_WITHIN_MS = 5_000;

/** Telling people; who is told and how is a matter of the worker's settings, asked anew each time. */
export function createNotificationActivities({
  notifications,
}: Pick<Ports, 'notifications'>): NotificationActivities {
  return {
    listChannels: async ({ kind }) => ({ channels: [...(await notifications.channelsFor(kind))] }),
    notifyPeople: async (request) => {
      if (await isDecided(request)) return { delivery: 'stale', note: 'it was decided meanwhile' };
      try {
        return await notifications.notify({ ...request, signal: cancellationSignal() });
      } catch (error) {
        throw error instanceof NotDelivered ? notBeforeItsTurn(error, activityInfo().attempt) : error;
      }
    },
  };
}

/** The pauses of the retry policy (`telling` in workflows/proxies.ts), in milliseconds. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 10 * 60_000;

/**
 * A delay that is asked for takes the place of the policy's own pause, and tries are counted: whoever asks for a second each
 * time must not use all of them up within minutes.
 */
function notBeforeItsTurn(failure: NotDelivered, attempt: number): NotDelivered {
  const { retryAfterMs = null } = failure.facts;
  if (retryAfterMs === null) return failure;
  const ownPause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 20));
  const facts = { ...failure.facts, retryAfterMs: Math.max(retryAfterMs, ownPause) };
  return new NotDelivered(failure.message, facts, { cause: failure.cause });
}

/**
 * Whether what is asked was decided, as its owner says. Asked because an answer may have waited, like the notification, for
 * this worker to come up, and nothing says which of the two it takes first.
 */
async function isDecided({ owner, news }: NotifyRequest): Promise<boolean> {
  if (!asksSomebody(news.kind)) return false;
  try {
    if (news.question === undefined)
      return isReviewed(news, ObjectiveStatus.parse(await ask(owner, QUERIES.objectiveStatus)));
    const open = Escalation.array().parse(await ask(owner, QUERIES.openEscalations));
    return !open.some(({ id }) => id === news.subject);
  } catch {
    // Nobody says so: better told once too often.
    return false;
  }
}

async function ask(owner: string, query: string): Promise<unknown> {
  const client = getClient();
  return client.connection.withDeadline(Date.now() + ASK_WITHIN_MS, () =>
    client.workflow.getHandle(owner).query(query),
  );
}
