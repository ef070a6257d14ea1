// Needs loopback and temporary folders; a scripted provider.
import { CouldNotRun } from '../../../src/gate/could-not-run';
import { lastSnapshot } from '../../../src/domain/work/journal';
import { NO_MAIL } from '../../../src/domain/work/mail';
import { readTranscript } from '../../../src/model/transcript';
import type { WorkOutcome } from '../../../src/ports/department';
import type { Journal } from '../../../src/ports/journal';
import { NO_USAGE } from '../../../src/domain/usage/usage';
import { deskFixture, memoryJournal } from '../../support/journals';
import {
  HANDOFF,
  startProviderStub,
  turnOf,
  type ProviderStub,
  type StubAnswer,
} from '../../support/provider-stub';
import { memoryBlobs } from '../fixtures';
import { stubWorkplace, tryAttempt, type StubWorkplace } from './stub-attempt';

/** What the scripted specialist does, turn by turn: files, commands, several calls in one turn. */
const TURNS: readonly StubAnswer[] = [
  { kind: 'turn', text: 'I begin.', tools: [{ name: 'read', input: { file_path: 'README.md' } }] },
  {
    kind: 'turn',
    tools: [
      { name: 'write', input: { file_path: 'src/a.txt', content: 'one\n' } },
      { name: 'bash', input: { command: 'first' } },
    ],
  },
  {
    kind: 'turn',
    tools: [{ name: 'edit', input: { file_path: 'src/a.txt', old_string: 'one', new_string: 'two' } }],
  },
  {
    kind: 'turn',
    tools: [
      { name: 'bash', input: { command: 'second' } },
      { name: 'run_checks', input: {} },
    ],
  },
  HANDOFF,
];

class Crash extends Error {}

/** Dies at the n-th entry, before it is on the disk or right after; the entries outlive it. */
function dyingJournal(kept: unknown[], at: number, when: 'before' | 'after'): Journal {
  const journal = memoryJournal(kept);
  let count = 0;
  return {
    entries: journal.entries,
    append: async (entry) => {
      count++;
      if (count > at) throw new Crash();
      if (count === at && when === 'before') throw new Crash();
      await journal.append(entry);
      kept.push(journal.written.at(-1));
      if (count === at) throw new Crash();
    },
    close: () => Promise.resolve(),
  };
}

let stub: ProviderStub;
let place: StubWorkplace;
let blobs: ReturnType<typeof memoryBlobs>;

beforeEach(async () => {
  stub = await startProviderStub((request) => TURNS[turnOf(request)] ?? HANDOFF);
  place = await stubWorkplace();
  blobs = memoryBlobs();
});
afterEach(async () => {
  await stub.stop();
  await place.remove();
});

/** Makes the attempt with a crash at one point, then goes on like the next worker would. */
async function crashAndResume(at: number, when: 'before' | 'after'): Promise<WorkOutcome> {
  const kept: unknown[] = [];
  const desk = (journal: Journal) => ({
    journal,
    keepFiles: () => place.keepFiles(),
    readMail: () => Promise.resolve(NO_MAIL),
  });
  const first = dyingJournal(kept, at, when);
  const died = await tryAttempt({ url: stub.url, place, blobs, desk: desk(first) }).then(
    () => false,
    (error: unknown) => {
      if (!(error instanceof Crash)) throw error;
      return true;
    },
  );
  expect(died).toBe(true);
  const snapshot = lastSnapshot(kept);
  if (snapshot !== null) await place.restore(snapshot);
  return tryAttempt({ url: stub.url, place, blobs, desk: desk(memoryJournal(kept)) });
}

async function entriesOfSmoothRun(): Promise<number> {
  const journal = memoryJournal();
  const keepFiles = () => place.keepFiles();
  await tryAttempt({
    url: stub.url,
    place,
    blobs,
    desk: { journal, keepFiles, readMail: () => Promise.resolve(NO_MAIL) },
  });
  return journal.written.length;
}

