import { firstOf, hasAny, type RepositoryFiles } from './repository-files';
import { databaseOf, frameworkOf, type StackFacts } from './stack-facts';

const REQUIREMENTS = [
  'requirements.txt',
  'requirements-dev.txt',
  'requirements_dev.txt',
  'dev-requirements.txt',
  'requirements-test.txt',
  'requirements_test.txt',
  'test-requirements.txt',
  'requirements/base.txt',
  'requirements/dev.txt',
  'requirements/test.txt',
];
const MANIFESTS = ['pyproject.toml', ...REQUIREMENTS, 'setup.py', 'setup.cfg', 'Pipfile', 'manage.py'];
const MANAGERS = [
  { lockfile: 'uv.lock', manager: 'uv', install: ['uv', 'sync', '--frozen'] },
  { lockfile: 'poetry.lock', manager: 'poetry', install: ['poetry', 'install', '--no-root'] },
  { lockfile: 'Pipfile.lock', manager: 'pipenv', install: ['pipenv', 'sync', '--dev'] },
] as const;
const PIP_INSTALL = ['python3', '-m', 'pip', 'install', '--only-binary=:all:'];

const FRAMEWORKS = [
  ['fastapi', 'fastapi'],
  ['djangorestframework', 'django'],
  ['django', 'django'],
  ['flask', 'flask'],
  ['strawberry-graphql', 'strawberry'],
  ['graphene', 'graphene'],
  ['graphene-django', 'django'],
  ['ariadne', 'ariadne'],
] as const;

const DRIVERS = {
  postgres: ['psycopg', 'psycopg2', 'psycopg2-binary', 'asyncpg', 'pg8000'],
  other: ['pymysql', 'mysqlclient', 'pymongo', 'motor', 'aiosqlite'],
};

/** What a Python project's files tell; null when there are none. */
export function surveyPython(repository: RepositoryFiles): StackFacts | null {
  const manifests = MANIFESTS.filter((path) => repository.files.includes(path));
  if (manifests.length === 0) return null;
  const notes: string[] = [];
  const dependencies = dependenciesIn(manifests.map((path) => repository.read(path) ?? ''));
  const managed = MANAGERS.find(({ lockfile }) => repository.files.includes(lockfile));
  const pyproject = repository.read('pyproject.toml') ?? '';
  const test = testOf(repository, pyproject, dependencies);
  if (test === null) notes.push('no test command was found');
  if (managed !== undefined) {
    notes.push(`dependencies are managed by ${managed.manager}, which cannot be installed here yet`);
  }
  return {
    stack: 'python',
    name: /^name\s*=\s*["']([^"']+)["']/m.exec(pyproject)?.[1] ?? null,
    framework: frameworkOf(FRAMEWORKS, dependencies),
    packageManager: managed?.manager ?? 'pip',
    install: managed === undefined ? installOf(repository, pyproject, notes) : [...managed.install],
    build: null,
    test,
    lint: lintOf(repository, pyproject, dependencies),
    database: databaseOf(DRIVERS, dependencies),
    manifests: [
      ...manifests.filter((path) => path !== 'manage.py'),
      ...(managed === undefined ? [] : [managed.lockfile]),
    ],
    engines: [{ name: 'python3', requires: requiredPython(repository, pyproject) }],
    notes,
    dependencies,
  };
}

/** Every requirements file there is; a pyproject.toml where no requirements.txt pins what it asks for. */
function installOf(repository: RepositoryFiles, pyproject: string, notes: string[]): string[] | null {
  const files = REQUIREMENTS.filter((path) => repository.files.includes(path));
  const isProject = /^\[(?:project|dependency-groups)\]/m.test(pyproject);
  if (isProject && !files.includes('requirements.txt')) files.push('pyproject.toml');
  if (files.length === 0) {
    if (
      firstOf(repository, ['setup.py', 'setup.cfg', 'Pipfile']) !== null ||
      pyproject.includes('[tool.poetry')
    ) {
      notes.push(
        'dependencies can be installed from requirements files and [project] of pyproject.toml only',
      );
    }
    return null;
  }
  const lists = files.filter((path) => path !== 'pyproject.toml').map((path) => repository.read(path) ?? '');
  const isPinned = !files.includes('pyproject.toml') && lists.every((text) => !UNPINNED.test(text));
  if (!isPinned) notes.push('not every version is pinned, so the versions installed first are kept');
  return [...PIP_INSTALL, ...files.flatMap((path) => ['-r', path])];
}

// A line that names a package without `==`.
const UNPINNED = /^[A-Za-z0-9](?![^#;\n]*==)/m;

function requiredPython(repository: RepositoryFiles, pyproject: string): string | null {
  const setup = repository.read('setup.cfg') ?? '';
  return (
    /^requires-python\s*=\s*["']([^"'\n]{1,200})["']/m.exec(pyproject)?.[1] ??
    /^python_requires\s*=\s*(\S[^\n]{0,199})$/m.exec(setup)?.[1] ??
    null
  );
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
  if (ruff || dependencies.has('ruff')) return ['python3', '-m', 'ruff', 'check', '.'];
  return repository.files.includes('.flake8') || dependencies.has('flake8')
    ? ['python3', '-m', 'flake8']
    : null;
}
