// Needs git, npm with its registry, PostgreSQL (the sample's own chain) and temporary folders.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GateSummary } from '../../src/domain/receipt';
import type { AttemptPrompt } from '../../src/domain/work';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { createSampleRepository, type SampleRepository } from './support/sample-repository';
import { runSample } from './support/sample-run';

const ALL = [1, 2, 3, 4, 6, 5, 7, 8].map(taskId);
jest.setTimeout(600_000);

let offline: OfflineModel;
let repository: SampleRepository;

function taskId(number: number): string {
  return `backend-T00${String(number)}`;
}

beforeAll(async () => {
  offline = await startOfflineModel({
    playbooks: await loadPlaybooks(join(__dirname, '..', '..', 'playbooks')),
  });
});
afterAll(() => offline.stop());
beforeEach(async () => {
  repository = await createSampleRepository();
});
afterEach(() => repository.remove());

const beyondFirst = (attempts: readonly string[]): string[] =>
  attempts.filter((line) => !/\/1 L0 .* handed-off$/.test(line));

async function read(path: string): Promise<string> {
  return readFile(join(repository.path, path), 'utf8');
}

test('clean: every task passes at its first attempt', async () => {
  const { attempts, questions } = await runSample(repository, offline, { scenario: 'clean', order: ALL });
  expect(attempts).toHaveLength(8);
  expect(beyondFirst(attempts)).toEqual([]);
  expect(questions).toEqual([]);
});

test('clean: parallel tasks are green alone and merge in another order', async () => {
  const order = [2, 6, 1, 4, 3, 5].map(taskId);
  const { attempts } = await runSample(repository, offline, { scenario: 'clean', order });
  expect(beyondFirst(attempts)).toEqual([]);
});

test('clean: the middleware may be merged before the provider integration', async () => {
  const order = [1, 2, 3, 5, 4, 6].map(taskId);
  const { attempts } = await runSample(repository, offline, { scenario: 'clean', order });
  expect(beyondFirst(attempts)).toEqual([]);
});

describe('default', () => {
  const FIRST = [1, 2, 3].map(taskId);

  test('one task is mended from the output of the tests, another is written as a peer advised', async () => {
    const { attempts } = await runSample(repository, offline, { scenario: 'default', order: FIRST });
    expect(attempts).toEqual([
      'backend-T001/1 L0 @api-architect handed-off',
      'backend-T002/1 L0 @database-optimizer handed-off',
      'backend-T002/2 L1 @database-optimizer handed-off',
      'backend-T003/1 L0 @nodejs-expert consult',
      'backend-T003/2 L2 @nodejs-expert handed-off',
    ]);
    expect(await read('migrations/0003_authentication.up.sql')).toMatch(
      /comment on column refresh_tokens\.used_at/,
    );
    expect(await read('src/auth/repository.js')).toMatch(/used_at is null/);
  });

  test('without the evidence the work is handed in unmended until a human is asked', async () => {
    const tamper = (prompt: AttemptPrompt): AttemptPrompt =>
      prompt.kind === 'failure' ? { ...prompt, red: [] } : withoutEvidence(prompt);
    const run = await runSample(repository, offline, {
      scenario: 'default',
      order: FIRST.slice(0, 2),
      tamper,
    });
    expect(beyondFirst(run.attempts)).toEqual([
      'backend-T002/2 L1 @database-optimizer handed-off',
      'backend-T002/3 L1 @database-optimizer handed-off',
      'backend-T002/4 L3 @database-optimizer handed-off',
      'backend-T002/5 L3 @database-optimizer handed-off',
    ]);
    expect(run.questions).toMatchObject([{ taskId: 'backend-T002', question: { reason: 'levels-spent' } }]);
  });

  test('without the advice the reuse of tokens goes unnoticed and the gate stays red', async () => {
    const tamper = (prompt: AttemptPrompt): AttemptPrompt =>
      prompt.kind === 'advice'
        ? { ...prompt, advice: { summary: 'It depends.', recommendations: ['Think about it.'], risks: [] } }
        : prompt;
    const run = await runSample(repository, offline, { scenario: 'default', order: FIRST, tamper });
    expect(run.questions).toMatchObject([{ taskId: 'backend-T003', question: { reason: 'levels-spent' } }]);
    expect(run.questions[0]?.question.evidence.join()).toMatch(/ends the whole family/);
  });

  test('when the tests pass at once nothing is mended', async () => {
    const judge = (gate: GateSummary): GateSummary => ({ ...gate, green: true, red: [] });
    const { attempts } = await runSample(repository, offline, {
      scenario: 'default',
      order: FIRST.slice(0, 2),
      judge,
    });
    expect(beyondFirst(attempts)).toEqual([]);
    expect(await read('migrations/0003_authentication.up.sql')).not.toMatch(
      /comment on column refresh_tokens\.used_at/,
    );
  });
});

