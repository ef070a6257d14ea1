import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readJacoco } from './coverage-reports';
import { readReport } from './node-plan';
import { type PlanPlace, type RecordingPlan, withoutCoverage } from './recording-plan';

const PLUGIN = 'org.jacoco:jacoco-maven-plugin';
const REPORT = 'target/site/jacoco/jacoco.xml';

/** The configured command; else JaCoCo's plugin around Maven's tests, where it is in the local repository. */
export async function javaPlan({ inspection, test }: PlanPlace): Promise<RecordingPlan> {
  const root = inspection.target.path;
  const { coverage } = inspection.settings;
  const { paths } = await inspection.files();
  const report =
    (path: string): RecordingPlan['report'] =>
    () =>
      readReport(root, path, (text) => readJacoco(text, paths));
  const shared = { env: {}, readOnly: [], tool: 'JaCoCo', reason: '' };
  if (coverage !== null && coverage.format === 'jacoco') {
    const wrapsTests =
      coverage.cmd[0] === test[0] && (coverage.cmd.includes('verify') || coverage.cmd.includes('test'));
    return { ...shared, argv: coverage.cmd, wrapsTests, report: report(coverage.report) };
  }
  const phase = test.findIndex((word) => word === 'test' || word === 'verify');
  if (!/(?:^|\/)mvnw?$/.test(test[0] ?? '') || phase === -1) {
    return withoutCoverage(test, 'coverage of this build is not measured without a configured command');
  }
  const { env } = await inspection.provision();
  const repository = /-Dmaven\.repo\.local=(\S+)/.exec(env['MAVEN_OPTS'] ?? '')?.[1];
  const version = repository === undefined ? undefined : await newestPlugin(repository);
  if (version === undefined) {
    return withoutCoverage(
      test,
      "JaCoCo is not among the build's plugins; add it, or configure a coverage command",
    );
  }
  const goal = (name: string): string => `${PLUGIN}:${version}:${name}`;
  const argv = [...test.slice(0, phase), goal('prepare-agent'), ...test.slice(phase), goal('report')];
  return { ...shared, argv, wrapsTests: true, report: report(REPORT) };
}

async function newestPlugin(repository: string): Promise<string | undefined> {
  const folder = join(repository, 'org/jacoco/jacoco-maven-plugin');
  const versions = (await readdir(folder).catch(() => [])).filter((name) => /^\d/.test(name));
  return versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
}
