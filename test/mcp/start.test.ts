// Needs no server: start_objective over the command's own checks, with services that start nothing.
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Services, SurveyedTarget, Target } from '../../src/cli/services';
import type { Survey } from '../../src/domain/target/survey';
import { connectClient, openDesk, textOf, type OpenDesk } from './open-desk';

const HASH = 'ab12'.repeat(16);

function target(over: Partial<Target> = {}): Target {
  return {
    source: { kind: 'path', path: '/srv/shop' },
    identity: '/srv/shop',
    baseRef: 'main',
    baseCommit: 'a'.repeat(40),
    notes: ['The checkout has changes that no commit holds.'],
    sample: null,
    ...over,
  };
}

const sample = target({
  source: { kind: 'sample', name: 'orders-service', version: '1.0.0' },
  sample: 'orders-service',
  notes: [],
});

const surveyed: SurveyedTarget = {
  survey: {} as Survey,
  trustHash: HASH,
  configuration: null,
  commands: 'test     npm test',
  lacking: [],
  roles: [],
  roleNotes: [],
};

let desk: OpenDesk;
let client: Client;
let workers: number;
afterEach(async () => {
  await client.close();
  await desk.dispose();
});

async function open(found: Target, over: Partial<Services> = {}): Promise<void> {
  workers = 0;
  desk = await openDesk(
    { worker: true },
    {
      findTarget: () => Promise.resolve(found),
      findSample: () => Promise.resolve('orders-service'),
      findCoverage: () =>
        Promise.resolve({ playbook: { name: 'auth', scenarios: ['default'] }, covered: 'It covers logins.' }),
      surveyTarget: () => Promise.resolve(surveyed),
      probeSandbox: () => Promise.resolve({ level: 'bubblewrap', detail: 'works' }),
      startBackgroundWorker: () => {
        workers += 1;
        return Promise.resolve({ pid: 4711, log: '/logs/worker.log' });
      },
      ...over,
    },
  );
  client = await connectClient(desk);
}

const start = (more: Record<string, unknown> = {}) =>
  client.callTool({ name: 'start_objective', arguments: { objective: 'Add login', ...more } });

test('a sample is started at once and left to a worker in the background', async () => {
  await open(sample);
  const { structuredContent, isError } = await start({ approvePlan: true, budgetUsd: null, maxParallel: 2 });
  expect(isError).toBeUndefined();
  expect(structuredContent).toMatchObject({
    id: expect.stringMatching(/^objective-add-login-[0-9a-f]{8}$/),
    attached: false,
    budgetUsd: null,
  });
  expect(desk.gateway.started).toMatchObject([
    { input: { options: { approvePlan: true, budgetUsd: null, maxParallel: 2, allowUnsandboxed: false } } },
  ]);
  expect(workers).toBe(1);
});

test('the same objective again is told to be under way', async () => {
  await open(sample);
  const first = await start();
  const again = await start();
  expect(again.structuredContent).toMatchObject({ attached: true });
  expect(textOf(again)).toMatch(/^Already under way: objective-add-login-/);
  expect(textOf(first)).toMatch(/^Started: objective-add-login-/);
});

test('an untrusted repository is refused with its commands and their hash, and nobody is asked', async () => {
  await open(target());
  const result = await start({ repo: '/srv/shop' });
  expect(result.isError).toBe(true);
  expect(textOf(result)).toMatch(`--trust ${HASH}`);
  expect(JSON.stringify(result.content)).toMatch('npm test');
  expect(desk.gateway.started).toEqual([]);
  expect(workers).toBe(0);
});

test('with the hash it starts, and what should be read is in the answer', async () => {
  await open(target());
  const result = await start({ repo: '/srv/shop', trust: HASH });
  expect(result.structuredContent).toMatchObject({
    notes: expect.arrayContaining(['The checkout has changes that no commit holds.']),
  });
  expect(desk.gateway.started).toHaveLength(1);
});

test.each<[string, Partial<Services>, RegExp]>([
  [
    'without a working sandbox',
    { probeSandbox: () => Promise.resolve({ level: 'none', detail: 'bwrap is missing' }) },
    /needs a sandbox, and none works here/,
  ],
  [
    'with an objective the offline model does not cover',
    { findCoverage: () => Promise.resolve({ playbook: null, covered: 'It covers logins.' }) },
    /No offline playbook covers this objective\. It covers logins\./,
  ],
  [
    'whose commands cannot run here',
    { surveyTarget: () => Promise.resolve({ ...surveyed, lacking: ['it needs a JDK'] }) },
    /cannot run on this machine: it needs a JDK/,
  ],
])('a repository %s is refused before anything starts', async (_, over, sentence) => {
  await open(target(), over);
  const result = await start({ repo: '/srv/shop', trust: HASH });
  expect(result.isError).toBe(true);
  expect(textOf(result)).toMatch(sentence);
  expect(desk.gateway.started).toEqual([]);
  expect(workers).toBe(0);
});
