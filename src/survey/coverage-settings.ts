import type { GateSettings } from '../domain/quality-gate/gate-settings';
import { scriptsOf } from './node-scripts';
import { hasAny, type RepositoryFiles, textOf } from './repository-files';
import type { StackFacts } from './stack-facts';

type Coverage = NonNullable<GateSettings['coverage']>;

const SUMMARY = { format: 'istanbul-summary', report: 'coverage/coverage-summary.json' } as const;
const JACOCO = 'org.jacoco:jacoco-maven-plugin';

/**
 * A run of the tests that reports over all sources, by the runner's own means; null where the runner has none among the
 * dependencies. A source that no test loads has to count, or every number looks good.
 */
export function findCoverage(repository: RepositoryFiles, facts: StackFacts): GateSettings['coverage'] {
  switch (facts.stack) {
    case 'node':
      return coverageOfNode(repository, facts);
    case 'python':
      return coverageOfPython(repository, facts);
    case 'java':
      return coverageOfMaven(repository, facts);
    case 'unknown':
      return null;
  }
}

function coverageOfNode(
  repository: RepositoryFiles,
  { dependencies, packageManager, test }: StackFacts,
): Coverage | null {
  const manager = packageManager ?? 'npm';
  const { scripts } = scriptsOf(repository);
  const own = ['coverage', 'test:coverage', 'test:cov'].find((name) => scripts[name] !== undefined);
  const text = own === undefined ? '' : (scripts[own] ?? '');
  if (own !== undefined && text.includes('json-summary')) {
    return { cmd: [manager, 'run', own], ...SUMMARY };
  }
  const folder = hasAny(repository, /^src\//) ? 'src' : hasAny(repository, /^lib\//) ? 'lib' : null;
  const sources = folder === null ? '**/*.{js,ts,mjs,cjs}' : `${folder}/**/*.{js,ts,mjs,cjs}`;
  const run = ['npx', '--no-install'];
  if (dependencies.has('@vitest/coverage-v8') || dependencies.has('@vitest/coverage-istanbul')) {
    const flags = ['--coverage', '--coverage.reporter=json-summary', `--coverage.include=${sources}`];
    return { cmd: [...run, 'vitest', 'run', ...flags], ...SUMMARY };
  }
  if (dependencies.has('jest')) {
    const flags = ['--coverage', '--coverageReporters=json-summary', `--collectCoverageFrom=${sources}`];
    return { cmd: [...run, 'jest', ...flags], ...SUMMARY };
  }
  if (dependencies.has('c8') && test !== null) {
    const flags = ['--all', ...(folder === null ? [] : ['--src', folder]), '-r', 'json-summary'];
    return { cmd: [...run, 'c8', ...flags, ...test], ...SUMMARY };
  }
  return null;
}

function coverageOfPython(repository: RepositoryFiles, { dependencies, test }: StackFacts): Coverage | null {
  const report = { format: 'coverage-py', report: 'coverage.json' } as const;
  if (test?.includes('pytest') === true) {
    if (!dependencies.has('pytest-cov')) return null;
    // Their own list of sources counts where they have one.
    const sources = /^\[tool\.coverage\.run\][^[]*^source\s*=/m.test(textOf(repository, 'pyproject.toml'))
      ? ['--cov']
      : packagesOf(repository).map((name) => `--cov=${name}`);
    return { cmd: ['python3', '-m', 'pytest', ...sources, '--cov-report=json'], ...report };
  }
  if (test?.[1] === 'manage.py' && dependencies.has('coverage')) {
    const runs = 'python3 -m coverage run --source=. manage.py test && python3 -m coverage json';
    return { cmd: ['sh', '-c', runs], ...report };
  }
  return null;
}

/** Folders with Python sources that are no tests; the root where there are none. */
function packagesOf(repository: RepositoryFiles): string[] {
  const folders = repository.files.flatMap((path) => /^([a-z_][\w-]*)\/.*\.py$/i.exec(path)?.[1] ?? []);
  const packages = [...new Set(folders)].filter(
    (name) => !/^(?:tests?|migrations|alembic|docs|scripts)$/.test(name),
  );
  return packages.length === 0 ? ['.'] : packages.slice(0, 20);
}

function coverageOfMaven(repository: RepositoryFiles, { packageManager }: StackFacts): Coverage | null {
  if (packageManager !== 'maven') return null;
  const pom = repository.read('pom.xml') ?? '';
  // Without it in the pom the plugin would have to be fetched while the tests run.
  if (!pom.includes('jacoco-maven-plugin')) return null;
  const goals = [`${JACOCO}:prepare-agent`, 'test', `${JACOCO}:report`];
  return { cmd: ['mvn', '-B', '-o', ...goals], format: 'jacoco', report: 'target/site/jacoco/jacoco.xml' };
}
