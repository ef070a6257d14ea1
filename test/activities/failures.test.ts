// Needs no server: activities run in Temporal's mock environment over scripted ports.
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { ForgeFailure } from '../../src/domain/pull-request/forge-failure';
import { ModelFailure } from '../../src/domain/usage/model-failure';
import { NotDelivered } from '../../src/domain/notification/notification';
import { answered, createBench } from './ports';

const advice = { summary: 's', recommendations: ['r'], risks: [] };

/** What consulting a peer fails with when the model throws. */
async function thrown(error: Error): Promise<unknown> {
  const bench = await createBench({ coordination: { analyse: () => Promise.reject(error) } });
  return bench.failure('analyseObjective', { handle: bench.handle });
}

describe('what an adapter throws becomes what the retry policy reads', () => {
  it('a rate limit is retried after the delay the provider asks for, and is no defect', async () => {
    const failure = await thrown(new ModelFailure('Model.RateLimited', 'too fast', { retryAfterMs: 1500 }));
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({
      type: 'Model.RateLimited',
      nonRetryable: false,
      nextRetryDelay: 1500,
      category: 'BENIGN',
    });
  });

  it('a forge that limits the rate is asked again when it says; what it refuses is not', async () => {
    const limited = await thrown(new ForgeFailure('Forge.RateLimited', 'GitHub limits the rate.', 30_000));
    expect(limited).toMatchObject({ nonRetryable: false, nextRetryDelay: 30_000, category: 'BENIGN' });
    const refused = await thrown(new ForgeFailure('Forge.Refused', 'The token has no right.'));
    expect(refused).toMatchObject({ nonRetryable: true, message: 'The token has no right.' });
  });

  it('an overload without a delay leaves the delay to the policy', async () => {
    const failure = await thrown(new ModelFailure('Model.Overloaded', 'busy'));
    expect(failure).toMatchObject({ type: 'Model.Overloaded', nonRetryable: false, category: 'BENIGN' });
    expect(failure).toHaveProperty('nextRetryDelay', undefined);
  });

  it('a refused key is not retried and is a defect', async () => {
    const failure = await thrown(new ModelFailure('Model.Unauthorized', 'the key is refused'));
    expect(failure).toMatchObject({
      type: 'Model.Unauthorized',
      nonRetryable: true,
      message: expect.stringContaining('check ANTHROPIC_API_KEY') as string,
    });
    expect((failure as ApplicationFailure).category).not.toBe('BENIGN');
  });

  it('a notification nobody took is tried again when the other side asks for it, and never where it is refused for good', async () => {
    const busy = await thrown(new NotDelivered('it answered 429', { retryAfterMs: 30_000 }));
    expect(busy).toMatchObject({
      type: 'NotDelivered',
      nonRetryable: false,
      nextRetryDelay: 30_000,
      category: 'BENIGN',
    });
    const gone = await thrown(new NotDelivered('it answered 410', { permanent: true, retryAfterMs: null }));
    expect(gone).toMatchObject({ type: 'NotDelivered', nonRetryable: true });
    expect((gone as ApplicationFailure).nextRetryDelay).toBeUndefined();
  });

  it('any other error keeps its name and may be tried again', async () => {
    const failure = await thrown(new TypeError('no such folder'));
    expect(failure).toMatchObject({ type: 'TypeError', message: 'no such folder', nonRetryable: false });
  });

  it('failures that are Temporal ones already pass unchanged', async () => {
    const own = ApplicationFailure.nonRetryable('no', 'Own.Type');
    expect(await thrown(own)).toBe(own);
    const cancelled = new CancelledFailure('stop');
    expect(await thrown(cancelled)).toBe(cancelled);
  });
});

describe('the size of a result', () => {
  it('above 64 KB it fails by a name of its own, without being tried again', async () => {
    const bench = await createBench({
      coordination: { consult: () => answered({ ...advice, summary: 'x'.repeat(70_000) }) },
    });
    const failure = await bench.failure('consultPeer', {
      handle: bench.handle,
      plan: bench.plan,
      taskId: 'backend-T001',
      peer: 'api-architect',
      question: { concern: 'contract', question: '?' },
    });
    expect(failure).toMatchObject({ type: 'Result.TooLarge', nonRetryable: true });
    expect(String(failure)).toMatch(/consultPeer answered with 7\d{4} bytes/);
  });
});
