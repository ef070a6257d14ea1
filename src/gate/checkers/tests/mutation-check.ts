import type { TestRun } from '../../facts/test-run';
import type { Inspection } from '../../inspection';
import type { FileDiffCoverage } from './diff-coverage';
import { type Mutant, mutantsOf } from './mutants';

/** Time for all mutants, and tests that take longer are not run again for each of them. */
const LIMITS = { budgetMs: 15_000, slowestTestsMs: 20_000 } as const;
/** Maven compiles and starts first. */
const MAVEN_LIMITS = { budgetMs: 120_000, slowestTestsMs: 60_000 } as const;
const NOT_COMPILED = /COMPILATION ERROR|Compilation failure/;
const MOST_MUTANTS = 5;
/** Some of them do not compile. */
const MOST_TRIED_WITH_MAVEN = 8;
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
  const isMaven = survey.stack === 'java' && /(?:^|\/)mvnw?$/.test(survey.test?.[0] ?? '');
  if (!isMaven && (survey.build !== null || survey.stack === 'java'))
    return nothing('mutants are not tried where another command compiles the sources');
  const { budgetMs, slowestTestsMs } = isMaven ? MAVEN_LIMITS : LIMITS;
  const mutants = await chooseMutants(inspection, changed);
  if (mutants.length < FEWEST_MUTANTS) return nothing('too little changed for mutants');
  const each = tests.run.durationMs;
  if (each > slowestTestsMs) return nothing('the tests take too long for mutants');
  const chosen = mutants.slice(0, isMaven ? MOST_TRIED_WITH_MAVEN : MOST_MUTANTS);
  const copy = await inspection.testCopy('checkout');
  const files = await inspection.files();
  const startedAt = performance.now();
  const tried: Mutant[] = [];
  const survived: Mutant[] = [];
  let broken = 0;
  for (const mutant of chosen) {
    const elapsed = performance.now() - startedAt;
    const late = elapsed + each > budgetMs;
    if (tried.length - survived.length >= ENOUGH_NOTICED || (late && tried.length >= FEWEST_MUTANTS)) break;
    if (elapsed > 2 * budgetMs) break;
    await copy.write(mutant.path, mutant.text);
    const run = await copy.test(Math.max(5_000, each * 3));
    signal.throwIfAborted();
    await copy.write(mutant.path, await files.read(mutant.path));
    // The compiler noticed it, and no test.
    if (isMaven && NOT_COMPILED.test(run.output)) {
      broken += 1;
      continue;
    }
    tried.push(mutant);
    if (run.outcome.kind === 'ran-clean') survived.push(mutant);
  }
  const left = chosen.length - tried.length - broken;
  const isOpen = left > 0 && tried.length - survived.length < ENOUGH_NOTICED;
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
