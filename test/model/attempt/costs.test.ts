// Needs loopback and temporary folders; a scripted provider.
import { book, sumLedger, type LedgerRow } from '../../../src/domain/usage/ledger';
import { NO_MAIL } from '../../../src/domain/work/mail';
import type { Usage } from '../../../src/domain/usage/usage';
import { createClientFor } from '../../../src/model/client';
import { createCoordination } from '../../../src/model/coordination';
import { NOTHING_TOUCHED } from '../../domain/tasks';
import { askingFixture, memoryJournal } from '../../support/journals';
import { HANDOFF, startProviderStub, turnOf, type ProviderStub } from '../../support/provider-stub';
import { recomputeCosts, type RawCall } from '../../support/recompute-costs';
import { dossierFixture, memoryBlobs, rolesFixture, taskFixture } from '../fixtures';
import { stubWorkplace, tryAttempt, type StubWorkplace } from './stub-attempt';

let stub: ProviderStub;
let place: StubWorkplace;
let calls: RawCall[];

/** Each call is counted differently, so that no two mistakes cancel out. */
const usageOfCall = (number: number): RawCall['usage'] => ({
  input_tokens: 101 + 13 * number,
  output_tokens: 17 + 5 * number,
  cache_read_input_tokens: 1009 * number,
  cache_creation_input_tokens: 307 + number,
});

beforeEach(async () => {
  calls = [];
  place = await stubWorkplace();
  stub = await startProviderStub((request, number) => {
    const usage = usageOfCall(number);
    calls.push({ model: request.model, usage });
    if (request.output_config?.format !== undefined) {
      return { kind: 'turn', text: JSON.stringify(NOTHING_TOUCHED), usage };
    }
    const turn = turnOf(request);
    return turn < 4
      ? { kind: 'turn', tools: [{ name: 'bash', input: { command: `step ${String(turn)}` } }], usage }
      : { ...HANDOFF, usage };
  });
});
afterEach(async () => {
  await stub.stop();
  await place.remove();
});

const rounded = (usage: Usage) => ({ ...usage, usd: Number(usage.usd?.toFixed(9)) });

test('tokens and money of calls, attempts, roles and the objective are those of the raw requests, also over a pause', async () => {
  const dossier = { ...dossierFixture(), model: { kind: 'anthropic' } as const };
  const clientFor = createClientFor({
    anthropic: { apiKey: 'k', baseUrl: stub.url },
    offlineUrl: () => stub.url,
  });
  const blobs = memoryBlobs();
  const coordination = createCoordination({ clientFor, roles: rolesFixture(), blobs });
  const signal = new AbortController().signal;
  let ledger: LedgerRow[] = [];

  const analysed = await coordination.analyse({ dossier, asking: askingFixture(), signal });
  ledger = book(ledger, {
    subject: 'objective',
    role: 'backend-coordinator',
    level: 0,
    usage: analysed.usage,
  });
  const planned = calls.length;

  let entries: readonly unknown[] = [];
  let total: Usage | null = null;
  for (const paused of [true, false]) {
    const journal = memoryJournal(entries);
    const outcome = await tryAttempt({
      url: stub.url,
      place,
      blobs,
      desk: {
        journal,
        keepFiles: () => place.keepFiles(),
        readMail: () => Promise.resolve({ ...NO_MAIL, paused: paused && calls.length >= planned + 2 }),
      },
      request: { task: taskFixture() },
    });
    expect(outcome.end.kind).toBe(paused ? 'pause' : 'handed-off');
    entries = journal.written;
    total = outcome.usage;
  }
  if (total === null) throw new Error('there was no attempt');
  ledger = book(ledger, { subject: 'backend-T001', role: 'nodejs-expert', level: 0, usage: total });

  expect(rounded(analysed.usage)).toEqual(rounded(recomputeCosts(calls.slice(0, planned))));
  expect(rounded(total)).toEqual(rounded(recomputeCosts(calls.slice(planned))));
  const byRole = sumLedger(ledger, (row) => row.role);
  expect([...byRole.keys()]).toEqual(['backend-coordinator', 'nodejs-expert']);
  const all = sumLedger(ledger, () => 'all').get('all');
  expect(all === undefined ? null : rounded(all)).toEqual(rounded(recomputeCosts(calls)));
  expect(new Set(calls.map((call) => call.model))).toEqual(new Set(['claude-opus-5-5', 'claude-sonnet-5-5']));
});
