// Needs no server: activities run in Temporal's mock environment.
import { once } from 'node:events';
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Usage } from '../../src/domain/usage/usage';
import { withHeartbeat } from '../../activities/heartbeat';
import { commitOf, createBench, FIRST_ATTEMPT } from './ports';

const USED: Usage = { requests: 1, input: 900, output: 80, cacheRead: 0, cacheWrite: 0, usd: 0.04 };

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => {
      reject(new Error('the processes were killed'));
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });

describe('while an activity works', () => {
  it('it beats with what it is doing, whatever it waits for, and not a beat after', async () => {
    const environment = new MockActivityEnvironment({ heartbeatTimeoutMs: 20 });
    const beats: unknown[] = [];
    let finish: () => void = () => undefined;
    const waited = new Promise<void>((resolve) => {
      finish = resolve;
    });
    environment.on('heartbeat', (details) => {
      if (beats.push(details) === 3) finish();
    });
    let turn = 0;
    await environment.run(() =>
      withHeartbeat(
        () => waited,
        () => ({ turn: (turn += 1) }),
      ),
    );
    expect(beats).toEqual([{ turn: 1 }, { turn: 2 }, { turn: 3 }]);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(beats).toHaveLength(3);
  });

  it('without a heartbeat timeout it does not beat', async () => {
    const environment = new MockActivityEnvironment();
    const beat = jest.fn();
    environment.on('heartbeat', beat);
    await environment.run(() => withHeartbeat(() => new Promise((resolve) => setTimeout(resolve, 20))));
    expect(beat).not.toHaveBeenCalled();
  });
});

describe('when it is cancelled', () => {
  it('the work is told, and the activity ends as cancelled whatever the killed work threw', async () => {
    const environment = new MockActivityEnvironment({ heartbeatTimeoutMs: 20 });
    const running = environment.run(() => withHeartbeat(aborted));
    environment.cancel();
    await expect(running).rejects.toBeInstanceOf(CancelledFailure);
    await expect(running).rejects.toMatchObject({ message: 'CANCELLED' });
  });

  it('by a worker that shuts down it says so, so that it is taken up elsewhere', async () => {
    const environment = new MockActivityEnvironment({ heartbeatTimeoutMs: 20 });
    const running = environment.run(() => withHeartbeat(aborted));
    environment.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
    await expect(running).rejects.toMatchObject({ name: 'CancelledFailure', message: 'WORKER_SHUTDOWN' });
    expect(environment.context.cancellationDetails).toMatchObject({
      workerShutdown: true,
      cancelRequested: false,
    });
  });

  it('work that finished in the same moment counts', async () => {
    const environment = new MockActivityEnvironment();
    expect(
      await environment.run(() =>
        withHeartbeat(() => {
          environment.cancel();
          return Promise.resolve('done');
        }),
      ),
    ).toBe('done');
  });

  it('a failure without cancellation stays what it was', async () => {
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const own = ApplicationFailure.nonRetryable('no', 'Own.Type');
    await expect(environment.run(() => withHeartbeat(() => Promise.reject(own)))).rejects.toBe(own);
  });

  it('an attempt that a lost worker began tells what that one told, until it knows better', async () => {
    const bench = await createBench(
      {
        worktrees: {
          open: () => {
            bench.environment.cancel();
            return aborted(bench.environment.context.cancellationSignal);
          },
        },
      },
      { heartbeatDetails: { turn: 2, doing: 'thinking', entries: 3, snapshot: null, usage: USED } },
    );
    expect(
      await bench.failure('runAttempt', { handle: bench.handle, plan: bench.plan, ...FIRST_ATTEMPT }),
    ).toMatchObject({
      name: 'CancelledFailure',
      details: [{ usage: USED }],
    });
  });

  it('an attempt commits nothing of what it was doing, and tells what it used', async () => {
    const commit = jest.fn();
    const started = new (class extends EventTarget {})();
    const bench = await createBench({
      worktrees: {
        open: () => Promise.resolve({ path: '/w', head: commitOf('x'), conflicts: [], gitDir: '/g' }),
        commit,
      },
      specialists: {
        work: async ({ signal, onProgress }) => {
          onProgress({ turn: 2, doing: 'thinking', entries: 3, snapshot: null, usage: USED });
          started.dispatchEvent(new Event('working'));
          return aborted(signal);
        },
      },
    });
    const working = once(started, 'working');
    const failing = bench.failure('runAttempt', { handle: bench.handle, plan: bench.plan, ...FIRST_ATTEMPT });
    // Whichever comes first: a failure before the work began must not leave the test waiting.
    await Promise.race([working, failing]);
    bench.environment.cancel();
    expect(await failing).toMatchObject({ name: 'CancelledFailure', details: [{ usage: USED }] });
    expect(commit).not.toHaveBeenCalled();
  });
});
