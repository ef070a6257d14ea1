// Needs loopback and temporary folders; a scripted provider.
import { NO_MAIL, type Mail } from '../../../src/domain/work/mail';
import { MODELS } from '../../../src/model/models';
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

let place: StubWorkplace;
let stub: ProviderStub;
let script: (turn: number) => StubAnswer;
let entries: unknown[];
let mail: (turn: number) => Mail;
let turns: number;

beforeEach(async () => {
  place = await stubWorkplace();
  entries = [];
  turns = 0;
  mail = () => NO_MAIL;
  script = (turn) => (turn < 3 ? bash(`step ${String(turn)}`) : HANDOFF);
  stub = await startProviderStub((request) => {
    turns = turnOf(request) + 1;
    return script(turnOf(request));
  });
});
afterEach(async () => {
  await stub.stop();
  await place.remove();
});

const bash = (command: string): StubAnswer => ({
  kind: 'turn',
  tools: [{ name: 'bash', input: { command } }],
});
const blobs = memoryBlobs();

async function once(options: Partial<Parameters<typeof tryAttempt>[0]> = {}) {
  const journal = memoryJournal(entries);
  try {
    return await tryAttempt({
      url: stub.url,
      place,
      blobs,
      desk: { journal, keepFiles: () => place.keepFiles(), readMail: () => Promise.resolve(mail(turns)) },
      ...options,
    });
  } finally {
    entries = journal.written;
  }
}

test('what people say reaches a running attempt at its next turn, once, behind the results of its tools', async () => {
  mail = (turn) => ({
    ...NO_MAIL,
    steering: turn >= 1 ? [{ seq: 4, text: 'ada: use British spelling' }] : [],
  });
  const outcome = await once();
  expect(outcome).toMatchObject({ end: { kind: 'handed-off' }, mail: 4 });
  const texts = stub.requests.map((request) => JSON.stringify(request.messages));
  expect(texts[0]).not.toContain('British');
  expect(texts[1]).toContain('British');
  expect(texts.at(-1)?.split('British')).toHaveLength(2);
  expect(stub.requests[1]?.messages.at(-1)).toMatchObject({
    role: 'user',
    content: [{ type: 'tool_result' }, { type: 'text', text: matching('WHAT PEOPLE SAID MEANWHILE') }],
  });
});

test('a pause lets the attempt rest before its next turn; it goes on where it was', async () => {
  mail = (turn) => ({ ...NO_MAIL, paused: turn === 2 });
  expect((await once()).end).toEqual({ kind: 'pause' });
  expect(stub.requests).toHaveLength(2);
  mail = () => NO_MAIL;
  expect((await once()).end.kind).toBe('handed-off');
  expect(stub.requests).toHaveLength(4);
  expect(place.ran).toEqual(['step 0', 'step 1', 'step 2']);
});

test('before a call the allowance does not cover the attempt asks for more, and goes on with it', async () => {
  const price = MODELS.find((row) => row.alias === 'sonnet')!.prices[0];
  // The stub counts 1,000 tokens in and 100 out a call.
  const call = (1000 * price.input + 100 * price.output) / 1e6;
  const first = await once({ request: { allowanceUsd: 0.03 } });
  expect(first.end).toMatchObject({ kind: 'budget' });
  const asked = stub.requests.length;
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThan(4);
  expect(first.usage.usd).toBeCloseTo(asked * call, 9);
  const needs = first.end.kind === 'budget' ? first.end.needsUsd : 0;
  expect((first.usage.usd ?? 0) + needs).toBeGreaterThan(0.03);
  const second = await once({ request: { allowanceUsd: 5 } });
  expect(second.end.kind).toBe('handed-off');
  expect(stub.requests).toHaveLength(4);
  expect(second.usage.usd).toBeCloseTo(4 * call, 9);
});

test('a call that went out and was never recorded is counted at its estimate', async () => {
  entries = [];
  await once({ request: { allowanceUsd: 0 } });
  entries.push({ kind: 'dispatched', estimateUsd: 0.25 });
  const { usage } = await once();
  expect(usage.requests).toBe(5);
  expect(usage.usd).toBeGreaterThan(0.25);
});

test('the offline model costs nothing, so no allowance holds it up', async () => {
  const model = { kind: 'offline', playbook: 'none', scenario: 'none' } as const;
  expect((await once({ model, request: { allowanceUsd: 0 } })).end.kind).toBe('handed-off');
});

test('thrift makes the role think with a cheaper model', async () => {
  await once({ request: { thrift: 1 } });
  expect(new Set(stub.requests.map((request) => request.model))).toEqual(new Set(['claude-haiku-5-5']));
});

test.each([
  [
    'the same call with the same result',
    () => ({ kind: 'turn', tools: [{ name: 'read', input: { file_path: 'README.md' } }] }) as const,
    {},
    /goes in circles/,
  ],
  [
    'turn after turn that changes no file',
    (turn: number) =>
      ({ kind: 'turn', tools: [{ name: 'grep', input: { pattern: `p${String(turn)}` } }] }) as const,
    { quietTurns: 5 },
    /5 turns in a row changed no file/,
  ],
  [
    'more turns than an attempt has',
    (turn: number) => bash(`again ${String(turn)}`),
    { turns: 6 },
    /6 turns were used up/,
  ],
  [
    'more time than an attempt has',
    (turn: number) => bash(`slow ${String(turn)}`),
    { activeMs: 0 },
    /minutes of work brought no handoff/,
  ],
  [
    'calls nobody understands',
    () => ({ kind: 'turn', tools: [{ name: 'fly', input: {} }] }) as const,
    {},
    /could not be understood/,
  ],
])('%s ends the attempt as unfinished, with its evidence', async (_, runaway, limits, evidence) => {
  script = runaway;
  const { end } = await once({ limits });
  expect(end).toMatchObject({ kind: 'unfinished', reason: matching(evidence) });
});

test('a request for context suspends the attempt; its answer is the result of that very call, in the same attempt', async () => {
  const decision = { granted: ['docs/**'], reason: 'You need the runbook.' };
  script = (turn) =>
    turn === 0
      ? {
          kind: 'turn',
          tools: [{ name: 'request_context', input: { paths: ['docs/**'], reason: 'runbook' } }],
        }
      : HANDOFF;
  const { end } = await once();
  expect(end).toMatchObject({ kind: 'context', request: { paths: ['docs/**'] } });
  const prompt = { kind: 'context', from: '@backend-coordinator', decision } as const;
  expect((await once({ request: { prompt } })).end.kind).toBe('handed-off');
  expect(JSON.stringify(stub.requests[1]?.messages.at(-1))).toContain('You may read now: docs/**');
});
