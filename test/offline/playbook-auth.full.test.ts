// Needs git, npm with its registry, PostgreSQL (the sample's own chain) and temporary folders.
// What the scenarios come to is tested from end to end; here is what happens when something is changed on the way.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GateSummary } from '../../src/domain/quality-gate/receipt';
import type { AttemptPrompt } from '../../src/domain/work/work';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { installOrdersSample } from './support/orders-sample';
import {
  createSampleRepository,
  type InstalledSample,
  type SampleRepository,
} from './support/sample-repository';
import { runSample } from './support/sample-run';

const OBJECTIVE = {
  playbook: 'auth',
  objective: 'Add user authentication system with OAuth2 and JWT',
};
const ALL = [1, 2, 3, 4, 6, 5, 7, 8].map(taskId);
jest.setTimeout(600_000);

let offline: OfflineModel;
let sample: InstalledSample;
let repository: SampleRepository;

function taskId(number: number): string {
  return `backend-T00${String(number)}`;
}

beforeAll(async () => {
  offline = await startOfflineModel({
    playbooks: await loadPlaybooks(join(__dirname, '..', '..', 'playbooks')),
  });
  sample = await installOrdersSample({ name: 'jose', version: '6.2.18' });
});
afterAll(async () => {
  await offline.stop();
  await sample.remove();
});
beforeEach(async () => {
  repository = await createSampleRepository(sample);
});
afterEach(() => repository.remove());

const beyondFirst = (attempts: readonly string[]): string[] =>
  attempts.filter((line) => !/\/1 L0 .* handed-off$/.test(line));

async function read(path: string): Promise<string> {
  return readFile(join(repository.path, path), 'utf8');
}

describe('default', () => {
  const FIRST = [1, 2, 3].map(taskId);

  test('without the evidence the work is handed in unmended until a human is asked', async () => {
    const tamper = (prompt: AttemptPrompt): AttemptPrompt =>
      prompt.kind === 'failure' ? { ...prompt, red: [] } : withoutEvidence(prompt);
    const run = await runSample(repository, offline, {
      ...OBJECTIVE,
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
    const run = await runSample(repository, offline, {
      ...OBJECTIVE,
      scenario: 'default',
      order: FIRST,
      tamper,
    });
    expect(run.questions).toMatchObject([{ taskId: 'backend-T003', question: { reason: 'levels-spent' } }]);
    expect(run.questions[0]?.question.evidence.join()).toMatch(/ends the whole family/);
  });

  test('when the tests pass at once nothing is mended', async () => {
    const judge = (gate: GateSummary): GateSummary => ({ ...gate, green: true, red: [] });
    const { attempts } = await runSample(repository, offline, {
      ...OBJECTIVE,
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

test('human: accepting the finding delivers it with the audit that names it', async () => {
  const run = await runSample(repository, offline, {
    ...OBJECTIVE,
    scenario: 'human',
    order: ALL,
    decide: () => 'accept',
  });
  expect(run.attempts).toHaveLength(8);
  expect(run.tasks.get('backend-T007')?.step).toEqual({ kind: 'settled', state: 'waived' });
  expect(await read('docs/security/auth-audit.md')).toMatch(/stored as they are/);
});

test('conflict: both routes are kept, the middleware in between', async () => {
  const { attempts, questions } = await runSample(repository, offline, {
    ...OBJECTIVE,
    scenario: 'conflict',
    order: [1, 2, 3, 5, 4].map(taskId),
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
