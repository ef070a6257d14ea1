// Needs git, a JDK 17, Maven with its registry, and temporary folders. The whole of default is tested from end to end.
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptPrompt } from '../../src/domain/work/work';
import { countTests } from '../../src/gate/count-tests';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { installBillingSample } from './support/billing-sample';
import {
  createSampleRepository,
  type InstalledSample,
  type SampleRepository,
} from './support/sample-repository';
import { runSample, type SampleRun, type SampleRunOptions } from './support/sample-run';

jest.setTimeout(900_000);

const T002 = 'backend-T002';
const ALL = [1, 2, 3, 4, 5, 6].map((number) => `backend-T00${String(number)}`);
const UP_TO_RULES = ALL.slice(0, 2);
/** The audit asks for code that was there before, and goes on once it may read it. */
const AUDIT = ['backend-T005/1 L0 @backend-architect context'];
const API_TESTS = 'src/test/java/com/example/billing/controller/CreditNotesApiTest.java';
const withMaven = hasMaven() ? describe : describe.skip;

const beyondFirst = (attempts: readonly string[]): string[] =>
  attempts.filter((line) => !/\/1 L0 .* handed-off$/.test(line));

withMaven('the billing playbook', () => {
  let offline: OfflineModel;
  let sample: InstalledSample;
  let repository: SampleRepository;

  beforeAll(async () => {
    offline = await startOfflineModel({
      playbooks: await loadPlaybooks(join(__dirname, '..', '..', 'playbooks')),
    });
    sample = await installBillingSample();
  });
  afterAll(async () => {
    await offline.stop();
    await sample.remove();
  });
  beforeEach(async () => {
    repository = await createSampleRepository(sample);
  });
  afterEach(() => repository.remove());

  const run = (options: Omit<SampleRunOptions, 'playbook' | 'objective'>): Promise<SampleRun> =>
    runSample(repository, offline, {
      playbook: 'billing',
      objective: 'Add credit notes to the billing service',
      ...options,
    });

  /** The new behaviour and its refusals are tested in what was delivered, and it passes. */
  async function expectDelivered({ questions, tasks }: SampleRun): Promise<void> {
    expect(questions).toEqual([]);
    expect([...tasks.values()].map(({ step }) => step)).toEqual(
      ALL.map(() => ({ kind: 'settled', state: 'merged' })),
    );
    const { passed, output } = await repository.check(repository.path, ['test', 'lint']);
    expect(passed).toBe(true);
    expect(countTests(output)).toMatchObject({ runner: 'surefire' });
    expect(countTests(output)?.ran).toBeGreaterThan(80);
    for (const name of ['CreditNoteServiceTest', 'CreditNotesApiTest', 'CreditNotesSecurityTest']) {
      expect(output).toMatch(new RegExp(`Tests run: [1-9]\\d*, Failures: 0, Errors: 0, .*\\.${name}$`, 'm'));
    }
    const tests = await readFile(join(repository.path, API_TESTS), 'utf8');
    for (const refusal of ['isBadRequest', 'isNotFound', 'isConflict']) expect(tests).toContain(refusal);
  }

  test('default: one recovery at level 1 from what JUnit says', async () => {
    const { attempts, questions, tasks } = await run({ scenario: 'default', order: UP_TO_RULES });
    expect(beyondFirst(attempts)).toEqual([`${T002}/2 L1 @java-expert handed-off`]);
    expect(questions).toEqual([]);
    expect(tasks.get(T002)?.step).toEqual({ kind: 'settled', state: 'merged' });
  });

  test('clean: every task passes at its first attempt, and the delivered tree passes its own tests', async () => {
    const delivered = await run({ scenario: 'clean', order: ALL });
    expect(beyondFirst(delivered.attempts)).toEqual(AUDIT);
    await expectDelivered(delivered);
  });

  test('without the evidence the work is handed in unmended until a human is asked', async () => {
    const { attempts, questions } = await run({
      scenario: 'default',
      order: UP_TO_RULES,
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

function hasMaven(): boolean {
  try {
    execFileSync('mvn', ['-v'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}
