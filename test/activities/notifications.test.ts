// Needs nothing: the activity runs alone, over a scripted port.
import { ApplicationFailure } from '@temporalio/common';
import { NotDelivered } from '../../src/domain/notification/notification';
import { OWNER, question } from '../notify/news';
import { createBench } from './ports';

const { question: _asked, ...news } = question;
const request = { owner: OWNER, channel: 'webhook:ops', news: { ...news, kind: 'ended' as const } };

/** When the next try comes after this one, in milliseconds; undefined: when the policy says. */
async function nextTry(attempt: number, retryAfterMs: number | null): Promise<unknown> {
  const busy = new NotDelivered('The webhook ops answered 429 instead of 2xx.', { retryAfterMs });
  const bench = await createBench({ notifications: { notify: () => Promise.reject(busy) } }, { attempt });
  const failure = await bench.failure('notifyPeople', request);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(String(failure)).toContain('answered 429');
  return (failure as ApplicationFailure).nextRetryDelay;
}

test('whoever asks for a pause gets it, but never a shorter one than the policy has by then', async () => {
  expect(await nextTry(1, 30_000)).toBe(30_000);
  // Otherwise the tries of a day would be over in minutes.
  expect(await nextTry(1, 1_000)).toBe(2_000);
  expect(await nextTry(6, 1_000)).toBe(64_000);
  expect(await nextTry(140, 1_000)).toBe(600_000);
});

test('whoever asks for none is told again when the policy says', async () => {
  expect(await nextTry(6, null)).toBeUndefined();
});
