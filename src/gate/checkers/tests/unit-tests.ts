import type { Evidence, GateFinding } from '../../../domain/quality-gate/receipt';
import { type Answer, CannotTell, type GateChecker } from '../../checker';
import type { FileCoverage, TestRun } from '../../facts/test-run';
import type { Inspection } from '../../inspection';
import { holdsTests, isTestFile, sourcesOf } from '../../recording/test-sources';
import { assertingHelpers, assertsNothing } from './assertions';
import { type FileDiffCoverage, rangesOf } from './diff-coverage';
import { mayChangeTests } from './inputs';
import { type MutationResult, noticesTooLittle, spotCheckMutants } from './mutation-check';
import { redBeforeGreen } from './red-before-green';
import { testCasesOf } from './test-cases';
import { changedLines } from './test-coverage';

/** Share of a changed module's changed lines that tests have to reach. */
const CHANGED_MIN = 0.8;
const FEWEST_CHANGED = 5;
/** Share of any module's lines: below it nobody tests what the module is for. */
const MODULE_MIN = 0.5;
const FEWEST_LINES = 10;

/** Routes are what integration tests are for; entry points are started, not tested. */
const NO_LOGIC =
  /(?:^|\/)(?:routes?|routers?|controllers?|handlers?|middlewares?|plugins|views?|resolvers?|entities|models|dtos?|schemas?|config(?:uration)?|constants|types)(?:\/|[.-])|(?:^|\/)(?:server|main|index|app|cli|worker|service|bootstrap|features|__init__|__main__)\.[a-z]+$|(?:Controller|Application|Configuration|Config|Dto|Entity|Handler|Filter|Advice)\.(?:java|kt)$|\.(?:controller|module|dto|entity|guard|interceptor|filter|resolver)\.[jt]s$/i;

/** Item 31: tests exist, run, pass, reach the business logic, and would notice if it were wrong. */
export const unitTests: GateChecker = {
  name: 'unit-tests',
  version: '1',
  subjects: ['unit-tests'],
  scope: 'objective',
  reads: mayChangeTests,
  comparesWithBase: true,
  control: () => {
    const text = "test('a', () => { add(1, 2); });\ntest('b', () => { assert.equal(add(1, 2), 3); });\n";
    const found = judgeTestFiles([{ path: 'test/add.test.js', text }]);
    return found.length === 1 && found[0]?.key === 'assertion-free:test/add.test.js:a';
  },
  check: checkUnitTests,
};

async function checkUnitTests(inspection: Inspection): Promise<Answer[]> {
  const { survey } = inspection;
  const files = await inspection.files();
  const paths = files.paths.filter(isTestFile);
  const holding = paths.filter(holdsTests);
  const sources = sourcesOf(files.paths, survey.stack);
  if (survey.test === null && holding.length === 0 && sources.length > 0) {
    return answer('there is no test and no test command', [
      { key: 'no-tests', text: 'the repository has neither tests nor a command that runs them' },
    ]);
  }
  const texts: { path: string; text: string }[] = [];
  for (const path of paths) texts.push({ path, text: (await files.read(path)) ?? '' });
  const findings = judgeTestFiles(texts);
  const tests = await inspection.tests();
  if (tests.testsRun === 0) {
    return answer('no test ran', [
      ...findings,
      { key: 'no-tests', text: 'the test command ran no test at all' },
    ]);
  }
  if (tests.outcome.kind === 'could-not-run') throw new CannotTell(tests.outcome.reason);
  const passed = tests.outcome.kind === 'ran-clean';
  if (!passed)
    findings.push({ key: 'tests-fail', text: `the tests do not pass: ${noteOf(tests)}`.slice(0, 500) });
  const notes = [noteOf(tests)];
  const evidence: Evidence[] = [];
  if (tests.coverage.kind === 'absent') {
    notes.push(`what they reach is not known: ${tests.coverage.reason}`);
  } else {
    const coverage = tests.coverage.value;
    const changed = (await changedLines(inspection, coverage)).filter(({ path }) => !NO_LOGIC.test(path));
    findings.push(...judgeModules(coverage.files, changed, sources));
    if (passed) {
      const mutation = await spotCheckMutants(inspection, tests, changed);
      findings.push(...judgeMutation(mutation));
      notes.push(mutationNote(mutation));
      if (mutation.tried.length > 0) evidence.push(mutationEvidence(mutation));
    }
  }
  if (passed) {
    const red = await redBeforeGreen(inspection, tests);
    if (red.kind === 'green') {
      findings.push({
        key: 'new-tests-pass-on-the-base',
        text: `every new test passes without the work it is for: ${red.tests.slice(0, 5).join('; ')}`.slice(
          0,
          500,
        ),
      });
    }
    notes.push(
      red.kind === 'not-asked'
        ? red.reason
        : red.kind === 'red'
          ? 'new tests fail on the base, as they should'
          : '',
    );
  }
  return answer(notes.filter((note) => note !== '').join('; '), findings, evidence, tests);
}

