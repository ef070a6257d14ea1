import type { Evidence, GateFinding } from '../../../domain/quality-gate/receipt';
import { type Answer, CannotTell, type GateChecker } from '../../checker';
import type { LineCoverage } from '../../facts/test-run';
import type { Inspection } from '../../inspection';
import { diffCoverage, type FileDiffCoverage, rangesOf, shareOf } from './diff-coverage';
import { mayChangeTests } from './inputs';

/** Share of changed lines that tests have to reach. */
const DIFF_MIN = 0.8;
/** Below so many changed lines a share says nothing. */
const FEWEST_CHANGED = 10;
const MOST_FILES_SHOWN = 15;

/** Item 12: lines reached over all sources, and over what the branch changed. */
export const testCoverage: GateChecker = {
  name: 'test-coverage',
  version: '1',
  subjects: ['test-coverage'],
  scope: 'objective',
  reads: mayChangeTests,
  comparesWithBase: true,
  control: () =>
    judgeCoverage({ percent: 79.9, min: 80, changed: [], neverLoaded: [] }).length === 1 &&
    judgeCoverage({ percent: 80, min: 80, changed: [], neverLoaded: [] }).length === 0,
  check: checkCoverage,
};

async function checkCoverage(inspection: Inspection): Promise<Answer[]> {
  const { settings } = inspection;
  const tests = await inspection.tests();
  if (tests.testsRun === 0) throw new CannotTell('no test ran, so nothing was covered');
  if (tests.coverage.kind === 'absent') {
    throw new CannotTell(`coverage over all sources was not measured: ${tests.coverage.reason}`);
  }
  const coverage = tests.coverage.value;
  const changed = await changedLines(inspection, coverage);
  const min = settings.coverageMin;
  const findings = judgeCoverage({
    percent: coverage.percent,
    min,
    changed,
    neverLoaded: coverage.neverLoaded,
  });
  const share = shareOf(changed);
  const note = noteOf(coverage, min, share, changed);
  return [
    {
      subject: 'test-coverage',
      outcome: findings.length === 0 ? { kind: 'ran-clean', note } : { kind: 'ran-found', note, findings },
      by: {
        kind: 'tool',
        name: coverage.tool,
        version: null,
        argv: [...coverage.argv],
        exitCode: tests.run.end.kind === 'exited' ? tests.run.end.code : null,
      },
      evidence: [evidenceOf(coverage, changed)],
      measures: {
        testCoverage: rounded(coverage.percent / 100),
        ...(share === null ? {} : { diffCoverage: rounded(share) }),
      },
    },
  ];
}

/** Coverage of what the branch changed; nothing where the report has totals only. */
export async function changedLines(
  inspection: Inspection,
  coverage: LineCoverage,
): Promise<FileDiffCoverage[]> {
  if (coverage.files.size === 0) return [];
  const { files } = await inspection.changes();
  const sources = await inspection.files();
  return diffCoverage(files, coverage.files, (path) => sources.read(path));
}

/** What is wrong with a coverage; `min` in percent. */
export function judgeCoverage(given: {
  readonly percent: number;
  readonly min: number;
  readonly changed: readonly FileDiffCoverage[];
  readonly neverLoaded: readonly string[];
}): GateFinding[] {
  const { percent, min, changed, neverLoaded } = given;
  const findings: GateFinding[] = [];
  if (percent < min) {
    const never = neverLoaded.length === 0 ? '' : `; never loaded: ${neverLoaded.slice(0, 5).join(', ')}`;
    findings.push({
      key: 'coverage-below-minimum',
      text: `tests reach ${percent.toFixed(1)} % of all lines, ${String(min)} % are asked for${never}`.slice(
        0,
        500,
      ),
      // Tenths of a percent: less is noise of tests that depend on timing.
      amount: Math.ceil((min - percent) * 10) / 10,
    });
  }
  const share = shareOf(changed);
  const lines = changed.reduce((sum, row) => sum + row.lines.length, 0);
  if (share !== null && share < DIFF_MIN && lines >= FEWEST_CHANGED) {
    const worst = changed.filter(({ missed }) => missed.length > 0);
    const where = worst.map(({ path, missed }) => `${path}:${rangesOf(missed)}`).join('; ');
    findings.push({
      key: 'changed-lines-not-covered',
      text: `tests reach ${(share * 100).toFixed(0)} % of ${String(lines)} changed lines; not reached: ${where}`.slice(
        0,
        500,
      ),
      ...(worst[0] === undefined ? {} : { file: worst[0].path, line: worst[0].missed[0] ?? 1 }),
      amount: Math.round((1 - share) * 100),
    });
  }
  return findings;
}

function noteOf(
  coverage: LineCoverage,
  min: number,
  share: number | null,
  changed: readonly FileDiffCoverage[],
): string {
  const all = `${coverage.percent.toFixed(1)} % of lines over all sources (at least ${String(min)} %), by ${coverage.tool}`;
  if (coverage.files.size === 0)
    return `${all}; the report has totals only, so changed lines are not told apart`;
  if (share === null) return `${all}; no executable line changed`;
  const lines = changed.reduce((sum, row) => sum + row.lines.length, 0);
  return `${all}; ${(share * 100).toFixed(0)} % of ${String(lines)} changed lines`;
}

function evidenceOf(coverage: LineCoverage, changed: readonly FileDiffCoverage[]): Evidence {
  const worst = [...coverage.files]
    .map(([path, { executable, covered }]) => ({
      path,
      all: executable.size,
      missed: executable.size - covered.size,
    }))
    .filter(({ missed }) => missed > 0)
    .sort((a, b) => b.missed - a.missed)
    .slice(0, MOST_FILES_SHOWN)
    .map(({ path, all, missed }) => `${path}: ${String(missed)} of ${String(all)} lines not reached`);
  const diff = changed
    .slice(0, MOST_FILES_SHOWN)
    .map(
      ({ path, lines, missed }) =>
        `changed ${path}: ${String(lines.length - missed.length)}/${String(lines.length)}`,
    );
  const text = [`${coverage.percent.toFixed(2)} % of lines`, ...diff, ...worst].join('\n');
  return { kind: 'measurement', text: text.slice(0, 2000) };
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
