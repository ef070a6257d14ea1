// Needs the build (dist/), and bubblewrap where it is installed. Measures time: failures it finds are far above the noise.
import { underLoad } from '../../../src/gate/checkers/performance/under-load';
import type { Answer } from '../../../src/gate/checker';
import { ask } from '../../../src/gate/run-checker';
import type { Sample } from '../stage/support';
import { openSmallService, type Planted } from './small-service';

let sample: Sample | undefined;
afterEach(() => sample?.dispose());

/** Tests run beside this one: a machine that had no time to tell is asked again. */
const MOST_TRIES = 6;

async function measured(...of: Parameters<typeof openSmallService>): Promise<Map<string, Answer>> {
  for (let tries = 1; ; tries += 1) {
    sample = await openSmallService(...of);
    const { answers } = await ask(underLoad, sample.inspection);
    const untold = answers.some(
      ({ outcome }) => outcome.kind === 'could-not-run' && outcome.ofMachine === true,
    );
    if (!untold || tries === MOST_TRIES) return new Map(answers.map((answer) => [answer.subject, answer]));
    await sample.dispose();
  }
}

const keysOf = (answer: Answer | undefined): string[] => {
  if (answer?.outcome.kind !== 'ran-found') return [];
  return (answer.outcome.findings ?? []).map(({ key }) => key);
};

test('a service that is well passes all four, and the figures are told', async () => {
  const answers = await measured();
  expect([...answers.values()].map(({ subject, outcome }) => [subject, outcome.kind])).toEqual([
    ['response-time', 'ran-clean'],
    ['performance-tests', 'ran-clean'],
    ['memory-monitored', 'ran-clean'],
    ['non-blocking', 'ran-clean'],
  ]);
  const { measures, evidence } = answers.get('response-time') ?? {};
  expect(measures?.['responseTimeP95Ms']).toBeGreaterThan(0);
  expect(measures?.['responseTimeSamples']).toBeGreaterThanOrEqual(120);
  expect(evidence?.[0]).toMatchObject({
    text: expect.stringMatching(/^GET \/v1\/items: p95 .* median of .* \(spread \d+ %/),
  });
});

const DEFECTS: [string, string, string, Planted][] = [
  [
    'a slow list',
    'response-time',
    'slow:GET /v1/items',
    { list: 'setTimeout(() => send(200, { items: [] }), 700); return' },
  ],
  [
    'an item that fails under load only',
    'response-time',
    'fails-under-load:GET /v1/items/{itemId}',
    {
      before: 'let busy = 0;',
      item: 'busy += 1; if (busy > 3) { busy -= 1; return send(503, {}); } setTimeout(() => { busy -= 1; send(200, { id: 1 }); }, 3); return',
    },
  ],
  ['a list that computes', 'non-blocking', 'blocks:GET /v1/items', { list: 'wait(40)' }],
  ['a creation that computes', 'non-blocking', 'blocks:POST /v1/items', { create: 'wait(40)' }],
  [
    'buffers that are kept',
    'memory-monitored',
    'heap-grows',
    { before: 'const kept = [];', everywhere: 'kept.push(Buffer.alloc(20000));' },
  ],
  [
    'closures that are kept',
    'memory-monitored',
    'heap-grows',
    { before: 'const kept = new Map();', item: 'kept.set(request, response)' },
  ],
  ['memory that nobody can see', 'memory-monitored', 'memory-not-observable', { metrics: 'send(404, {})' }],
];
test.each(DEFECTS)('%s is found by %s as %s', async (_name, subject, key, planted) => {
  const answers = await measured(planted);
  expect(keysOf(answers.get(subject))).toContain(key);
});

test('a list that fails is told, not left out', async () => {
  const answers = await measured({ list: 'return send(500, {})' });
  expect(keysOf(answers.get('response-time'))).toEqual(['fails:GET /v1/items']);
});

test('a limit for each address does not shape the figures', async () => {
  const everywhere = `const from = request.socket.remoteAddress; seen[from] = (seen[from] ?? 0) + 1;
    response.setHeader('ratelimit-limit', 60);
    if (seen[from] > 60) return send(429, {});`;
  const answers = await measured({ before: 'const seen = {};', everywhere });
  expect(answers.get('response-time')?.outcome.kind).toBe('ran-clean');
});

test('a limit for everybody cannot be measured, unless a variable raises it', async () => {
  const limit = (amount: string): Planted => ({
    before: 'let seen = 0;',
    everywhere: `seen += 1; if (seen > ${amount}) return send(429, {});`,
  });
  const answers = await measured(limit('60'));
  expect(answers.get('response-time')?.outcome).toMatchObject({
    kind: 'could-not-run',
    reason: expect.stringContaining('answered 429'),
  });
  await sample?.dispose();
  const raised = await measured(limit('Number(process.env.RATE_LIMIT_MAX)'), {
    run: { env: { RATE_LIMIT_MAX: '60' } },
    settings: { api: { kind: 'openapi', spec: 'openapi.json', from: 'file', basePath: null } },
  });
  expect(raised.get('response-time')?.outcome.kind).toBe('ran-clean');
});

test('a service that does not start leaves all four open', async () => {
  const answers = await measured({ before: 'throw new Error("redis is not there");' });
  expect([...answers.values()].map(({ outcome }) => outcome.kind)).toEqual(Array(4).fill('could-not-run'));
  expect(answers.get('response-time')?.outcome).toMatchObject({
    reason: expect.stringContaining('redis is not there'),
  });
});
