// Needs loopback and temporary folders: two stand-ins for the Messages API, one of them not written here.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { readEnvironment } from '../../src/config/environment';
import { createClientFor } from '../../src/model/client';
import { createCoordination } from '../../src/model/coordination';
import { createSpecialists } from '../../src/model/tool-loop';
import { toolUseId } from '../../src/offline/conversation';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import type { LoadedReply } from '../../src/offline/playbook';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { askingFixture, deskFixture } from '../support/journals';
import {
  dossierFixture,
  FIXTURE_PLAYBOOKS,
  memoryBlobs,
  rolesFixture,
  taskFixture,
  temporaryWorktree,
} from './fixtures';

/*
 * The product and its offline model were written by the same hands and could misunderstand the API alike. So the same
 * conversation is held with a stand-in of other authors: it must lead to the same requests and the same result.
 */
let offline: OfflineModel;
let other: LLMock;
let replies: ReadonlyMap<string, LoadedReply>;

beforeAll(async () => {
  const playbooks = await loadPlaybooks(FIXTURE_PLAYBOOKS);
  offline = await startOfflineModel({ playbooks });
  const tiny = playbooks.find((playbook) => playbook.name === 'tiny');
  replies = new Map(tiny?.answers.map((answer) => [answer.id, answer.reply]));
  other = new LLMock({ port: 0, host: '127.0.0.1' });
  await other.start();
});
afterAll(async () => {
  await offline.stop();
  await other.stop();
});
beforeEach(() => {
  other.clearFixtures();
});

/** An answer of the playbook as the other stand-in is told it. */
function turn(id: string): { content: string; toolCalls: { id: string; name: string; arguments: string }[] } {
  const reply = replies.get(id);
  if (reply?.kind !== 'turn') throw new Error(`${id} is no turn`);
  return {
    content: reply.text ?? '',
    toolCalls: reply.tools.map((call, index) => ({
      id: toolUseId(id, index, 0),
      name: call.name,
      arguments: JSON.stringify(call.input),
    })),
  };
}

function analysis(): string {
  const reply = replies.get('analyse');
  if (reply?.kind !== 'json') throw new Error('analyse is no question');
  return JSON.stringify(reply.value);
}

function department(baseUrl: string) {
  const environment = readEnvironment({ ANTHROPIC_BASE_URL: baseUrl, ANTHROPIC_API_KEY: 'any' });
  const clientFor = createClientFor({
    anthropic: environment.anthropic,
    offlineUrl: () => {
      throw new Error('no offline model here');
    },
  });
  const blobs = memoryBlobs();
  const roles = rolesFixture();
  return {
    coordination: createCoordination({ clientFor, roles, blobs }),
    specialists: createSpecialists({
      clientFor,
      roles,
      blobs,
      checks: { runChecks: () => Promise.resolve({ passed: true, output: 'ok' }) },
      bootstrap: {
        ensure: () => Promise.resolve({ env: {}, path: [], readOnly: [] }),
        addDependency: () => Promise.reject(new Error('no')),
      },
      runShell: () => Promise.reject(new Error('no')),
    }),
  };
}

const dossier = { ...dossierFixture(), model: { kind: 'anthropic' } as const };
const signal = new AbortController().signal;

/** Leaves out what an answer may carry and the other stand-in does not: the client sends back what it was given. */
function withoutOptional(key: string, value: unknown): unknown {
  return key === 'citations' || key === 'caller' ? undefined : value;
}

/** One structured question and one attempt; the bodies of all requests, and what came of them. */
async function converse(baseUrl: string): Promise<{ requests: unknown[]; result: unknown }> {
  const requests: unknown[] = [];
  const send = globalThis.fetch;
  const spy = jest.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init?.headers);
    requests.push({
      path: pathname.replace(/^\/tiny\/default/, ''),
      version: headers.get('anthropic-version'),
      key: headers.get('authorization') ?? headers.get('x-api-key'),
      body: typeof init?.body === 'string' ? JSON.parse(init.body, withoutOptional) : null,
    });
    return send(input, init);
  });
  const worktree = await temporaryWorktree();
  try {
    const { coordination, specialists } = department(baseUrl);
    const analysed = await coordination.analyse({ dossier, asking: askingFixture(), signal });
    const { end } = await specialists.work({
      dossier,
      task: taskFixture(),
      attemptId: 'backend-T001/1',
      level: 0,
      specialist: 'nodejs-expert',
      worktree,
      prompt: { kind: 'delegation' },
      desk: deskFixture(),
      keepsFiles: false,
      grants: [],
      transcript: null,
      allowanceUsd: null,
      thrift: 0,
      signal,
      onProgress: () => undefined,
    });
    const greeting = await readFile(join(worktree.path, 'src/greeting.js'), 'utf8');
    return { requests, result: { analysis: analysed.value, end, greeting } };
  } finally {
    spy.mockRestore();
    await worktree.remove();
  }
}

test('the same conversation with another stand-in leads to the same requests and the same result', async () => {
  const told = (messages: readonly { role: string; content: unknown }[]): string => JSON.stringify(messages);
  other.on({ predicate: ({ messages }) => told(messages).includes('ASKED OF: @') }, { content: analysis() });
  other.on(
    { predicate: ({ messages }) => told(messages).includes('All checks passed') },
    turn('t001-handoff'),
  );
  other.on({ predicate: ({ messages }) => told(messages).includes('DELEGATION TO: @') }, turn('t001-write'));

  const theirs = await converse(other.url);
  const ours = await converse(offline.url('tiny', 'default'));
  expect(theirs.result).toEqual(ours.result);
  expect(theirs.result).toMatchObject({ end: { kind: 'handed-off' } });
  expect(theirs.requests).toHaveLength(3);
  expect(theirs.requests[0]).toMatchObject({ path: '/v1/messages', key: expect.stringContaining('any') });
  expect(theirs.requests).toEqual(ours.requests);
});

test.each([
  [401, 'authentication_error', 'Model.Unauthorized', false],
  [403, 'permission_error', 'Model.Unauthorized', false],
  [500, 'api_error', 'Model.Unavailable', true],
  [529, 'overloaded_error', 'Model.Overloaded', true],
])('its %i %s is read as %s', async (status, type, failure, retryable) => {
  other.nextRequestError(status, { message: 'no', type });
  const { coordination } = department(other.url);
  await expect(coordination.analyse({ dossier, asking: askingFixture(), signal })).rejects.toMatchObject({
    type: failure,
    retryable,
  });
});

test('its 429 is a wall, for which nothing is asked again', async () => {
  other.nextRequestError(429, { message: 'no', type: 'rate_limit_error' });
  const { coordination } = department(other.url);
  const ask = () => coordination.analyse({ dossier, asking: askingFixture(), signal });
  await expect(ask()).rejects.toMatchObject({ name: 'ProviderWalled', usage: { requests: 1 } });
  await expect(ask()).rejects.toMatchObject({ name: 'ProviderWalled', usage: { requests: 0 } });
});
