// Needs loopback: the check's own logic against a stand-in; whether the real API answers alike only a key can tell.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { smokeLive } from '../../scripts/smoke-live';
import { CapReached, createSpendingCap } from '../../scripts/smoke/spending-cap';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import type { LoadedPlaybook, LoadedReply } from '../../src/offline/playbook';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { FIXTURE_PLAYBOOKS } from '../model/fixtures';
import { planTask } from '../domain/tasks';

const KEY = 'key-of-the-test';

const use = (name: string, input: Record<string, unknown>): LoadedReply => ({
  kind: 'turn',
  text: null,
  tools: [{ name, input }],
  stop: null,
});
const HANDOFF = use('submit_handoff', {
  summary: 'x',
  artefacts: [],
  criteriaMet: [],
  knownLimitations: [],
  findings: [],
});

async function playbook(turns: readonly LoadedReply[]): Promise<LoadedPlaybook> {
  const tiny = (await loadPlaybooks(FIXTURE_PLAYBOOKS)).find((row) => row.name === 'tiny');
  const analyse = tiny?.answers.find((row) => row.id === 'analyse');
  if (tiny === undefined || analyse === undefined) throw new Error('the fixture playbook is gone');
  const any = { scenarios: ['default'], unless: [], repeat: false };
  return {
    ...tiny,
    answers: [
      analyse,
      {
        ...any,
        id: 'plan',
        when: { ask: 'plan' },
        reply: { kind: 'json', value: { summary: 's', tasks: [planTask(1)] } },
      },
      ...turns.map((reply, n) => ({ ...any, id: `turn-${String(n)}`, when: {}, reply })),
    ],
  };
}

let offline: OfflineModel;
let front: Server;
/** The offline model behind a door that knows the key, as the real API does. */
async function provider(
  turns: readonly LoadedReply[],
  usage: 'cached' | 'uncached' = 'cached',
): Promise<string> {
  offline = await startOfflineModel({ playbooks: [await playbook(turns)] });
  front = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.headers.authorization !== `Bearer ${KEY}`) {
        response.writeHead(401, { 'content-type': 'application/json' });
        response.end(
          '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
        );
        return;
      }
      const url = `${offline.url('tiny', 'default')}${request.url ?? ''}`;
      void fetch(url, {
        method: 'POST',
        headers: { 'x-api-key': KEY, 'anthropic-version': '2023-06-01' },
        body: Buffer.concat(chunks),
      }).then(async (answer) => {
        const text = await answer.text();
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
        response.end(
          usage === 'cached'
            ? text
            : text.replace(/"cache_read_input_tokens":\d+/g, '"cache_read_input_tokens":0'),
        );
      });
    });
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  return `http://127.0.0.1:${String((front.address() as AddressInfo).port)}`;
}
afterEach(async () => {
  await offline.stop();
  front.closeAllConnections();
  await new Promise((resolve) => front.close(resolve));
});

async function smoke(baseUrl: string, capUsd?: number) {
  const lines: string[] = [];
  const result = await smokeLive({
    anthropic: { apiKey: KEY, baseUrl },
    say: (line) => lines.push(line),
    ...(capUsd === undefined ? {} : { capUsd }),
  });
  return { ...result, lines, said: lines.join('\n') };
}

const GOOD = [use('write', { file_path: 'hello.txt', content: 'hello' }), HANDOFF];

test('structured output, a tool loop, caching and two failures are checked, within the cap', async () => {
  const { outcome, said, lines, spentUsd } = await smoke(await provider(GOOD));
  expect(said).not.toContain('FAILED');
  expect(
    lines.filter((line) => line.startsWith('passed')).map((line) => /passed {2}([^:]+)/.exec(line)?.[1]),
  ).toEqual(['structured output', 'tool loop and caching', 'a bad key', 'an invalid request']);
  expect(outcome).toBe('passed');
  expect(spentUsd).toBeGreaterThan(0);
  expect(spentUsd).toBeLessThan(0.5);
});

test.each([
  ['hands in without its work', [HANDOFF], 'cached', /FAILED {2}tool loop.*without the file/],
  [
    'calls no tool',
    [{ kind: 'turn', text: 'hm', tools: [], stop: null }],
    'cached',
    /FAILED.*called no tool/,
  ],
  ['never reads its cache', GOOD, 'uncached', /FAILED.*no turn read anything from the cache/],
] as const)('a provider that %s fails the check', async (_, turns, usage, message) => {
  const { outcome, said } = await smoke(await provider([...turns], usage));
  expect(outcome).toBe('failed');
  expect(said).toMatch(message);
});

test('a cap that the first call could pass stops everything before it is made', async () => {
  const { outcome, said, spentUsd } = await smoke(await provider(GOOD), 0.001);
  expect(outcome).toBe('failed');
  expect(said).toMatch(/of at most 0\.00 USD/);
  expect(spentUsd).toBe(0);
  expect(offline.requests).toEqual([]);
});

test('without a key nothing is asked, and it is not called passed', async () => {
  await provider(GOOD);
  const lines: string[] = [];
  const anthropic = { apiKey: undefined, baseUrl: undefined };
  const { outcome } = await smokeLive({ anthropic, say: (line) => lines.push(line) });
  expect(outcome).toBe('not-run');
  expect(lines.join('\n')).toMatch(/^NOT RUN/);
  expect(lines.join('\n')).not.toMatch(/passed/);
});

test('the cap counts a call that was never answered with the most it could have cost', async () => {
  await provider([]);
  const cap = createSpendingCap(0.01);
  const params = { model: 'claude-haiku-5-5', max_tokens: 10_000, messages: [] };
  cap.asked?.(params);
  expect(cap.spentUsd()).toBeGreaterThan(0.005);
  expect(() => cap.asked?.({ ...params })).toThrow(CapReached);
  expect(() => cap.asked?.({ ...params, model: 'claude-of-tomorrow' })).toThrow(/no price/);
});