describe('human', () => {
  test('the audit sees refresh tokens in clear, a repair hashes them, and the second audit finds nothing', async () => {
    const run = await runSample(repository, offline, {
      scenario: 'human',
      order: ALL,
      decide: () => 'retry',
    });
    expect(run.questions).toMatchObject([
      { taskId: 'backend-T007', question: { reason: 'security-concern', recommendation: 'mend' } },
    ]);
    const [first, second] = run.questions[0]?.question.findings ?? [];
    expect(await repository.lineBefore(first?.file ?? '', first?.line ?? 0)).toMatch(
      /insert into refresh_tokens \(token, session_id\)/,
    );
    expect(await repository.lineBefore(second?.file ?? '', second?.line ?? 0)).toBe('  token text');
    expect(run.attempts.slice(6)).toEqual([
      'backend-T007/1 L0 @backend-architect handed-off',
      'backend-T009/1 L0 @nodejs-expert handed-off',
      'backend-T007/2 L4 @backend-architect handed-off',
      'backend-T008/1 L0 @backend-architect handed-off',
    ]);
    expect(await read('src/auth/repository.js')).not.toMatch(/\(token, session_id\)/);
  });

  test('accepting the finding delivers it with the audit that names it', async () => {
    const run = await runSample(repository, offline, {
      scenario: 'human',
      order: ALL,
      decide: () => 'accept',
    });
    expect(run.attempts).toHaveLength(8);
    expect(run.tasks.get('backend-T007')?.step).toEqual({ kind: 'settled', state: 'waived' });
    expect(await read('docs/security/auth-audit.md')).toMatch(/stored as they are/);
  });
});

test('review: two mends miss the cause, and the specialist it is given to finds it', async () => {
  const order = [2, 6].map(taskId);
  const { attempts, questions } = await runSample(repository, offline, { scenario: 'review', order });
  expect(attempts).toEqual([
    'backend-T002/1 L0 @database-optimizer handed-off',
    'backend-T006/1 L0 @database-optimizer handed-off',
    'backend-T006/2 L1 @database-optimizer handed-off',
    'backend-T006/3 L1 @database-optimizer handed-off',
    'backend-T006/4 L3 @nodejs-expert handed-off',
  ]);
  expect(questions).toEqual([]);
});

test.each([
  ['the endpoints first', [1, 2, 3, 4, 5]],
  ['the providers first', [1, 2, 4, 3, 5]],
  ['the middleware in between', [1, 2, 3, 5, 4]],
])('conflict: both routes are kept, %s', async (_, order) => {
  const { attempts, questions } = await runSample(repository, offline, {
    scenario: 'conflict',
    order: order.map(taskId),
  });
  expect(beyondFirst(attempts)).toEqual([
    expect.stringMatching(/^backend-T00[34]\/2 L3 @nodejs-expert handed-off$/),
  ]);
  expect(questions).toEqual([]);
  const routes = await read('src/routes/index.js');
  for (const module of ['accountRoutes', 'authRoutes', 'oauthRoutes', 'ordersRoutes']) {
    expect(routes.match(new RegExp(`module: ${module}`, 'g'))).toHaveLength(1);
  }
});

function withoutEvidence(prompt: AttemptPrompt): AttemptPrompt {
  return prompt.kind === 'guidance' ? { ...prompt, text: 'Try again.' } : prompt;
}
