import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../config/package-root';
import { readCheckoutFile } from '../checkout-file';
import type { Inspection } from '../inspection';
import { type CoverageReport, readIstanbulFinal, readIstanbulSummary, readLcov } from './coverage-reports';
import { type PlanPlace, type RecordingPlan, withoutCoverage } from './recording-plan';
import { readNodeManifest, scriptText, withFlags } from './scripts';

const REPORT_TIMEOUT_MS = 60_000;
const EXTENSIONS = '{js,cjs,mjs,jsx,ts,cts,mts,tsx}';

/** The configured command; else Jest or Vitest by their flags, and any other runner under our own c8. */
export async function nodePlan(place: PlanPlace): Promise<RecordingPlan> {
  const { inspection, test, scratch } = place;
  const manifest = await readNodeManifest(await inspection.files());
  const text = scriptText(test, manifest);
  const { coverage } = inspection.settings;
  if (coverage !== null && coverage.format === 'istanbul-summary') {
    const own = scriptText(coverage.cmd, manifest);
    return configured(place, own, bare(own).includes(bare(text)));
  }
  if (isLast(text, 'jest')) return jest(place);
  if (isLast(text, 'vitest')) return vitest(place, manifest.dependencies);
  if (/\bjest\b|\bvitest\b/.test(text)) {
    return withoutCoverage(
      test,
      'its test script is more than one call of its runner; configure a coverage command',
    );
  }
  const own = /(?:^|[ &;])(?:npx )?c8 /.test(text);
  if (own) {
    const folder = /(?:--reports-dir|--report-dir|-o)[= ](\S+)/.exec(text)?.[1] ?? 'coverage';
    return {
      ...frame('c8', test, true),
      report: () => reportOfRaw(place, join(inspection.target.path, folder, 'tmp'), new Set()),
    };
  }
  return underC8(place, scratch);
}

/** Without what changes neither which tests run nor how they end. */
function bare(script: string): string {
  return script
    .replace(/ --test-reporter(?:-destination)?[= ]\S+/g, '')
    .replace(/^exec /, '')
    .trim();
}

function frame(tool: string, argv: readonly string[], wrapsTests: boolean): Omit<RecordingPlan, 'report'> {
  return { argv, env: {}, readOnly: [], tool, reason: '', wrapsTests };
}

function configured(place: PlanPlace, text: string, wrapsTests: boolean): RecordingPlan {
  const { inspection } = place;
  const { coverage } = inspection.settings;
  if (coverage === null) throw new Error('No coverage command is configured.');
  const runner = ['jest', 'vitest'].find((name) => isLast(text, name));
  // Beside the configured reporters, one that tells lines.
  const flags =
    runner === 'jest'
      ? ['--coverageReporters=json', '--coverageReporters=json-summary']
      : runner === 'vitest'
        ? ['--coverage.reporter=json', '--coverage.reporter=json-summary']
        : [];
  const root = inspection.target.path;
  const folder = dirname(coverage.report);
  const tool =
    ['c8', 'nyc', 'jest', 'vitest', 'tap'].find((name) => text.includes(name)) ?? 'coverage command';
  return {
    ...frame(tool, flags.length > 0 ? withFlags(coverage.cmd, flags) : coverage.cmd, wrapsTests),
    report: async () => {
      const summary = await readReport(root, coverage.report, (found) => readIstanbulSummary(found, root));
      if (typeof summary === 'string') return summary;
      const lines = await firstOf([
        () =>
          readReport(root, join(folder, 'coverage-final.json'), (found) => readIstanbulFinal(found, root)),
        () => readReport(root, join(folder, 'lcov.info'), (found) => readLcov(found, root)),
        ...(tool === 'c8'
          ? [() => reportOfRaw(place, join(root, temporaryFolder(text, folder)), summary.paths)]
          : []),
      ]);
      return { ...summary, files: lines?.files ?? new Map() };
    },
  };
}

/** Where c8 leaves what V8 wrote. */
function temporaryFolder(text: string, folder: string): string {
  return /--temp-directory[= ](\S+)/.exec(text)?.[1] ?? join(folder, 'tmp');
}

function jest(place: PlanPlace): RecordingPlan {
  const { inspection, scratch, test, sources } = place;
  const folder = join(scratch, 'coverage');
  const flags = [
    '--coverage',
    '--coverageReporters=json',
    '--coverageReporters=json-summary',
    `--coverageDirectory=${folder}`,
    '--coverageThreshold={}',
    ...globsOf(sources).map((glob) => `--collectCoverageFrom=${glob}`),
  ];
  return { ...frame('jest', withFlags(test, flags), true), report: () => finalIn(inspection, folder) };
}

