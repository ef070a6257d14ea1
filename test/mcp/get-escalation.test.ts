// Needs no server: what a question is decided on, over the real desk, a real blob store and a scripted gateway.
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { GateReport } from '../../src/domain/quality-gate/receipt';
import { NO_USAGE } from '../../src/domain/usage/usage';
import { escalation, ID, status, task } from '../cli/fixtures';
import { execution } from '../client/fake-gateway';
import { connectClient, openDesk, textOf, type OpenDesk } from './open-desk';

const E1 = 'backend-T001-E1';
const DIFF = [
  'diff --git a/x b/x',
  ...Array.from({ length: 500 }, (_, n) => `+zeile ü ${String(n)}`),
  '',
].join('\n');
const OUTPUT = `${Array.from({ length: 2000 }, (_, n) => `ok ${String(n)}`).join('\n')}\nnot ok: the order is lost\n`;

let desk: OpenDesk;
let client: Client;
/** Ref of the gate's report about the task. */
let report: string;
/** What git cut the diff to. */
let asked: number[];
let diff: () => Promise<string>;
beforeEach(async () => {
  asked = [];
  report = 'e'.repeat(64);
  diff = () => Promise.resolve(DIFF);
  const repositories = {
    diff: ({ maxBytes }: { readonly maxBytes: number }) => {
      asked.push(maxBytes);
      return diff();
    },
  };
  desk = await openDesk(
    { executions: [execution(ID)], worker: true, query: () => standing() },
    {
      repositories: () => Promise.resolve(repositories as never),
      audit: () => Promise.resolve({ lines: () => Promise.resolve([]) } as never),
    },
  );
  client = await connectClient(desk);
});
afterEach(async () => {
  await client.close();
  await desk.dispose();
});

const standing = () =>
  status({
    state: 'awaiting-human',
    escalations: [escalation()],
    decisions: [
      {
        escalationId: 'backend-T002-E1',
        decision: 'skip',
        option: null,
        guidance: null,
        assignee: null,
        by: 'bob',
        channel: 'signal',
        decidedAt: '2030-01-01T00:00:00.000Z',
      },
    ],
    ledger: [{ subject: 'backend-T001', role: 'api-architect', level: 2, usage: NO_USAGE }],
    tasks: [
      task({
        specialist: 'nodejs-expert',
        state: 'suspended',
        commit: 'c'.repeat(40),
        gate: {
          tree: 'd'.repeat(40),
          report,
          green: false,
          red: [{ subject: 'tests', excerpt: 'not ok' }],
          counts: { pass: 1, fail: 0, 'not-applicable': 0, 'needs-review': 0, waived: 0 },
        },
        attempts: [
          {
            number: 1,
            level: 0,
            specialist: 'nodejs-expert',
            outcome: 'handed-off',
            because: '',
            summary: 'wrote it',
            transcript: 'f'.repeat(64),
          },
        ],
      }),
    ],
  });

/** Stores a report whose tests are red, with the output where it is stored at all. */
async function gated(output: string): Promise<void> {
  const stored: GateReport = {
    tree: 'd'.repeat(40),
    commit: 'c'.repeat(40),
    base: 'a'.repeat(40),
    receipts: [
      {
        subject: 'tests',
        verdict: 'fail',
        checker: { kind: 'tool', name: 'npm test', version: null, argv: ['npm', 'test'], exitCode: 1 },
        tree: 'd'.repeat(40),
        startedAt: '2030-01-01T00:00:00.000Z',
        durationMs: 5,
        sandbox: 'none',
        evidence: [{ kind: 'output', output, excerpt: 'not ok' }],
        note: '1 test fails',
        findings: [{ key: 'k', text: 'the order is lost', file: 'src/orders.ts', line: 7 }],
      },
      {
        subject: 'build',
        verdict: 'pass',
        checker: { kind: 'none' },
        tree: 'd'.repeat(40),
        startedAt: '2030-01-01T00:00:00.000Z',
        durationMs: 5,
        sandbox: 'none',
        evidence: [],
        note: '',
      },
    ],
  };
  report = await desk.blobs.put(JSON.stringify(stored));
}

const ask = (args: object = {}) =>
  client.callTool({ name: 'get_escalation', arguments: { id: ID, escalationId: E1, ...args } });

