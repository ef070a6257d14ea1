import type { ObjectiveStatus } from '../objective/status';
import { PLAN_SUBJECT, reviewOf, type News } from './news';

type Standing = Pick<ObjectiveStatus, 'state' | 'outcome' | 'tasks' | 'contracts'>;

/**
 * Whether the plan or contract that news ask to have reviewed was reviewed, as the objective's status says. Where the
 * status cannot say it was not: better told once too often. So it is while a message is being taken in, too.
 */
export function isReviewed(news: Pick<News, 'kind' | 'subject' | 'review'>, status: Standing): boolean {
  if (status.outcome !== null) return true;
  const { subject } = news;
  const review = reviewOf(news);
  // A reminder of before has the subject alone, and a contract may be called `plan`: then both count.
  const plan = review !== 'contract' && subject === PLAN_SUBJECT;
  const contract = review === 'plan' ? undefined : status.contracts?.find(({ name }) => name === subject);
  if (!plan && contract === undefined) return false;
  // Not what tasks wait for: a contract with a deadline may be reviewed too, though nobody has to.
  return (!plan || isPlanReviewed(status)) && contract?.state !== 'shared';
}

/** A question or a pause hides in the state that the plan waits; nothing is begun before it is approved. */
function isPlanReviewed({ state, tasks }: Standing): boolean {
  switch (state) {
    case 'awaiting-approval':
      return false;
    case 'planning':
    case 'awaiting-human':
    case 'paused':
      return tasks.some(({ startedAt }) => startedAt !== null);
    case 'running':
    case 'delivered':
    case 'failed':
    case 'aborted':
    case 'cancelled':
      return true;
  }
}
