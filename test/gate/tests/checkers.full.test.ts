// Needs npm with its registry and a PostgreSQL of the chain; bubblewrap when it is there.
import type { Answer } from '../../../src/gate/checker';
import { TESTS_CHECKERS } from '../../../src/gate/checkers/tests';
import { ask } from '../../../src/gate/run-checker';
import { TESTS_DEFECTS } from '../../../bench/gates/defects/tests';
import { createRepository, exampleFile, inspectRepository } from './support';

const EXAMPLE = 'orders-service';

/** Answers to items 12, 31, 32 and 34 on a branch with that planted defect, or on the clean twin. */
async function answers(defect?: string): Promise<Map<string, Answer>> {
  const changes: Record<string, string | null> = {};
  for (const edit of TESTS_DEFECTS.find(({ name }) => name === defect)?.edits ?? []) {
    const before = changes[edit.file] ?? ('content' in edit ? '' : exampleFile(EXAMPLE, edit.file));
    if ('content' in edit) changes[edit.file] = edit.content;
    else if ('remove' in edit) changes[edit.file] = null;
    else changes[edit.file] = before.replace(edit.find, () => edit.replace);
  }
  const repository = createRepository({ example: EXAMPLE }, changes);
  const opened = await inspectRepository(repository);
  try {
    const all: Answer[] = [];
    for (const checker of TESTS_CHECKERS) all.push(...(await ask(checker, opened.inspection)).answers);
    return new Map(all.map((answer) => [answer.subject, answer]));
  } finally {
    await opened.dispose();
    repository.dispose();
  }
}

const kinds = (all: ReadonlyMap<string, Answer>): Record<string, string> =>
  Object.fromEntries([...all].map(([subject, { outcome }]) => [subject, outcome.kind]));

test('the clean twin passes, with the figures of the metrics', async () => {
  const all = await answers();
  expect(kinds(all)).toEqual({
    'test-coverage': 'ran-clean',
    'unit-tests': 'ran-clean',
    'integration-tests': 'ran-clean',
    'error-tests': 'ran-clean',
  });
  expect(all.get('test-coverage')?.measures?.['testCoverage']).toBeGreaterThan(0.9);
  expect(all.get('integration-tests')?.measures).toMatchObject({ endpointCoverage: 1, successCoverage: 1 });
});

test('a plugin without a test leaves changed lines uncovered and nothing else wrong', async () => {
  expect(kinds(await answers('coverage-fastify-plugin-without-a-test'))).toEqual({
    'test-coverage': 'ran-found',
    'unit-tests': 'ran-clean',
    'integration-tests': 'ran-clean',
    'error-tests': 'ran-clean',
  });
});

test('tests that reach every line and would notice nothing are found by mutants', async () => {
  const all = await answers('unit-fastify-tests-that-notice-nothing');
  expect(all.get('test-coverage')?.outcome).toMatchObject({ kind: 'ran-clean' });
  const outcome = all.get('unit-tests')?.outcome;
  if (outcome?.kind !== 'ran-found') throw new Error(JSON.stringify(outcome));
  expect(outcome.findings?.every(({ key }) => key.startsWith('mutant-survived:src/orders/discount.js'))).toBe(
    true,
  );
  expect(outcome.findings?.length).toBeGreaterThan(1);
});

test('error tests that the branch takes away are missed', async () => {
  const all = await answers('errors-fastify-refusals-no-longer-tested');
  expect(all.get('error-tests')?.outcome).toMatchObject({
    kind: 'ran-found',
    findings: [{ key: 'operation-without-error-test:POST /v1/orders/{orderId}/cancel' }],
  });
  expect(all.get('integration-tests')?.outcome.kind).toBe('ran-clean');
});
