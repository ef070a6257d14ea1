import type { TestRun } from '../../facts/test-run';
import type { Inspection } from '../../inspection';
import { holdsTests, isTestFile, sourcesOf } from '../../recording/test-sources';
import { testCasesOf } from './test-cases';

/** Fewer new lines are a correction at most, and rewritten ones no new behaviour. */
const FEWEST_NEW_LINES = 5;
const SLOWEST_TESTS_MS = 30_000;

export type RedBeforeGreen =
  | { readonly kind: 'not-asked'; readonly reason: string }
  | { readonly kind: 'red' }
  /** Every new test passes without the work it is for. */
  | { readonly kind: 'green'; readonly tests: readonly string[] };

/** Runs the branch's tests on the base's sources, where the branch adds both tests and behaviour. */
export async function redBeforeGreen(inspection: Inspection, tests: TestRun): Promise<RedBeforeGreen> {
  const { survey, signal } = inspection;
  const changes = await inspection.changes();
  const files = await inspection.files();
  const sources = new Set(
    sourcesOf([...files.paths, ...changes.files.map(({ path }) => path)], survey.stack),
  );
  const added: string[] = [];
  let newLines = 0;
  for (const { path, kind, lines } of changes.files) {
    const [now, before] = [await files.read(path), await changes.readBase(path)];
    if (sources.has(path)) newLines += countLines(now) - countLines(before);
    if (kind === 'deleted' || !holdsTests(path) || now === null || lines.length === 0) continue;
    const known = new Set(before === null ? [] : testCasesOf(path, before).map(({ title }) => title));
    added.push(
      ...testCasesOf(path, now).flatMap(({ title }) => (known.has(title) ? [] : [`${path}: ${title}`])),
    );
  }
  if (added.length === 0) return { kind: 'not-asked', reason: 'the branch adds no test' };
  if (newLines < FEWEST_NEW_LINES) return { kind: 'not-asked', reason: 'the branch adds no behaviour' };
  if (survey.build !== null || survey.stack === 'java') {
    return { kind: 'not-asked', reason: 'new tests are not tried on the base where sources are compiled' };
  }
  if (tests.run.durationMs > SLOWEST_TESTS_MS) {
    return { kind: 'not-asked', reason: 'the tests take too long to be tried on the base as well' };
  }
  const copy = await inspection.testCopy('base');
  for (const { path } of changes.files.filter((file) => isTestFile(file.path))) {
    await copy.write(path, await files.read(path));
  }
  const run = await copy.test(Math.max(10_000, tests.run.durationMs * 3));
  signal.throwIfAborted();
  return run.outcome.kind === 'ran-clean' ? { kind: 'green', tests: added } : { kind: 'red' };
}

function countLines(text: string | null): number {
  return text === null ? 0 : text.split('\n').filter((line) => line.trim() !== '').length;
}