function answer(
  note: string,
  findings: readonly GateFinding[],
  evidence: readonly Evidence[] = [],
  tests?: TestRun,
): Answer[] {
  return [
    {
      subject: 'unit-tests',
      outcome: findings.length === 0 ? { kind: 'ran-clean', note } : { kind: 'ran-found', note, findings },
      ...(tests === undefined
        ? {}
        : {
            by: {
              kind: 'tool',
              name: 'tests',
              version: null,
              argv: [...tests.argv],
              exitCode: tests.run.end.kind === 'exited' ? tests.run.end.code : null,
            },
          }),
      evidence,
    },
  ];
}

/** What is wrong with tests as they are written: nothing asserted, skipped, or all others kept from running. */
function judgeTestFiles(files: readonly { readonly path: string; readonly text: string }[]): GateFinding[] {
  const helpers = assertingHelpers(files);
  return files
    .filter(({ path }) => holdsTests(path))
    .flatMap(({ path, text }) =>
      testCasesOf(path, text).flatMap((test): GateFinding[] => {
        const about = (rule: string, what: string): GateFinding => ({
          key: `${rule}:${path}:${test.title}`.slice(0, 300),
          text: `the test "${test.title}" ${what}`.slice(0, 500),
          file: path,
          line: test.line,
        });
        return [
          ...(test.skipped ? [about('skipped-test', 'is skipped')] : []),
          ...(test.only ? [about('lonely-test', 'keeps all others from running')] : []),
          ...(assertsNothing(test, helpers) ? [about('assertion-free', 'asserts nothing')] : []),
        ];
      }),
    );
}

/** Modules of business logic that tests do not reach. */
export function judgeModules(
  coverage: ReadonlyMap<string, FileCoverage>,
  changed: readonly FileDiffCoverage[],
  sources: readonly string[],
): GateFinding[] {
  const diff = changed
    .filter(
      ({ lines, missed }) =>
        lines.length >= FEWEST_CHANGED && (lines.length - missed.length) / lines.length < CHANGED_MIN,
    )
    .map(({ path, lines, missed }): GateFinding => ({
      key: `changed-module-untested:${path}`.slice(0, 300),
      text: `tests reach ${String(lines.length - missed.length)} of ${String(lines.length)} changed lines of ${path}; not ${rangesOf(missed)}`.slice(
        0,
        500,
      ),
      file: path,
      line: missed[0] ?? 1,
    }));
  const whole = sources.flatMap((path): GateFinding[] => {
    const file = coverage.get(path);
    if (file === undefined || NO_LOGIC.test(path) || file.executable.size < FEWEST_LINES) return [];
    const share = file.covered.size / file.executable.size;
    if (share >= MODULE_MIN || diff.some((finding) => finding.file === path)) return [];
    return [
      {
        key: `module-untested:${path}`.slice(0, 300),
        text: `tests reach ${(share * 100).toFixed(0)} % of ${path}`.slice(0, 500),
        file: path,
        amount: Math.round((1 - share) * 100),
      },
    ];
  });
  return [...diff, ...whole];
}

function judgeMutation(mutation: MutationResult): GateFinding[] {
  if (!noticesTooLittle(mutation)) return [];
  return mutation.survived.map(({ path, line, change }) => ({
    key: `mutant-survived:${path}:${change}`.slice(0, 300),
    text: `no test fails when in ${path}:${String(line)} ${change}`.slice(0, 500),
    file: path,
    line,
  }));
}

function mutationNote({ tried, survived, omitted }: MutationResult): string {
  const done =
    tried.length === 0
      ? ''
      : `${String(tried.length - survived.length)} of ${String(tried.length)} mutants of changed lines were noticed`;
  return [done, omitted].filter((text) => text !== '').join(', ');
}

function mutationEvidence({ tried, survived }: MutationResult): Evidence {
  const rows = tried.map(
    (mutant) =>
      `${survived.includes(mutant) ? 'survived' : 'noticed '} ${mutant.path}:${String(mutant.line)} ${mutant.change}`,
  );
  return { kind: 'measurement', text: rows.join('\n').slice(0, 2000) };
}

function noteOf({ outcome }: TestRun): string {
  return 'note' in outcome ? outcome.note : outcome.reason;
}
