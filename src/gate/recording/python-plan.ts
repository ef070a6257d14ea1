import { join } from 'node:path';
import { type CoverageReport, readCobertura, readCoveragePyJson } from './coverage-reports';
import { readReport } from './node-plan';
import { type PlanPlace, type RecordingPlan, withoutCoverage } from './recording-plan';

const PROBE_TIMEOUT_MS = 30_000;

/** The configured command; else pytest-cov, else coverage.py around the test command. */
export async function pythonPlan(place: PlanPlace): Promise<RecordingPlan> {
  const { inspection, scratch, test, sources } = place;
  const root = inspection.target.path;
  const { coverage } = inspection.settings;
  const env = { COVERAGE_FILE: join(scratch, '.coverage') };
  if (coverage !== null && coverage.format === 'coverage-py') {
    const read = coverage.report.endsWith('.xml') ? readCobertura : readCoveragePyJson;
    return {
      argv: coverage.cmd,
      env,
      readOnly: [],
      tool: 'coverage.py',
      reason: '',
      wrapsTests: test.every((word, index) => coverage.cmd[index] === word),
      report: () => readReport(root, coverage.report, (text) => read(text, root)),
    };
  }
  const pytest = test.indexOf('pytest');
  const folders = [
    ...new Set(sources.map((path) => (path.includes('/') ? (path.split('/')[0] ?? '.') : '.'))),
  ];
  const roots = folders.length === 0 || folders.includes('.') ? ['.'] : folders;
  const json = join(scratch, 'coverage.json');
  const report = (): Promise<CoverageReport | string> =>
    readReport(scratch, 'coverage.json', (text) => readCoveragePyJson(text, root));
  const shared = { env, readOnly: [], reason: '', wrapsTests: true };
  if (pytest !== -1 && (await imports('pytest_cov'))) {
    const flags = [
      ...roots.map((folder) => `--cov=${folder}`),
      `--cov-report=json:${json}`,
      '--cov-fail-under=0',
    ];
    return { ...shared, tool: 'pytest-cov', argv: [...test, ...flags], report };
  }
  if (!(await imports('coverage'))) {
    return withoutCoverage(test, 'neither pytest-cov nor coverage.py is among the dependencies');
  }
  const rest = afterPython(test);
  if (rest === null)
    return withoutCoverage(test, 'its test command is no call of Python; configure a coverage command');
  return {
    ...shared,
    tool: 'coverage.py',
    argv: ['python3', '-m', 'coverage', 'run', `--source=${roots.join(',')}`, ...rest],
    report: async () => {
      await inspection.run({
        argv: ['python3', '-m', 'coverage', 'json', '-q', '--fail-under=0', '-o', json],
        env,
        timeoutMs: PROBE_TIMEOUT_MS,
        readWrite: [scratch],
      });
      return report();
    },
  };

  async function imports(module: string): Promise<boolean> {
    const { end } = await inspection.run({
      argv: ['python3', '-c', `import ${module}`],
      timeoutMs: PROBE_TIMEOUT_MS,
    });
    return end.kind === 'exited' && end.code === 0;
  }
}

/** What follows `python3` in a command, as `coverage run` takes it. */
function afterPython(test: readonly string[]): readonly string[] | null {
  const [program = '', ...rest] = test;
  if (/^python[\d.]*$/.test(program)) return rest;
  return program === 'pytest' ? ['-m', 'pytest', ...rest] : null;
}
