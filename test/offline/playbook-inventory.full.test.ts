// Needs git, Python 3.11 with venv, pip with its registry, PostgreSQL and temporary folders.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GateSummary } from '../../src/domain/quality-gate/receipt';
import type { AttemptPrompt } from '../../src/domain/work/work';
import { countTests } from '../../src/gate/count-tests';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { installInventorySample } from './support/inventory-sample';
import {
  createSampleRepository,
  type InstalledSample,
  type SampleRepository,
} from './support/sample-repository';
import { runSample, type SampleRun, type SampleRunOptions } from './support/sample-run';

const ALL = [1, 2, 3, 4, 5, 6].map((number) => `backend-T00${String(number)}`);
const UP_TO_RESERVATIONS = ALL.slice(0, 3);
const REPOSITORY_FILE = 'app/reservations/repository.py';
const FORGOTTEN = "status = 'held' and expires_at > statement_timestamp()";

jest.setTimeout(600_000);

let offline: OfflineModel;
let sample: InstalledSample;
let repository: SampleRepository;

beforeAll(async () => {
  offline = await startOfflineModel({
    playbooks: await loadPlaybooks(join(__dirname, '..', '..', 'playbooks')),
  });
  sample = await installInventorySample();
});
afterAll(async () => {
  await offline.stop();
  await sample.remove();
});
beforeEach(async () => {
  repository = await createSampleRepository(sample);
});
afterEach(() => repository.remove());

async function run(options: Omit<SampleRunOptions, 'playbook' | 'objective'>): Promise<SampleRun> {
  return runSample(repository, offline, {
    playbook: 'inventory',
    objective: 'Add stock reservations with expiry to the inventory API',
    ...options,
  });
}

const beyondFirst = (attempts: readonly string[]): string[] =>
  attempts.filter((line) => !/\/1 L0 .* handed-off$/.test(line));

const storage = (): Promise<string> => readFile(join(repository.path, REPOSITORY_FILE), 'utf8');

test('clean: every task passes at once, and the service it leaves passes its own tests and linter', async () => {
  const { attempts, questions, tasks } = await run({ scenario: 'clean', order: ALL });
  expect(beyondFirst(attempts)).toEqual([]);
  expect(questions).toEqual([]);
  expect([...tasks.values()].map(({ step }) => step)).toEqual(
    ALL.map(() => ({ kind: 'settled', state: 'merged' })),
  );
  const { passed, output } = await repository.check(repository.path, ['test', 'lint']);
  expect(passed).toBe(true);
  expect(countTests(output)?.ran).toBeGreaterThan(100);
  expect(output).toContain('All checks passed!');
});

test('default: the output of the failing test is what a forgotten condition is mended from', async () => {
  const { attempts, questions, tasks } = await run({ scenario: 'default', order: UP_TO_RESERVATIONS });
  expect(beyondFirst(attempts)).toEqual(['backend-T003/2 L1 @python-pro handed-off']);
  expect(questions).toEqual([]);
  expect(tasks.get('backend-T003')?.step).toEqual({ kind: 'settled', state: 'merged' });
  expect(await storage()).toContain(FORGOTTEN);
});

test('without that output the work is handed in unmended until a human is asked', async () => {
  const { attempts, questions } = await run({
    scenario: 'default',
    order: UP_TO_RESERVATIONS,
    tamper: withoutEvidence,
  });
  expect(beyondFirst(attempts)).toEqual([
    'backend-T003/2 L1 @python-pro handed-off',
    'backend-T003/3 L1 @python-pro handed-off',
    'backend-T003/4 L3 @python-pro handed-off',
    'backend-T003/5 L3 @python-pro handed-off',
  ]);
  expect(questions).toMatchObject([{ taskId: 'backend-T003', question: { reason: 'levels-spent' } }]);
  expect(questions[0]?.question.evidence.join()).toContain('test_an_expired_reservation_cannot_be_confirmed');
});

test('when the gate finds nothing, nothing is mended', async () => {
  const judge = (gate: GateSummary): GateSummary => ({ ...gate, green: true, red: [] });
  const { attempts } = await run({ scenario: 'default', order: UP_TO_RESERVATIONS, judge });
  expect(beyondFirst(attempts)).toEqual([]);
  expect(await storage()).not.toContain(FORGOTTEN);
});

function withoutEvidence(prompt: AttemptPrompt): AttemptPrompt {
  if (prompt.kind === 'failure') return { ...prompt, red: [] };
  return prompt.kind === 'guidance' ? { ...prompt, text: 'Try again.' } : prompt;
}
