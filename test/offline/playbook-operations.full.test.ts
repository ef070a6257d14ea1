// Needs git, npm with its registry, PostgreSQL (the sample's own chain) and temporary folders. The whole of
// default is tested from end to end.
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
import { runSample, type SampleRun } from './support/sample-run';

const OPERATIONS = {
  playbook: 'operations',
  objective: 'Set up database operations: backups, a restore drill and a maintenance plan',
};
const PLAYBOOKS = join(__dirname, '..', '..', 'playbooks');
const WHOLE_RESTORE = join(PLAYBOOKS, 'operations', 'files', 't003', 'src', 'backup', 'restore.js');
const ALL = [1, 2, 5, 3, 4, 7, 6].map(taskId);
/** Up to the restore that forgets something. */
const FIRST = [1, 2, 3].map(taskId);
jest.setTimeout(1_200_000);

let offline: OfflineModel;
let sample: InstalledSample;
let repository: SampleRepository;

function taskId(number: number): string {
  return `backend-T00${String(number)}`;
}

beforeAll(async () => {
  offline = await startOfflineModel({
    playbooks: await loadPlaybooks(PLAYBOOKS),
  });
  sample = await installOrdersSample({ name: 'pg-copy-streams', version: '7.0.0' });
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

/** Tests and lint of what is merged, and every link and script a reader would follow. */
async function expectDeliverable(run: SampleRun): Promise<void> {
  expect(run.questions).toEqual([]);
  expect(await repository.check(repository.path, ['test', 'lint'])).toMatchObject({ passed: true });
  for (const document of ['README.md', 'docs/backup.md']) {
    const folder = document.split('/').slice(0, -1).join('/');
    for (const [, link] of (await read(document)).matchAll(/\]\(([\w./-]+\.md)\)/g)) {
      expect(await read(join(folder, link ?? ''))).not.toBe('');
    }
  }
}

test('default: the forgotten sequences are mended at level 1, to the very file that clean comes to', async () => {
  const run = await runSample(repository, offline, { ...OPERATIONS, scenario: 'default', order: FIRST });
  expect(run.attempts).toHaveLength(4);
  expect(beyondFirst(run.attempts)).toEqual(['backend-T003/2 L1 @database-admin handed-off']);
  expect(run.questions).toEqual([]);
  expect(await read('src/backup/restore.js')).toBe(await readFile(WHOLE_RESTORE, 'utf8'));
});

test('clean: nothing is forgotten, and what is delivered passes its tests', async () => {
  const run = await runSample(repository, offline, { ...OPERATIONS, scenario: 'clean', order: ALL });
  expect(beyondFirst(run.attempts)).toEqual([]);
  expect(await read('src/backup/restore.js')).toBe(await readFile(WHOLE_RESTORE, 'utf8'));
  await expectDeliverable(run);
});

test('without the evidence the restore is handed in unmended until a human is asked', async () => {
  const tamper = (prompt: AttemptPrompt): AttemptPrompt => {
    if (prompt.kind === 'failure') return { ...prompt, red: [] };
    return prompt.kind === 'guidance' ? { ...prompt, text: 'Try again.' } : prompt;
  };
  const run = await runSample(repository, offline, {
    ...OPERATIONS,
    scenario: 'default',
    order: FIRST,
    tamper,
  });
  expect(beyondFirst(run.attempts)).toEqual([
    'backend-T003/2 L1 @database-admin handed-off',
    'backend-T003/3 L1 @database-admin handed-off',
    'backend-T003/4 L3 @database-admin handed-off',
    'backend-T003/5 L3 @database-admin handed-off',
  ]);
  expect(run.questions).toMatchObject([{ taskId: 'backend-T003', question: { reason: 'levels-spent' } }]);
});

test('when the tests pass at once the restore is not touched again', async () => {
  const judge = (gate: GateSummary): GateSummary => ({ ...gate, green: true, red: [] });
  const run = await runSample(repository, offline, {
    ...OPERATIONS,
    scenario: 'default',
    order: FIRST,
    judge,
  });
  expect(beyondFirst(run.attempts)).toEqual([]);
  expect(await read('src/backup/restore.js')).not.toMatch(/setval/);
});
