// Needs loopback and temporary folders; no server beyond the offline model, no git.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptPrompt } from '../../src/domain/work/work';
import { NO_MAIL, type Mail } from '../../src/domain/work/mail';
import { createClientFor } from '../../src/model/client';
import { createSpecialists } from '../../src/model/tool-loop';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import type { AttemptDesk, AttemptProgress } from '../../src/ports/department';
import { deskFixture } from '../support/journals';
import {
  dossierFixture,
  FIXTURE_PLAYBOOKS,
  matching,
  memoryBlobs,
  rolesFixture,
  taskFixture,
  temporaryWorktree,
  type TemporaryWorktree,
} from './fixtures';

let offline: OfflineModel;
let worktree: TemporaryWorktree;
let blobs: ReturnType<typeof memoryBlobs>;
let progress: string[];

beforeAll(async () => {
  offline = await startOfflineModel({ playbooks: await loadPlaybooks(FIXTURE_PLAYBOOKS) });
});
afterAll(() => offline.stop());
beforeEach(async () => {
  worktree = await temporaryWorktree();
  blobs = memoryBlobs();
  progress = [];
});
afterEach(() => worktree.remove());

const ADVICE: AttemptPrompt = {
  kind: 'advice',
  from: 'backend-architect',
  advice: { summary: 'Be quick', recommendations: ['keep a cache'], risks: [] },
  failure: null,
};

interface Options {
  readonly checks?: readonly { readonly passed: boolean; readonly output: string }[];
  readonly prompt?: AttemptPrompt;
  readonly transcript?: string;
  readonly steering?: readonly string[];
  readonly desk?: AttemptDesk;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: AttemptProgress) => void;
}

const mailOf = (notes: readonly string[]): Mail => ({
  ...NO_MAIL,
  steering: notes.map((text, index) => ({ seq: index + 1, text })),
});

async function work(taskId: string, options: Options = {}) {
  const outcomes = [...(options.checks ?? [])];
  const specialists = createSpecialists({
    clientFor: createClientFor({
      anthropic: { apiKey: undefined, baseUrl: undefined },
      offlineUrl: (playbook, scenario) => offline.url(playbook, scenario),
    }),
    roles: rolesFixture(),
    blobs,
    checks: {
      runChecks: () => Promise.resolve(outcomes.shift() ?? { passed: true, output: 'ok' }),
    },
    bootstrap: {
      ensure: () => Promise.resolve({ env: {}, path: [], readOnly: [] }),
      addDependency: () => Promise.resolve({ changedFiles: [] }),
    },
    runShell: () => Promise.reject(new Error('no shell in these tests')),
  });
  return specialists.work({
    dossier: dossierFixture(),
    task: taskFixture(taskId),
    attemptId: `${taskId}/1`,
    level: 0,
    specialist: 'nodejs-expert',
    worktree,
    prompt: options.prompt ?? { kind: 'delegation' },
    desk: options.desk ?? deskFixture({ mail: () => mailOf(options.steering ?? []) }),
    keepsFiles: false,
    grants: [],
    transcript: options.transcript ?? null,
    allowanceUsd: null,
    thrift: 0,
    signal: options.signal ?? new AbortController().signal,
    onProgress: (told) => {
      progress.push(told.doing);
      options.onProgress?.(told);
    },
  });
}

test('an attempt writes real files through tool calls and ends with its handoff', async () => {
  const { end, usage } = await work('backend-T001');
  expect(end).toMatchObject({ kind: 'handed-off', note: { artefacts: ['src/greeting.js'] } });
  expect(await readFile(join(worktree.path, 'src/greeting.js'), 'utf8')).toContain('Hello');
  expect(usage).toMatchObject({ requests: 2, usd: null });
  expect(usage.cacheRead).toBeGreaterThan(0);
  expect(progress).toEqual([
    'thinking',
    'read README.md',
    'write src/greeting.js',
    'run_checks',
    'thinking',
    'submit_handoff',
  ]);
});

