// Needs no server.
import { deliverLastNews } from '../../src/cli/live/last-news';

const never = new AbortController().signal;

/** Answers one count after another, the last one for ever; counts how often it was asked. */
function pending(...counts: readonly number[]) {
  let asked = 0;
  return {
    asked: () => asked,
    pendingNotifications: () => Promise.resolve(counts[Math.min(asked++, counts.length - 1)] ?? 0),
  };
}

test('a process stays until its last notifications are delivered', async () => {
  const department = pending(2, 1, 0, 7);
  await deliverLastNews(department, 'objective-x', never);
  expect(department.asked()).toBe(3);
});

test('nothing under way is nothing to stay for', async () => {
  const department = pending(0);
  await deliverLastNews(department, 'objective-x', never);
  expect(department.asked()).toBe(1);
});

test('an endpoint that is down keeps it for some seconds only, and Ctrl-C not at all', async () => {
  const stopped = new AbortController();
  stopped.abort();
  const interrupted = pending(1);
  await deliverLastNews(interrupted, 'objective-x', stopped.signal);
  expect(interrupted.asked()).toBe(0);
  await deliverLastNews(pending(1), 'objective-x', never);
});
