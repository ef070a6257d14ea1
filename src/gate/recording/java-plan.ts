import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { COVERAGE_PLUGIN } from '../maven/extra-artifacts';
import { readJacoco } from './coverage-reports';
import { readReport } from './node-plan';
import { type PlanPlace, type RecordingPlan, withoutCoverage } from './recording-plan';

const REPORT = 'target/site/jacoco/jacoco.xml';
const REPORT_TIMEOUT_MS = 120_000;

/**
 * The configured command; else the test command of Maven with JaCoCo's agent in every JVM. The agent is given by the
 * environment, because a pom that sets Surefire's `argLine` shuts out the one JaCoCo's plugin prepares.
 */
export async function javaPlan({ inspection, scratch, test, sources }: PlanPlace): Promise<RecordingPlan> {
  const root = inspection.target.path;
  const { coverage } = inspection.settings;
  const { paths } = await inspection.files();
  const read = (path: string): ReturnType<RecordingPlan['report']> =>
    readReport(root, path, (text) => readJacoco(text, paths));
  const shared = { readOnly: [], tool: 'JaCoCo', reason: '' };
  if (coverage !== null && coverage.format === 'jacoco') {
    const wrapsTests =
      coverage.cmd[0] === test[0] && ['verify', 'test'].some((goal) => coverage.cmd.includes(goal));
    return { ...shared, env: {}, argv: coverage.cmd, wrapsTests, report: () => read(coverage.report) };
  }
  const [program = ''] = test;
  if (!/(?:^|\/)mvnw?$/.test(program)) {
    return withoutCoverage(test, 'coverage of this build is not measured without a configured command');
  }
  const { env } = await inspection.provision();
  const repository = /-Dmaven\.repo\.local=(\S+)/.exec(env['MAVEN_OPTS'] ?? '')?.[1] ?? '';
  const { groupId, artifactId, version } = COVERAGE_PLUGIN;
  const agent = join(
    repository,
    `org/jacoco/org.jacoco.agent/${version}/org.jacoco.agent-${version}-runtime.jar`,
  );
  if (!existsSync(agent)) {
    return withoutCoverage(
      test,
      'JaCoCo could not be fetched from the registry; configure a coverage command',
    );
  }
  const data = join(scratch, 'jacoco.exec');
  const options = `destfile=${data},append=true,includes=${packagesOf(sources).join(':')}`;
  return {
    ...shared,
    env: {
      JAVA_TOOL_OPTIONS: [env['JAVA_TOOL_OPTIONS'], `-javaagent:${agent}=${options}`]
        .filter(Boolean)
        .join(' '),
    },
    argv: test,
    wrapsTests: true,
    report: async () => {
      if (!existsSync(data)) return 'no JVM of the tests wrote down what it executed';
      await inspection.run({
        argv: [
          program,
          '-B',
          '-o',
          '-q',
          `${groupId}:${artifactId}:${version}:report`,
          `-Djacoco.dataFile=${data}`,
        ],
        timeoutMs: REPORT_TIMEOUT_MS,
        readWrite: [scratch],
      });
      return read(REPORT);
    },
  };
}

/** Patterns for the packages of the sources, so that neither Maven nor libraries are instrumented. */
function packagesOf(sources: readonly string[]): string[] {
  const packages = sources.flatMap((path) => {
    const inside = /src\/main\/(?:java|kotlin)\/(.+)\/[^/]+$/.exec(path)?.[1];
    return inside === undefined ? [] : [inside.split('/').slice(0, 3).join('.')];
  });
  return packages.length === 0 ? ['*'] : [...new Set(packages)].map((name) => `${name}.*`);
}
