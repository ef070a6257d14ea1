// Needs git, npm with its registry, PostgreSQL (the sample's own chain) and temporary folders.
import { join } from 'node:path';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { createSampleRepository, type SampleRepository } from './support/sample-repository';
import { runSample } from './support/sample-run';

const ALL = [1, 2, 3, 4, 6, 5, 7, 8].map(taskId);
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

const atLevels = (attempts: readonly string[]): string[] =>
  attempts.filter((line) => !/\/1 L0 .* handed-off$/.test(line));

test('clean: every task passes at its first attempt', async () => {
  const { attempts, questions } = await runSample(repository, offline, { scenario: 'clean', order: ALL });
  expect(attempts).toHaveLength(8);
  expect(atLevels(attempts)).toEqual([]);
  expect(questions).toEqual([]);
}, 600_000);
