// Needs git, a JDK 17, Maven with its registry, and temporary folders; bubblewrap when it is there. No Temporal.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../src/config/environment';
import type { AttemptPrompt } from '../../src/domain/work';
import { createEngines } from '../../src/engines/engines';
import { createBootstrap } from '../../src/gate/bootstrap';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { createSandbox, probeSandbox } from '../../src/sandbox/sandbox';
import { matching } from '../gate/support';
import { runSample, type SampleRun, type SampleRunOptions } from './support/sample-run';
import { createSurveyedSample, type SurveyedSample } from './support/surveyed-sample';

jest.setTimeout(900_000);

const T002 = 'backend-T002';
const ALL = [1, 2, 3, 4, 5, 6].map((number) => `backend-T00${String(number)}`);
const withMaven = hasMaven() ? describe : describe.skip;

let offline: OfflineModel;
let dependencyStore: string;
let sample: SurveyedSample;

beforeAll(async () => {
  offline = await startOfflineModel({
    playbooks: await loadPlaybooks(join(__dirname, '..', '..', 'playbooks')),
  });
  dependencyStore = await mkdtemp(join(tmpdir(), 'billing-dependencies-'));
});
afterAll(async () => {
  await offline.stop();
  await rm(dependencyStore, { recursive: true, force: true });
});
beforeEach(async () => {
  const { path, inherited: environment } = readEnvironment();
  sample = await createSurveyedSample({
    sample: 'billing-service',
    playbook: 'billing',
    objective: 'Add credit notes to the billing service',
    dependencies: {
      sandbox: createSandbox(await probeSandbox({ PATH: path })),
      dependencyStore,
      bootstrap: createBootstrap({
        store: dependencyStore,
        environment,
        engines: createEngines({ path, environment }),
      }),
    },
  });
});
afterEach(() => sample.remove());

const run = (options: Omit<SampleRunOptions, 'describe'>): Promise<SampleRun> =>
  runSample(sample, offline, { ...options, describe: (_, scenario) => sample.describe(scenario) });

const beyondFirst = (attempts: readonly string[]): string[] =>
  attempts.filter((line) => !/\/1 L0 .* handed-off$/.test(line));

withMaven('the billing playbook', () => {
  test('default: one recovery at level 1 from what JUnit says, and the delivered tree passes its own tests', async () => {
    const { attempts, questions } = await run({ scenario: 'default', order: ALL });
    expect(questions).toEqual([]);
    expect(beyondFirst(attempts)).toEqual([`${T002}/2 L1 @java-expert handed-off`]);
    expect(attempts).toHaveLength(ALL.length + 1);
    await expectDelivered();
  });

  test('clean: every task passes at its first attempt', async () => {
    const { attempts, questions } = await run({ scenario: 'clean', order: ALL });
    expect(questions).toEqual([]);
    expect(beyondFirst(attempts)).toEqual([]);
    await expectDelivered();
  });

  test('without the evidence the work is handed in unmended until a human is asked', async () => {
    const { attempts, questions } = await run({
      scenario: 'default',
      order: ALL.slice(0, 2),
      tamper: withoutEvidence,
    });
    expect(beyondFirst(attempts)).toEqual([
      `${T002}/2 L1 @java-expert handed-off`,
      `${T002}/3 L1 @java-expert handed-off`,
      `${T002}/4 L3 @java-expert handed-off`,
      `${T002}/5 L3 @java-expert handed-off`,
    ]);
    expect(questions).toMatchObject([{ taskId: T002, question: { reason: 'levels-spent' } }]);
    expect(questions[0]?.question.evidence.join()).toContain('theNotesOfAnInvoiceTogetherNeverExceedIt');
  });
});

/** Guidance after a review quotes the evidence again. */
function withoutEvidence(prompt: AttemptPrompt): AttemptPrompt {
  if (prompt.kind === 'failure') return { ...prompt, red: [] };
  return prompt.kind === 'guidance' ? { ...prompt, text: 'Try again.' } : prompt;
}

/** The integrated tree is green by its own tests, those of the new behaviour and of its refusals among them. */
async function expectDelivered(): Promise<void> {
  const { tree } = await sample.commit(sample.path, 'Delivered');
  expect((await sample.gate(sample.path, tree)).green).toBe(true);
  const tests = sample.reportOf(tree)?.receipts.find((receipt) => receipt.subject === 'tests');
  expect(tests).toMatchObject({ verdict: 'pass', note: matching(/^8\d tests ran \(surefire\)$/) });
  const output = await sample.outputOf(tree, 'tests');
  for (const name of ['CreditNoteServiceTest', 'CreditNotesApiTest', 'CreditNotesSecurityTest']) {
    expect(output).toMatch(new RegExp(`Tests run: [1-9]\\d*, Failures: 0, Errors: 0, .*\\.${name}$`, 'm'));
  }
  const api = await readFile(
    join(sample.path, 'src/test/java/com/example/billing/controller/CreditNotesApiTest.java'),
    'utf8',
  );
  for (const refusal of ['isBadRequest', 'isNotFound', 'isConflict']) expect(api).toContain(refusal);
}

function hasMaven(): boolean {
  try {
    execFileSync('mvn', ['-v'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}
