// Needs loopback; no server beyond the offline model.
import type Anthropic from '@anthropic-ai/sdk';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { withBreakpoints } from '../../src/model/cache-breakpoints';
import { createClientFor } from '../../src/model/client';
import { modelId, usageOf } from '../../src/model/models';
import { charterPrompt } from '../../src/model/prompts/charter';
import { delegationPrompt } from '../../src/model/prompts/delegation';
import { roleAtWork } from '../../src/model/role-at-work';
import { loadRoles } from '../../src/model/roles';
import { streamMessage } from '../../src/model/stream-message';
import { createDepartmentTools } from '../../src/model/tools/department';
import { FILE_TOOLS } from '../../src/model/tools/files';
import { say, tell } from '../../src/model/transcript';
import type { LoadedAnswer, LoadedPlaybook } from '../../src/offline/playbook';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { addUsage, NO_USAGE, type Usage } from '../../src/domain/usage/usage';
import { dossierFixture, memoryBlobs, taskFixture, OPEN_ACCESS } from './fixtures';
import { createStrictCache } from './strict-cache';

/** Calls of each turn; twelve calls and their results are more blocks than the provider looks back over. */
const CALLS = [1, 3, 1, 12, 2, 1, 1, 4, 1, 12, 1, 1, 2, 14, 1, 1, 3, 1, 1, 1];
const MODEL = { kind: 'offline', playbook: 'long', scenario: 'default' } as const;

function longPlaybook(): LoadedPlaybook {
  const answers = CALLS.map((calls, turn): LoadedAnswer => ({
    id: `turn-${String(turn)}`,
    scenarios: ['default'],
    when: turn === 0 ? {} : { after: [`turn-${String(turn - 1)}`] },
    unless: [],
    repeat: false,
    reply: {
      kind: 'turn',
      text: `Turn ${String(turn)}: I look at what is next.`,
      tools: Array.from({ length: calls }, (_, n) => ({
        name: 'read',
        input: { file_path: `src/file-${String(turn)}-${String(n)}.js` },
      })),
      stop: null,
    },
  }));
  return {
    name: 'long',
    title: 'twenty turns',
    covers: [['x']],
    target: { sample: 'greeter' },
    scenarios: [{ name: 'default', title: 'twenty turns' }],
    answers,
  };
}

let offline: OfflineModel;
let usage: Usage = NO_USAGE;
let bodies: readonly unknown[];

beforeAll(async () => {
  offline = await startOfflineModel({ playbooks: [longPlaybook()] });
  const client = createClientFor({
    anthropic: { apiKey: undefined, baseUrl: undefined },
    offlineUrl: (playbook, scenario) => offline.url(playbook, scenario),
  })(MODEL);
  const dossier = dossierFixture();
  const blobs = memoryBlobs();
  const roles = await loadRoles(join(packageRoot(), 'agents'));
  const role = await roleAtWork({ roles, blobs }, dossier, 'nodejs-expert', null);
  const ports = {
    checks: { runChecks: () => Promise.reject(new Error('not run')) },
    bootstrap: {
      ensure: () => Promise.resolve({ env: {}, path: [], readOnly: [] }),
      addDependency: () => Promise.reject(new Error('not run')),
    },
  };
  const tools = [...FILE_TOOLS, ...createDepartmentTools(ports)].map((tool) => tool.definition);
  const task = taskFixture();
  const opening = delegationPrompt({
    dossier,
    task,
    specialist: 'nodejs-expert',
    conflicts: [],
    access: OPEN_ACCESS,
  });
  const messages: Anthropic.MessageParam[] = [];
  tell(messages, [{ type: 'text', text: opening }]);
  for (const _ of CALLS) {
    const message = await streamMessage({
      client,
      params: {
        model: modelId(role.model),
        max_tokens: 1000,
        ...withBreakpoints({ tools, system: [charterPrompt(dossier.roles), role.prompt], messages }),
      },
      signal: new AbortController().signal,
      idleMs: 10_000,
    });
    usage = addUsage(usage, usageOf(message, MODEL));
    say(messages, message.content);
    const calls = message.content.filter((block) => block.type === 'tool_use');
    tell(
      messages,
      calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: `${id}\n`.repeat(60) })),
    );
  }
  bodies = offline.requests.map((request) => request.body);
});
afterAll(() => offline.stop());

function share(counted: readonly { read: number; total: number }[]): number {
  const sum = (key: 'read' | 'total'): number => counted.reduce((so, row) => so + row[key], 0);
  return sum('read') / sum('total');
}

test('of twenty turns, some with more blocks than the look-back, nine tenths of the input are read from the cache', () => {
  expect(usage.requests).toBe(20);
  const { input, cacheRead, cacheWrite } = usage;
  expect(cacheRead / (input + cacheRead + cacheWrite)).toBeGreaterThanOrEqual(0.9);
  expect(share(bodies.map(createStrictCache()))).toBeGreaterThanOrEqual(0.9);
});

test('every turn after the first reads all that the turn before had sent', () => {
  const count = createStrictCache();
  const counted = bodies.map(count);
  for (const [turn, { read }] of counted.entries()) {
    const before = counted[turn - 1];
    expect(read).toBe(before === undefined ? 0 : before.read + before.written);
  }
});

test('without the mark at the message before the newest, turns of many calls find nothing of the conversation', () => {
  const counted = bodies.map(withoutEarlierMark).map(createStrictCache());
  expect(share(counted)).toBeLessThan(0.9);
});

test('roles on one model share tools and charter', () => {
  const messages = [{ role: 'user' as const, content: 'x' }];
  const charter = charterPrompt(undefined);
  const tools = FILE_TOOLS.map((tool) => tool.definition);
  const count = createStrictCache();
  const ask = (role: string) =>
    count({
      model: 'claude-sonnet-5-5',
      max_tokens: 1,
      ...withBreakpoints({ tools, system: [charter, role], messages }),
    });
  expect(ask('You are one.').read).toBe(0);
  expect(ask('You are another.').read).toBeGreaterThan(Buffer.byteLength(charter) / 4);
});

test('never more than four marks, none on thinking, and the conversation itself stays unmarked', () => {
  const thought = { type: 'thinking' as const, thinking: 'hm', signature: 's' };
  const messages: Anthropic.MessageParam[] = [
    { role: 'user', content: 'one' },
    { role: 'assistant', content: [thought] },
    { role: 'user', content: [{ type: 'text', text: 'two' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'a' }, thought] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'r' }] },
    { role: 'assistant', content: [thought] },
  ];
  const before = structuredClone(messages);
  const marked = JSON.stringify(withBreakpoints({ tools: [], system: ['a', 'b', 'c'], messages }));
  expect(messages).toEqual(before);
  expect(marked.match(/cache_control/g)).toHaveLength(4);
  expect(marked).not.toMatch(/"thinking":"hm","signature":"s","cache_control"/);
  expect(marked).toContain('{"type":"text","text":"two","cache_control"');
});

/** A request as it would be if only the newest message were marked. */
function withoutEarlierMark(body: unknown): unknown {
  const request = structuredClone(body) as { messages: Anthropic.MessageParam[] };
  const users = request.messages.filter((message) => message.role === 'user');
  for (const message of users.slice(0, -1)) {
    if (typeof message.content === 'string') continue;
    for (const block of message.content) delete (block as { cache_control?: unknown }).cache_control;
  }
  return request;
}
