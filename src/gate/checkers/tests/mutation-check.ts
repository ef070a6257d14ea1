import type { TestRun } from '../../facts/test-run';
import type { Inspection } from '../../inspection';
import type { FileDiffCoverage } from './diff-coverage';
import { type Mutant, mutantsOf } from './mutants';

const BUDGET_MS = 15_000;
/** Tests that take longer are not run again for each mutant. */
const SLOWEST_TESTS_MS = 20_000;
const MOST_MUTANTS = 5;
/** One mutant alone may change nothing that matters. */
const FEWEST_MUTANTS = 2;
/** With so many noticed, no number of others makes it too few. */
const ENOUGH_NOTICED = 2;

export interface MutationResult {
  readonly tried: readonly Mutant[];
  readonly survived: readonly Mutant[];
  /** What was not done, and why; empty when all was. */
  readonly omitted: string;
}

const nothing = (omitted: string): MutationResult => ({ tried: [], survived: [], omitted });

/**
 * Changes one reached line of the branch at a time in a copy of the tree, and looks whether a test notices. As many
 * lines as there is time for.
 */
export async function spotCheckMutants(
  inspection: Inspection,
  tests: TestRun,
  changed: readonly FileDiffCoverage[],
): Promise<MutationResult> {
  const { survey, signal } = inspection;
  if (survey.build !== null || survey.stack === 'java')
    return nothing('mutants are not tried where sources are compiled');
  const mutants = await chooseMutants(inspection, changed);
  if (mutants.length < FEWEST_MUTANTS) return nothing('too little changed for mutants');
  const each = tests.run.durationMs;
  if (each > SLOWEST_TESTS_MS) return nothing('the tests take too long for mutants');
  const chosen = mutants.slice(0, MOST_MUTANTS);
  const copy = await inspection.testCopy('checkout');
  const files = await inspection.files();
  const startedAt = performance.now();
  const tried: Mutant[] = [];
  const survived: Mutant[] = [];
  for (const mutant of chosen) {
    const late = performance.now() - startedAt + each > BUDGET_MS;
    if (tried.length - survived.length >= ENOUGH_NOTICED || (late && tried.length >= FEWEST_MUTANTS)) break;
    await copy.write(mutant.path, mutant.text);
    const run = await copy.test(Math.max(5_000, each * 3));
    signal.throwIfAborted();
    await copy.write(mutant.path, await files.read(mutant.path));
    tried.push(mutant);
    if (run.outcome.kind === 'ran-clean') survived.push(mutant);
  }
  const isOpen = tried.length < chosen.length && tried.length - survived.length < ENOUGH_NOTICED;
  const left = chosen.length - tried.length;
  return { tried, survived, omitted: isOpen ? `${String(left)} more mutants for want of time` : '' };
}

/** Whether tests notice so little that it is no accident: some mutants change nothing anybody could see. */
export function noticesTooLittle({ tried, survived }: Pick<MutationResult, 'tried' | 'survived'>): boolean {
  const killed = tried.length - survived.length;
  return tried.length >= FEWEST_MUTANTS && killed * 3 < tried.length;
}

/** In turn from each changed file, so that one does not take all the time. */
async function chooseMutants(
  inspection: Inspection,
  changed: readonly FileDiffCoverage[],
): Promise<Mutant[]> {
  const files = await inspection.files();
  const lists: Mutant[][] = [];
  for (const { path, lines, missed } of changed) {
    const text = await files.read(path);
    if (text === null) continue;
    // A line that no test reaches is missing coverage already.
    const reached = lines.filter((line) => !missed.includes(line));
    const found = mutantsOf(path, text, reached);
    if (found.length > 0) lists.push(found);
  }
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list[index] ?? [])).flat();
}
