import { firstOf, hasAny, type RepositoryFiles } from './repository-files';
import { databaseOf, frameworkOf, type StackFacts } from './stack-facts';

const MANIFESTS = ['pyproject.toml', 'requirements.txt', 'setup.py', 'setup.cfg', 'Pipfile', 'manage.py'];
const LOCKFILES = [
  ['uv.lock', 'uv'],
  ['poetry.lock', 'poetry'],
  ['Pipfile.lock', 'pipenv'],
] as const;

const FRAMEWORKS = [
  ['fastapi', 'fastapi'],
  ['djangorestframework', 'django'],
  ['django', 'django'],
  ['flask', 'flask'],
  ['strawberry-graphql', 'strawberry'],
  ['graphene', 'graphene'],
] as const;

const DRIVERS = {
  postgres: ['psycopg', 'psycopg2', 'psycopg2-binary', 'asyncpg', 'pg8000'],
  other: ['pymysql', 'mysqlclient', 'pymongo', 'motor', 'aiosqlite'],
};

/** What a Python project's files tell; null when there are none. Dependencies are not installed for Python. */
export function surveyPython(repository: RepositoryFiles): StackFacts | null {
  const manifests = MANIFESTS.filter((path) => repository.files.includes(path));
  if (manifests.length === 0) return null;
  const dependencies = dependenciesIn(manifests.map((path) => repository.read(path) ?? ''));
  const lockfile = LOCKFILES.find(([file]) => repository.files.includes(file));
  const pyproject = repository.read('pyproject.toml') ?? '';
  return {
    stack: 'python',
    name: /^name\s*=\s*["']([^"']+)["']/m.exec(pyproject)?.[1] ?? null,
    framework: frameworkOf(FRAMEWORKS, dependencies),
    packageManager: lockfile?.[1] ?? 'pip',
    install: null,
    build: null,
    test: testOf(repository, pyproject, dependencies),
    lint: lintOf(repository, pyproject, dependencies),
    database: databaseOf(DRIVERS, dependencies),
    manifests: [...manifests.filter((path) => path !== 'manage.py'), ...(lockfile ? [lockfile[0]] : [])],
    notes: ['Python dependencies are not installed here; what the system has is used'],
    dependencies,
  };
}

function dependenciesIn(texts: readonly string[]): ReadonlySet<string> {
  const names = texts.flatMap((text) =>
    [...text.matchAll(/(?:^|["'])\s*([A-Za-z][\w.-]*)(?:\[[\w,\s-]*\])?\s*(?:[<>=!~;]|["']|$)/gm)].map(
      (match) => (match[1] ?? '').toLowerCase(),
    ),
  );
  return new Set(names);
}

function testOf(
  repository: RepositoryFiles,
  pyproject: string,
  dependencies: ReadonlySet<string>,
): string[] | null {
  const usesPytest =
    pyproject.includes('[tool.pytest') ||
    dependencies.has('pytest') ||
    firstOf(repository, ['pytest.ini', 'conftest.py', 'tests/conftest.py']) !== null;
  if (usesPytest) return ['python3', '-m', 'pytest'];
  if (repository.files.includes('manage.py')) return ['python3', 'manage.py', 'test'];
  return hasAny(repository, /(?:^|\/)test_[^/]+\.py$/) ? ['python3', '-m', 'unittest', 'discover'] : null;
}

function lintOf(
  repository: RepositoryFiles,
  pyproject: string,
  dependencies: ReadonlySet<string>,
): string[] | null {
  const ruff = pyproject.includes('[tool.ruff') || firstOf(repository, ['ruff.toml', '.ruff.toml']) !== null;
  if (ruff) return ['ruff', 'check', '.'];
  return repository.files.includes('.flake8') || dependencies.has('flake8')
    ? ['python3', '-m', 'flake8']
    : null;
}