test('a question comes with its diff, its red receipts with their output, attempts and who else was asked', async () => {
  await gated(await desk.blobs.put(OUTPUT));
  const result = await ask();
  expect(result.structuredContent).toEqual({
    objective: ID,
    escalation: escalation(),
    attempts: [
      {
        number: 1,
        level: 0,
        specialist: 'nodejs-expert',
        outcome: 'handed-off',
        because: '',
        summary: 'wrote it',
      },
    ],
    consulted: [{ role: 'api-architect', level: 2 }],
    failing: {
      red: [{ subject: 'tests', excerpt: 'not ok' }],
      receipts: [
        {
          subject: 'tests',
          checker: 'npm test',
          note: '1 test fails',
          findings: { text: 'src/orders.ts:7: the order is lost', bytes: 34, leftOutBytes: 0 },
          outputs: [{ text: OUTPUT, bytes: OUTPUT.length, leftOutBytes: 0 }],
        },
      ],
    },
    diff: {
      from: 'a'.repeat(40),
      to: 'c'.repeat(40),
      more: false,
      text: DIFF,
      bytes: Buffer.byteLength(DIFF),
      leftOutBytes: 0,
    },
    precedents: [],
    notes: [],
  });
  expect(textOf(result)).toBe(`${E1} is open; red: tests; resolve_escalation answers it.`);
});

test('within bounds it is the beginning of the diff, the end of the output, and how much is left out', async () => {
  await gated(await desk.blobs.put(OUTPUT));
  const result = await ask({ maxBytes: 2048 });
  const { diff: seen, failing } = result.structuredContent as {
    diff: { text: string; bytes: number; leftOutBytes: number };
    failing: { receipts: { outputs: { text: string; bytes: number; leftOutBytes: number }[] }[] };
  };
  const output = failing.receipts[0]?.outputs[0];
  expect(DIFF.startsWith(seen.text) && seen.text.endsWith('\n')).toBe(true);
  expect(OUTPUT.endsWith(output?.text ?? '-')).toBe(true);
  // Findings and output share what there is of the receipts.
  expect([Buffer.byteLength(seen.text) <= 2048, output?.text.length]).toEqual([true, 1024]);
  for (const part of [seen, output]) {
    expect(part?.leftOutBytes).toBeGreaterThan(0);
    expect(Buffer.byteLength(part?.text ?? '') + (part?.leftOutBytes ?? 0)).toBe(part?.bytes);
  }
  expect(textOf(result)).toContain(`${String(seen.leftOutBytes)} bytes of the diff are left out`);
});

test('a text of one long line is cut between characters', async () => {
  diff = () => Promise.resolve('ü'.repeat(2000));
  await gated(await desk.blobs.put(`x${'ü'.repeat(2000)}`));
  const { structuredContent } = await ask({ maxBytes: 1025 });
  expect(structuredContent).toMatchObject({
    diff: { text: 'ü'.repeat(512), bytes: 4000, leftOutBytes: 2976 },
    failing: { receipts: [{ outputs: [{ text: 'ü'.repeat(256), bytes: 4001, leftOutBytes: 3489 }] }] },
  });
});

test('no secret in a diff or an output is shown', async () => {
  const secret = ['ghp', 'a1B2'.repeat(9)].join('_');
  diff = () => Promise.resolve(`+TOKEN = '${secret}'\n+port = 3000\n`);
  await gated(await desk.blobs.put(`refused ${secret}`));
  const said = JSON.stringify((await ask()).structuredContent);
  expect(said).not.toContain(secret);
  expect(said).toContain('port = 3000');
  expect(said).toContain('refused ');
});

test('a diff that git itself had to cut says that there is more than is counted', async () => {
  diff = () => Promise.resolve('x'.repeat(asked.at(-1) ?? 0));
  expect((await ask({ maxBytes: 1024 })).structuredContent).toMatchObject({
    diff: { more: true, leftOutBytes: (asked[0] ?? 0) - 1024 },
  });
});

test('what this machine does not have is a note, and the rest is shown', async () => {
  await gated('9'.repeat(64));
  diff = () => Promise.reject(new Error('not here'));
  expect((await ask()).structuredContent).toMatchObject({
    escalation: { id: E1 },
    diff: null,
    failing: { red: [{ subject: 'tests' }], receipts: [{ note: '1 test fails', outputs: [] }] },
    notes: [
      expect.stringMatching(/^The commits a{12}\.\.c{12} cannot be read/),
      'The output 999999999999 of tests cannot be read on this machine.',
    ],
  });
});

test.each([
  [{ escalationId: 'backend-T009-E1' }, /has no open question backend-T009-E1/],
  [{ escalationId: 'backend-T002-E1' }, /backend-T002-E1 is decided already: skip by bob;/],
  [{ escalationId: '../../x' }, /^The argument escalationId cannot be used: is no id of a question/],
  [{ id: '../x' }, /^The argument id cannot be used/],
  [{ maxBytes: 1024 * 1024 + 1 }, /^The argument maxBytes cannot be used/],
])('%j is refused in a sentence', async (args, sentence) => {
  const result = await ask(args);
  expect(result.isError).toBe(true);
  expect(textOf(result)).toMatch(sentence);
});