function vitest(place: PlanPlace, dependencies: ReadonlySet<string>): RecordingPlan {
  const { inspection, scratch, test, sources } = place;
  const provider = ['v8', 'istanbul'].find((name) => dependencies.has(`@vitest/coverage-${name}`));
  if (provider === undefined) {
    return withoutCoverage(test, 'Vitest measures coverage with @vitest/coverage-v8, which is not installed');
  }
  const folder = join(scratch, 'coverage');
  const flags = [
    '--coverage.enabled',
    `--coverage.provider=${provider}`,
    '--coverage.reporter=json',
    '--coverage.reporter=json-summary',
    `--coverage.reportsDirectory=${folder}`,
    '--coverage.reportOnFailure',
    ...globsOf(sources).map((glob) => `--coverage.include=${glob}`),
  ];
  return { ...frame('vitest', withFlags(test, flags), true), report: () => finalIn(inspection, folder) };
}

async function underC8(place: PlanPlace, scratch: string): Promise<RecordingPlan> {
  const { inspection, test, sources } = place;
  const c8 = await inspection.program('c8');
  if (c8 === null) return withoutCoverage(test, 'c8 is not installed with this package');
  const folder = join(scratch, 'coverage');
  const argv = [
    process.execPath,
    c8,
    ...c8Options(sources),
    ...['--reports-dir', folder, '--temp-directory', join(scratch, 'v8')],
    ...test,
  ];
  return {
    ...frame('c8', argv, true),
    readOnly: [join(packageRoot(), 'node_modules')],
    report: () => finalIn(inspection, folder),
  };
}

/** Our own c8 over what V8 wrote while another c8 ran; `only`: the files that one spoke of. */
async function reportOfRaw(
  { inspection, scratch, sources }: PlanPlace,
  raw: string,
  only: ReadonlySet<string>,
): Promise<CoverageReport | string> {
  const c8 = await inspection.program('c8');
  if (c8 === null || !existsSync(raw)) return 'the coverage command left no raw figures';
  const folder = join(scratch, 'again');
  const wanted = only.size > 0 ? [...only] : sources;
  await inspection.run({
    argv: [
      process.execPath,
      c8,
      'report',
      ...c8Options(wanted),
      ...['--reports-dir', folder, '--temp-directory', raw],
    ],
    timeoutMs: REPORT_TIMEOUT_MS,
    readOnly: [join(packageRoot(), 'node_modules')],
    readWrite: [scratch],
  });
  return finalIn(inspection, folder);
}

/** Every source, loaded or not; thresholds of the target's own configuration do not decide here. */
function c8Options(sources: readonly string[]): string[] {
  return [
    '--all',
    '--check-coverage=false',
    ...rootsOf(sources).flatMap((root) => ['--src', root]),
    ...globsOf(sources).flatMap((glob) => ['--include', glob]),
    ...['--exclude', '**/*.{test,spec}.*', '--exclude', '**/node_modules/**', '--exclude', '**/*.d.ts'],
    ...['--reporter', 'json', '--reporter', 'json-summary'],
  ];
}

function rootsOf(sources: readonly string[]): string[] {
  const roots = new Set(sources.map((path) => (path.includes('/') ? (path.split('/')[0] ?? '.') : '.')));
  return roots.has('.') || roots.size === 0 ? ['.'] : [...roots];
}

/** Globs for the sources: whole folders where that is what they are, else each file. */
function globsOf(sources: readonly string[]): string[] {
  const roots = rootsOf(sources);
  if (roots.includes('.')) return [...sources];
  return roots.map((root) => `${root}/**/*.${EXTENSIONS}`);
}

async function finalIn(inspection: Inspection, folder: string): Promise<CoverageReport | string> {
  const root = inspection.target.path;
  const lines = await readReport(folder, 'coverage-final.json', (text) => readIstanbulFinal(text, root));
  if (typeof lines === 'string') return lines;
  const summary = await readReport(folder, 'coverage-summary.json', (text) =>
    readIstanbulSummary(text, root),
  );
  return typeof summary === 'string' ? lines : { ...lines, percent: summary.percent };
}

/** A report of a folder; a sentence where it is missing or is none. */
export async function readReport(
  folder: string,
  path: string,
  read: (text: string) => CoverageReport,
): Promise<CoverageReport | string> {
  const text = await readCheckoutFile(folder, path).catch(() => null);
  if (text === null) return `the tests left no coverage report ${path}`;
  try {
    return read(text);
  } catch {
    return `the coverage report ${path} could not be read`;
  }
}

async function firstOf(
  readers: readonly (() => Promise<CoverageReport | string>)[],
): Promise<CoverageReport | null> {
  for (const read of readers) {
    const report = await read();
    if (typeof report !== 'string') return report;
  }
  return null;
}

/** Whether the script ends in a call of the runner, so that flags reach it. */
function isLast(text: string, runner: string): boolean {
  const last =
    text
      .split(/&&|\|\||;/)
      .at(-1)
      ?.trim() ?? '';
  return new RegExp(
    `^(?:exec )?(?:[A-Z_]+=\\S+ |cross-env |npx |node (?:--\\S+ )*(?:\\S*/)?)*${runner}\\b`,
  ).test(last);
}
