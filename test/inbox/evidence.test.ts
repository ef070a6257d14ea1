// Needs no Temporal and no browser: what a question's page says of the gate, read by plain requests.
import { Receipt, type GateSummary } from '../../src/domain/quality-gate/receipt';
import type { InboxServer } from '../../src/inbox/server';
import { ID, task } from '../cli/fixtures';
import { asking, createFakeDesk, openInbox, QUESTION, type FakeDesk } from './fake-desk';

const PATH = `/objectives/${ID}/questions/${QUESTION}`;
const SECRET = `ghp_${'a1B2'.repeat(9)}`;
const OUTPUT = `<script>alert(1)</script>\n${'line\n'.repeat(3000)}token ${SECRET}\nthe end\u202e`;
const NOWHERE = 'f'.repeat(64);

let desk: FakeDesk;
let server: InboxServer;
beforeEach(async () => {
  desk = createFakeDesk([asking()]);
  server = await openInbox(desk);
});
afterEach(() => server.stop());

const receipt = (over: Partial<Receipt>): Receipt =>
  Receipt.parse({
    subject: 'tests',
    verdict: 'fail',
    checker: { kind: 'tool', name: 'npm test', version: null, argv: ['npm', 'test'], exitCode: 1 },
    tree: 'd'.repeat(40),
    startedAt: '2030-01-01T00:00:00.000Z',
    durationMs: 5,
    sandbox: 'none',
    evidence: [],
    note: '',
    ...over,
  });

/** Has the task of the question fail with these receipts. */
function fail(receipts: readonly Receipt[], over: Partial<GateSummary>): void {
  const commit = 'c'.repeat(40);
  const tree = 'd'.repeat(40);
  const report = desk.store(JSON.stringify({ tree, commit, base: 'a'.repeat(40), receipts }));
  const counts = { pass: 0, fail: 1, 'not-applicable': 0, 'needs-review': 0, waived: 0 };
  const gate: GateSummary = { tree, report, green: false, red: [], counts, ...over };
  desk.change(ID, { tasks: [task({ state: 'suspended', commit, waitingFor: QUESTION, gate })] });
}

async function read(path: string): Promise<{ readonly status: number; readonly body: string }> {
  const entered = await fetch(new URL(server.newLink(), server.url));
  const cookie = entered.headers
    .getSetCookie()
    .map((row) => row.split(';')[0])
    .join('; ');
  const answer = await fetch(new URL(path, server.url), { headers: { cookie } });
  return { status: answer.status, body: await answer.text() };
}

const red = [{ subject: 'tests' as const, excerpt: 'not ok 1' }];

describe('the page of a question', () => {
  test('shows what is left to a human beside what is red', async () => {
    fail([receipt({})], { red, review: [{ subject: 'secrets-in-env', excerpt: 'Nobody could tell.' }] });
    const { body } = await read(PATH);
    expect(body).toMatch(/<h3>tests<\/h3>[^]*not ok 1[^]*<h3>secrets-in-env<\/h3>[^]*Nobody could tell\./);
  });

  test('leads to the whole output of what fails: escaped, without its secrets', async () => {
    const output = desk.store(OUTPUT);
    fail([receipt({ evidence: [{ kind: 'output', output, excerpt: 'x' }] })], { red });
    const { body } = await read(PATH);
    const path = `${PATH}/output/${output}`;
    expect(body).toContain(`<a href="${path}">The whole output of npm test</a>`);
    const page = await read(path);
    expect(page.status).toBe(200);
    expect(page.body).toContain('&lt;script&gt;alert(1)');
    expect(page.body).toContain('token [redacted:github-token]\nthe end[U+202E]');
    expect(page.body).not.toContain(SECRET);
  });

  test('leads to the output behind what is left to a human, too', async () => {
    const output = desk.store(OUTPUT);
    const evidence = [{ kind: 'output' as const, output, excerpt: 'x' }];
    fail([receipt({ subject: 'secrets-in-env', verdict: 'needs-review', evidence })], {
      review: [{ subject: 'secrets-in-env', excerpt: 'Nobody could tell.' }],
    });
    expect((await read(PATH)).body).toContain(`${PATH}/output/${output}`);
  });

  test('an output that is not on this machine is one sentence, and so are receipts', async () => {
    fail([receipt({ evidence: [{ kind: 'output', output: NOWHERE, excerpt: 'x' }] })], { red });
    expect((await read(`${PATH}/output/${NOWHERE}`)).body).toContain(
      'The output ffffffffffff is not on this machine, or cannot be read.',
    );
    fail([], { red, report: NOWHERE });
    const { status, body } = await read(PATH);
    expect(status).toBe(200);
    expect(body).toContain('The receipts ffffffffffff cannot be read on this machine.');
  });

  test('gives out nothing else that is stored, and nothing to who is not logged in', async () => {
    const other = desk.store('of somebody else');
    const output = desk.store(OUTPUT);
    fail([receipt({ evidence: [{ kind: 'output', output, excerpt: 'x' }] })], { red });
    const page = await read(`${PATH}/output/${other}`);
    expect([page.status, page.body.includes('of somebody else')]).toEqual([404, false]);
    expect((await fetch(new URL(`${PATH}/output/${output}`, server.url))).status).toBe(401);
  });
});
