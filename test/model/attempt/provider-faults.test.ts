// Needs loopback and temporary folders; a scripted provider.
import { NO_MAIL } from '../../../src/domain/work/mail';
import { createProviderWalls } from '../../../src/model/provider-walls';
import type { Journal } from '../../../src/ports/journal';
import { memoryJournal } from '../../support/journals';
import {
  HANDOFF,
  startProviderStub,
  turnOf,
  type ProviderStub,
  type StubAnswer,
} from '../../support/provider-stub';
import { matching, memoryBlobs } from '../fixtures';
import { stubWorkplace, tryAttempt, type StubWorkplace } from './stub-attempt';

const WRITE: StubAnswer = {
  kind: 'turn',
  tools: [{ name: 'write', input: { file_path: 'src/a.txt', content: 'one\n' } }],
};

let place: StubWorkplace;
let stub: ProviderStub;
let script: (turn: number, number: number) => StubAnswer;
let entries: unknown[];

beforeEach(async () => {
  place = await stubWorkplace();
  entries = [];
  stub = await startProviderStub((request, number) => script(turnOf(request), number));
});
afterEach(async () => {
  await stub.stop();
  await place.remove();
});

const blobs = memoryBlobs();

/** One try, on the journal of the tries before it, as Temporal's retries make them. */
async function once(options: Partial<Parameters<typeof tryAttempt>[0]> = {}) {
  const journal: Journal & { written: unknown[] } = memoryJournal(entries);
  try {
    return await tryAttempt({
      url: stub.url,
      place,
      blobs,
      desk: { journal, keepFiles: () => place.keepFiles(), readMail: () => Promise.resolve(NO_MAIL) },
      ...options,
    });
  } finally {
    entries = journal.written;
  }
}

const error = (status: number, type: string, headers: Record<string, string> = {}): StubAnswer => ({
  kind: 'error',
  status,
  type,
  headers,
});

test.each([
  ['408', error(408, 'timeout_error'), 'Model.Timeout'],
  ['409', error(409, 'conflict_error'), 'Model.Unavailable'],
  ['500', error(500, 'api_error'), 'Model.Unavailable'],
  ['503', error(503, 'api_error'), 'Model.Unavailable'],
  ['529', error(529, 'overloaded_error'), 'Model.Overloaded'],
  [
    'a 400 that says to try again',
    error(400, 'invalid_request_error', { 'x-should-retry': 'true' }),
    'Model.InvalidRequest',
  ],
  [
    'an overload in the middle of a stream',
    { kind: 'stream-error', type: 'overloaded_error' } as const,
    'Model.Overloaded',
  ],
  ['a connection cut inside a tool call', { kind: 'cut' } as const, 'Model.Unavailable'],
  ['a 200 that is no JSON', { kind: 'malformed' } as const, 'Model.Malformed'],
])('%s is tried again after a pause, and the attempt goes on where it was', async (_, fault, type) => {
  script = (turn, number) => (number === 1 ? fault : turn === 0 ? WRITE : HANDOFF);
  await expect(once()).rejects.toMatchObject({ type, retryable: true });
  expect(entries.at(-1)).toMatchObject({ kind: 'failed', type });
  const { end, usage } = await once();
  expect(end.kind).toBe('handed-off');
  // The turn before the fault is not asked for again, its write not made again.
  expect(stub.requests).toHaveLength(3);
  expect(usage.requests).toBe(3);
  expect(await place.files()).toEqual({ 'a.txt': 'one\n' });
});

test('a provider that only fails is asked four times, each after a longer pause, then left alone', async () => {
  script = () => error(500, 'api_error');
  const pauses: number[] = [];
  for (let failure = 1; failure < 4; failure++) {
    const thrown: unknown = await once().catch((reason: unknown) => reason);
    expect(thrown).toMatchObject({ type: 'Model.Unavailable' });
    pauses.push((thrown as { retryAfterMs: number }).retryAfterMs);
  }
  expect(pauses.map((ms) => 2 ** Math.round(Math.log2(ms / 1000)))).toEqual([1, 2, 4]);
  const { end, usage } = await once();
  expect(end).toMatchObject({ kind: 'wall', wall: { reason: matching('500') } });
  expect(end.kind === 'wall' && end.wall.waitMs).toBeGreaterThanOrEqual(12_000);
  expect(stub.requests).toHaveLength(4);
  expect(usage.requests).toBe(4);
});

test('a wall one attempt met is respected by another of the same process, without a request', async () => {
  script = () => error(429, 'rate_limit_error', { 'retry-after': '30' });
  const walls = createProviderWalls();
  await expect(once({ walls })).resolves.toMatchObject({ end: { kind: 'wall', wall: { waitMs: 30_000 } } });
  entries = [];
  const other = await once({ walls });
  expect(other.end).toMatchObject({ kind: 'wall' });
  expect(other.usage.requests).toBe(0);
  expect(stub.requests).toHaveLength(1);
});

test('a wall the objective heard of is respected without a request', async () => {
  script = () => HANDOFF;
  const journal = memoryJournal();
  const { end } = await once({
    desk: {
      journal,
      keepFiles: () => place.keepFiles(),
      readMail: () => Promise.resolve({ ...NO_MAIL, wallMs: 5_000 }),
    },
  });
  expect(end).toMatchObject({ kind: 'wall', wall: { waitMs: 5_000 } });
  expect(stub.requests).toHaveLength(0);
});

test.each([
  ['401', error(401, 'authentication_error'), 'Model.Unauthorized'],
  ['403', error(403, 'permission_error'), 'Model.Unauthorized'],
  ['a bill that is not paid', error(402, 'billing_error'), 'Model.Unauthorized'],
  ['413', error(413, 'request_too_large'), 'Model.ContextTooLong'],
  ['400', error(400, 'invalid_request_error'), 'Model.InvalidRequest'],
  [
    'a 529 that says not to try again',
    error(529, 'overloaded_error', { 'x-should-retry': 'false' }),
    'Model.Overloaded',
  ],
])('%s is not tried again, costs one request, and tells what was used', async (_, fault, type) => {
  script = (turn) => (turn === 0 ? WRITE : fault);
  await expect(once()).rejects.toMatchObject({ type, retryable: false, usage: { requests: 2 } });
  expect(stub.requests).toHaveLength(2);
});

test('a provider that accepts and never answers is given up on after the longest silence', async () => {
  script = () => ({ kind: 'silence' });
  await expect(once({ idleMs: 200 })).rejects.toMatchObject({ type: 'Model.Timeout', retryable: true });
});

test('no tool of a turn that broke off was run', async () => {
  script = (_, number) => (number === 0 ? { kind: 'cut' } : HANDOFF);
  await expect(once()).rejects.toMatchObject({ type: 'Model.Unavailable' });
  await once();
  expect(await place.files()).toEqual({});
});

test('a clock that jumps neither opens a wall nor makes it longer', () => {
  const walls = createProviderWalls();
  walls.raise('provider', 60_000);
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 2 * 3_600_000);
  try {
    expect(walls.waitMs('provider')).toBeGreaterThan(50_000);
    clock.mockReturnValue(0);
    expect(walls.waitMs('provider')).toBeLessThanOrEqual(60_000);
  } finally {
    clock.mockRestore();
  }
});