test('a worker that dies at any entry of the journal costs at most the one model call in flight', async () => {
  const entries = await entriesOfSmoothRun();
  expect(entries).toBeGreaterThanOrEqual(25);
  await place.remove();
  for (let at = 1; at <= entries; at++) {
    for (const when of ['before', 'after'] as const) {
      place = await stubWorkplace();
      blobs = memoryBlobs();
      const before = stub.requests.length;
      const { end, usage, transcript } = await crashAndResume(at, when);
      const point = `entry ${String(at)}, ${when}`;
      const asked = stub.requests.length - before;
      expect([point, end.kind]).toEqual([point, 'handed-off']);
      // Five turns; a request whose answer was not recorded is made once more, and counted.
      expect([point, asked <= TURNS.length + 1]).toEqual([point, true]);
      expect([point, usage.requests >= asked && usage.requests <= asked + 1]).toEqual([point, true]);
      // A command with a recorded result is not run again; one of unknown outcome is reported, not repeated.
      expect([point, place.ran.filter((command) => command === 'first').length <= 1]).toEqual([point, true]);
      expect([point, place.ran.filter((command) => command === 'second').length <= 1]).toEqual([point, true]);
      const { messages } = await readTranscript(blobs, transcript);
      const interrupted = JSON.stringify(messages).includes('its outcome is unknown');
      const files = await place.files();
      expect([point, files['a.txt']]).toEqual([point, 'two\n']);
      // What an interrupted command did to files is undone; otherwise its effect stands once.
      if (!interrupted) expect([point, files['effects.txt']]).toEqual([point, 'first\nsecond\n']);
      await place.remove();
    }
  }
  place = await stubWorkplace();
});

test('every tool call has exactly one result after a resume, in a conversation the API accepts', async () => {
  const { transcript } = await crashAndResume(11, 'after');
  const { messages } = await readTranscript(blobs, transcript);
  const uses = messages
    .flatMap((m) => (Array.isArray(m.content) ? m.content : []))
    .flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
  const results = messages
    .flatMap((m) => (Array.isArray(m.content) ? m.content : []))
    .flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : []));
  expect(results.sort()).toEqual(uses.sort());
  expect(new Set(uses).size).toBe(uses.length);
});

test('an attempt whose end was recorded is not worked on again', async () => {
  const journal = memoryJournal();
  const desk = { journal, keepFiles: () => place.keepFiles(), readMail: () => Promise.resolve(NO_MAIL) };
  await tryAttempt({ url: stub.url, place, blobs, desk });
  const asked = stub.requests.length;
  const again = await tryAttempt({
    url: stub.url,
    place,
    blobs,
    desk: { ...desk, journal: memoryJournal(journal.written) },
  });
  expect(again.end.kind).toBe('handed-off');
  expect(stub.requests.length).toBe(asked);
});

test('checks the machine could not run are no result: the try fails, and the next one runs them', async () => {
  let runs = 0;
  const checks = {
    runChecks: () => {
      runs += 1;
      return runs === 1
        ? Promise.reject(new CouldNotRun('There is no PostgreSQL for the tests: it is full'))
        : Promise.resolve({ passed: true, output: 'all is well' });
    },
  };
  const journal = memoryJournal();
  const keepFiles = () => place.keepFiles();
  const desk = { journal, keepFiles, readMail: () => Promise.resolve(NO_MAIL) };
  await expect(tryAttempt({ url: stub.url, place, blobs, desk, checks })).rejects.toMatchObject({
    name: 'Gate.CouldNotRun',
  });
  const next = { ...desk, journal: memoryJournal(journal.written) };
  const { end } = await tryAttempt({ url: stub.url, place, blobs, desk: next, checks });
  expect([end.kind, runs]).toEqual(['handed-off', 2]);
  const said = JSON.stringify(stub.requests.at(-1));
  expect(said).toContain('all is well');
  expect(said).not.toMatch(/PostgreSQL|Interrupted/);
});

test('commands that lost workers interrupted, however often, do not count as going in circles', async () => {
  const kept: unknown[] = [];
  const ids = ['a', 'b', 'c', 'd', 'e'];
  for (const [turn, id] of ids.entries()) {
    const content = [{ type: 'tool_use', id, name: 'bash', input: { command: 'again' } }];
    if (turn === 0) {
      const journal = memoryJournal();
      await tryAttempt({
        url: stub.url,
        place,
        blobs,
        desk: deskFixture({ journal, mail: () => ({ ...NO_MAIL, paused: true }) }),
      });
      kept.push(...journal.written);
    }
    kept.push(
      { kind: 'dispatched', estimateUsd: null },
      { kind: 'answered', content, stopReason: 'tool_use', usage: NO_USAGE, ms: 1, unrepeatable: [] },
      { kind: 'calling', id },
    );
    const journal = memoryJournal(kept);
    const { end } = await tryAttempt({
      url: stub.url,
      place,
      blobs,
      desk: deskFixture({ journal, mail: () => ({ ...NO_MAIL, paused: true }) }),
    });
    expect([turn, end.kind]).toEqual([turn, 'pause']);
    kept.splice(0, kept.length, ...journal.written);
  }
});
