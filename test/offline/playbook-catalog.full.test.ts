// Needs git, npm with its registry and temporary folders. The whole of default is tested from end to end.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GateSummary } from '../../src/domain/quality-gate/receipt';
import type { AttemptPrompt } from '../../src/domain/work/work';
import { countTests } from '../../src/gate/count-tests';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { installCatalogSample } from './support/catalog-sample';
import {
  createSampleRepository,
  type InstalledSample,
  type SampleRepository,
} from './support/sample-repository';
import { runSample, type SampleRun, type SampleRunOptions } from './support/sample-run';

const PLAYBOOKS = join(__dirname, '..', '..', 'playbooks');
const ALL = [1, 2, 3, 4, 5, 6].map((number) => `backend-T00${String(number)}`);
const SCHEMA = ALL.slice(0, 1);
const UP_TO_RESOLVERS = ALL.slice(0, 2);
jest.setTimeout(600_000);

let offline: OfflineModel;
let sample: InstalledSample;
let repository: SampleRepository;

beforeAll(async () => {
  offline = await startOfflineModel({
    playbooks: await loadPlaybooks(PLAYBOOKS),
  });
  sample = await installCatalogSample();
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
    playbook: 'catalog',
    objective: 'Add product reviews to the catalog GraphQL schema',
    ...options,
  });
}

const beyondFirst = (attempts: readonly string[]): string[] =>
  attempts.filter((line) => !/\/1 L0 .* handed-off$/.test(line));

const read = (path: string): Promise<string> => readFile(join(repository.path, path), 'utf8');

/** The tests of the integrated tree are green, those of the new fields and of their refusals among them. */
async function expectDelivered(): Promise<void> {
  const { passed, output } = await repository.check(repository.path, ['test', 'lint']);
  expect(passed ? '' : output).toBe('');
  expect(countTests(output)?.ran).toBeGreaterThan(100);
  for (const title of [
    'a customer does not remove what somebody else wrote',
    'strangers neither write nor remove',
    'two aliases that ask for different pages each get their own',
    'a document does not go round between products and reviews for long',
    'every example in README.md and docs/ fits the schema',
  ]) {
    expect(output).toContain(`✔ ${title}`);
  }
}

test('clean: every task passes at once, and what it comes to passes its own tests', async () => {
  const { attempts, questions, tasks } = await run({ scenario: 'clean', order: ALL });
  expect(beyondFirst(attempts)).toEqual([]);
  expect(questions).toEqual([]);
  expect([...tasks.values()].map(({ step }) => step)).toEqual(
    ALL.map(() => ({ kind: 'settled', state: 'merged' })),
  );
  await expectDelivered();
});

test('default: a schema mended from the test output, a peer asked, and the very resolvers of clean', async () => {
  const { attempts, questions, tasks } = await run({ scenario: 'default', order: UP_TO_RESOLVERS });
  expect(beyondFirst(attempts)).toEqual([
    'backend-T001/2 L1 @graphql-architect handed-off',
    'backend-T002/1 L0 @nodejs-expert consult',
    'backend-T002/2 L2 @nodejs-expert handed-off',
  ]);
  expect(questions).toEqual([]);
  expect([...tasks.values()].map(({ step }) => step)).toEqual(
    UP_TO_RESOLVERS.map(() => ({ kind: 'settled', state: 'merged' })),
  );
  expect(await read('schema.graphql')).toMatch(/totalCount/);
  expect(await read('src/reviews/resolvers.js')).toBe(
    await readFile(join(PLAYBOOKS, 'catalog', 'files', 't002', 'src', 'reviews', 'resolvers.js'), 'utf8'),
  );
});

test('without the test output the schema is handed in unmended until a human is asked', async () => {
  const { attempts, questions } = await run({ scenario: 'default', order: SCHEMA, tamper: withoutEvidence });
  expect(beyondFirst(attempts)).toEqual([
    'backend-T001/2 L1 @graphql-architect handed-off',
    'backend-T001/3 L1 @graphql-architect handed-off',
    'backend-T001/4 L3 @graphql-architect handed-off',
    'backend-T001/5 L3 @graphql-architect handed-off',
  ]);
  expect(questions).toMatchObject([{ taskId: 'backend-T001', question: { reason: 'levels-spent' } }]);
  expect(questions[0]?.question.evidence.join()).toMatch(/Cannot query field "totalCount"/);
});

test('with only half of the output nothing is guessed', async () => {
  const tamper = (prompt: AttemptPrompt): AttemptPrompt =>
    prompt.kind === 'failure'
      ? {
          ...prompt,
          red: prompt.red.map((item) => ({
            ...item,
            excerpt: item.excerpt.replaceAll('Cannot query field "isMine"', ''),
          })),
        }
      : withoutEvidence(prompt);
  const { questions } = await run({ scenario: 'default', order: SCHEMA, tamper });
  expect(questions).toMatchObject([{ taskId: 'backend-T001', question: { reason: 'levels-spent' } }]);
});

test('without the advice every product reads for itself, and the test that counts reads stays red', async () => {
  const tamper = (prompt: AttemptPrompt): AttemptPrompt =>
    prompt.kind === 'advice'
      ? { ...prompt, advice: { summary: 'It depends.', recommendations: ['Think about it.'], risks: [] } }
      : prompt;
  const { questions } = await run({ scenario: 'default', order: UP_TO_RESOLVERS, tamper });
  expect(questions).toMatchObject([{ taskId: 'backend-T002', question: { reason: 'levels-spent' } }]);
  expect(questions[0]?.question.evidence.join()).toMatch(/each get their own[^]*'reviews\.pages',/);
});

test('when the gate finds nothing, nothing is mended', async () => {
  const judge = (gate: GateSummary): GateSummary => ({ ...gate, green: true, red: [] });
  const { attempts } = await run({ scenario: 'default', order: SCHEMA, judge });
  expect(beyondFirst(attempts)).toEqual([]);
  expect(await read('schema.graphql')).not.toMatch(/totalCount/);
});

function withoutEvidence(prompt: AttemptPrompt): AttemptPrompt {
  if (prompt.kind === 'failure') return { ...prompt, red: [] };
  return prompt.kind === 'guidance' ? { ...prompt, text: 'Try again.' } : prompt;
}