test('a consultation suspends the attempt, and the advice is the result of that very call', async () => {
  const failing = [{ passed: false, output: 'slow' }];
  const suspended = await work('backend-T001', { checks: failing });
  expect(suspended.end).toEqual({
    kind: 'consult',
    question: { concern: 'performance', question: 'Why is it slow?' },
  });
  const resumed = await work('backend-T001', { transcript: suspended.transcript, prompt: ADVICE });
  expect(resumed.end.kind).toBe('handed-off');
  expect(await readFile(join(worktree.path, 'src/greeting.js'), 'utf8')).toContain('Hello again');
  const conversation = JSON.stringify(offline.requests.at(-1)?.body);
  expect(conversation).toMatch(
    /"tool_use_id":"toolu_t001-consult_1","content":\[\{"type":"text","text":"ADVICE FROM/,
  );
});

test('without the advice the same attempt ends differently', async () => {
  const suspended = await work('backend-T001', { checks: [{ passed: false, output: 'slow' }] });
  const resumed = await work('backend-T001', {
    transcript: suspended.transcript,
    prompt: { kind: 'failure', text: 'still slow', red: [] },
  });
  expect(resumed.end).toMatchObject({ kind: 'escalate', raised: { trigger: 'performance-unachievable' } });
});

test('when the tests pass at once nobody is consulted', async () => {
  const before = offline.requests.length;
  await work('backend-T001', { checks: [{ passed: true, output: 'ok' }] });
  expect(offline.requests.slice(before).map((request) => request.answer)).toEqual([
    't001-write',
    't001-handoff',
  ]);
});

test('a later attempt goes on in the same conversation with the evidence and what people said', async () => {
  const first = await work('backend-T001');
  await work('backend-T001', {
    transcript: first.transcript,
    prompt: {
      kind: 'failure',
      text: 'Checks failed: expected 401',
      red: [{ subject: 'tests', excerpt: 'x' }],
    },
    steering: ['hurry up'],
  });
  const body = JSON.stringify(offline.requests.at(-1)?.body);
  expect(body).toContain('THE LAST ATTEMPT DID NOT PASS');
  expect(body).toContain('RED: tests');
  expect(body).toContain('hurry up');
});

test.each([
  ['backend-T002', /6 tool calls in a row could not be understood; the last was fly/, 6],
  ['backend-T003', /read was called 4 times with the same input and the same result/, 4],
  ['backend-T004', /cut off twice at the token limit/, 2],
])('%s goes nowhere and ends unfinished: %s', async (taskId, reason, requests) => {
  const { end, usage } = await work(taskId);
  expect(end).toMatchObject({ kind: 'unfinished', reason: matching(reason) });
  expect(usage.requests).toBe(requests);
});

test('a call in a turn that was cut off is not run', async () => {
  await work('backend-T004');
  expect(existsSync(join(worktree.path, 'src/cut.js'))).toBe(false);
  expect(progress).not.toContain('write src/cut.js');
});

test('a refusal is not retried and tells what the model said', async () => {
  await expect(work('backend-T005')).rejects.toMatchObject({
    type: 'Model.Refused',
    retryable: false,
    message: matching('I would rather not.'),
  });
});

test('a rate limit suspends the attempt for the wait the provider asks for, after one request', async () => {
  const before = offline.requests.length;
  const { end, usage } = await work('backend-T007');
  expect(end).toMatchObject({ kind: 'wall', wall: { waitMs: 7000, reason: matching('429') } });
  expect(usage.requests).toBe(1);
  expect(offline.requests.length - before).toBe(1);
});

test('refused writes change nothing, idle turns are reminded, pauses are continued, secrets stay out', async () => {
  const secret = ['AK', 'IA', 'IOSFODNN7EXAMPLE'].join('');
  await writeFile(join(worktree.path, 'leak.txt'), `key ${secret}\n`);
  await mkdir(join(worktree.path, 'lib'));
  const { end } = await work('backend-T006');
  expect(end.kind).toBe('handed-off');
  expect(existsSync(join(worktree.path, 'lib/other.js'))).toBe(false);
  expect(existsSync(join(worktree.parent, 'outside.js'))).toBe(false);
  expect(existsSync(join(worktree.path, '.git/hooks/pre-commit'))).toBe(false);
  const told = blobs.texts().join('') + JSON.stringify(offline.requests.at(-1)?.body);
  expect(told).toContain('redacted:aws-access-key');
  expect(told).not.toContain(secret);
});

test('an aborted attempt ends with the reason of its abort', async () => {
  const specialists = createSpecialists({
    clientFor: createClientFor({
      anthropic: { apiKey: undefined, baseUrl: undefined },
      offlineUrl: (playbook, scenario) => offline.url(playbook, scenario),
    }),
    roles: rolesFixture(),
    blobs,
    checks: { runChecks: () => Promise.reject(new Error('not reached')) },
    bootstrap: {
      ensure: () => Promise.resolve({ env: {}, path: [], readOnly: [] }),
      addDependency: () => Promise.reject(new Error('no')),
    },
    runShell: () => Promise.reject(new Error('no')),
  });
  const reason = new Error('cancelled by user');
  const attempt = specialists.work({
    dossier: dossierFixture(),
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
    signal: AbortSignal.abort(reason),
    onProgress: () => undefined,
  });
  await expect(attempt).rejects.toBe(reason);
});

test('an attempt that is told to stop says what it has used until then', async () => {
  const stopping = new AbortController();
  const told: AttemptProgress[] = [];
  const attempt = work('backend-T001', {
    signal: stopping.signal,
    onProgress: (now) => {
      told.push(now);
      if (now.doing === 'write src/greeting.js') stopping.abort(new Error('cancelled by user'));
    },
  });
  await expect(attempt).rejects.toThrow('cancelled by user');
  const last = told.at(-1);
  expect([last?.doing, last?.usage.requests, (last?.usage.output ?? 0) > 0]).toEqual(['stopping', 1, true]);
});
