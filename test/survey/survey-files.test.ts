// Pure: needs no server, no Temporal, no PostgreSQL, no git.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationJsonSchema, parseConfiguration } from '../../src/domain/target/configuration';
import { CoordinationSettings } from '../../src/domain/coordination/coordination-settings';
import { ConfigurationError } from '../../src/domain/common/user-error';
import { Survey } from '../../src/domain/target/survey';
import { surveyFiles, type SurveyRequest } from '../../src/survey/survey-files';
import { describeCommands, trustHash } from '../../src/survey/trust';

const SAMPLE = join(__dirname, '../../examples/orders-service');

function repository(contents: Record<string, string>): SurveyRequest {
  return { files: Object.keys(contents), read: (path) => contents[path] ?? null };
}

function survey(contents: Record<string, string>): Survey {
  return Survey.parse(surveyFiles(repository(contents)));
}

const manifest = (content: object): string => JSON.stringify(content);

describe('Node', () => {
  test('a Fastify service with npm, PostgreSQL and a lockfile is recognised', () => {
    const found = survey({
      'package.json': manifest({
        name: 'api',
        scripts: { test: 'node --test', lint: 'eslint .', build: 'tsc' },
        dependencies: { fastify: '5.0.0', pg: '8.0.0' },
      }),
      'package-lock.json': '{}',
      'openapi.yaml': '',
      'AGENTS.md': '',
      'migrations/0001_a.up.sql': '',
      'migrations/0001_a.down.sql': '',
    });
    expect(found).toMatchObject({
      name: 'api',
      stack: 'node',
      framework: 'fastify',
      packageManager: 'npm',
      build: ['npm', 'run', 'build'],
      test: ['npm', 'test'],
      lint: ['npm', 'run', 'lint'],
      database: 'postgres',
      apiSpec: 'openapi.yaml',
      migrations: { tool: 'sql-updown', dir: 'migrations' },
      conventions: ['AGENTS.md'],
      manifests: ['package.json', 'package-lock.json'],
    });
    expect(found.install?.slice(0, 3)).toEqual(['npm', 'ci', '--ignore-scripts']);
  });

  test("npm's stub of a test script is not a test, but test files are", () => {
    const stub = { scripts: { test: 'echo "Error: no test specified" && exit 1' } };
    expect(survey({ 'package.json': manifest(stub) }).test).toBeNull();
    expect(survey({ 'package.json': manifest(stub), 'test/a.js': '' }).test).toEqual(['node', '--test']);
    const jest = { ...stub, devDependencies: { jest: '30.0.0' } };
    expect(survey({ 'package.json': manifest(jest) }).test).toEqual(['npx', '--no-install', 'jest']);
  });

  test.each([
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
    ['bun.lock', 'bun'],
    ['npm-shrinkwrap.json', 'npm'],
  ])('%s means %s', (file, manager) => {
    const found = survey({ 'package.json': '{}', [file]: '' });
    expect(found.packageManager).toBe(manager);
    expect(found.install?.[0]).toBe(manager);
  });

  test('packageManager wins over the lockfile, and a broken manifest is a note', () => {
    expect(
      survey({ 'package.json': manifest({ packageManager: 'yarn@4.1.0' }), 'package-lock.json': '' }),
    ).toMatchObject({ packageManager: 'yarn' });
    expect(survey({ 'package.json': '{' }).notes).toContain('package.json is not valid JSON');
    expect(survey({ 'package.json': '[]' }).test).toBeNull();
  });

  test('the Node a manifest asks for is what it needs', () => {
    const found = survey({ 'package.json': manifest({ engines: { node: '>=22' } }) });
    expect(found.engines).toEqual([{ name: 'node', requires: '>=22' }]);
    expect(survey({ 'package.json': manifest({ engines: 'odd' }) }).engines).toEqual([
      { name: 'node', requires: null },
    ]);
  });

  test('without dependencies and lockfile there is nothing to install', () => {
    expect(survey({ 'package.json': '{}' }).install).toBeNull();
  });

  test('the bundled sample is recognised', () => {
    const entries = readdirSync(SAMPLE, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
      .map((entry) => join(entry.parentPath, entry.name).slice(SAMPLE.length + 1));
    const found = surveyFiles({ files: entries, read: (path) => readFileSync(join(SAMPLE, path), 'utf8') });
    expect(found).toMatchObject({
      stack: 'node',
      framework: 'fastify',
      test: ['npm', 'test'],
      lint: ['npm', 'run', 'lint'],
      database: 'postgres',
      migrations: { tool: 'sql-updown', dir: 'migrations' },
    });
  });
});

describe('other stacks', () => {
  test('Python with pytest, FastAPI and ruff', () => {
    const pyproject =
      '[project]\nname = "shop"\ndependencies = ["fastapi>=0.110", "psycopg[binary]"]\n[tool.pytest.ini_options]\n[tool.ruff]\n';
    expect(survey({ 'pyproject.toml': pyproject, 'alembic.ini': '' })).toMatchObject({
      stack: 'python',
      name: 'shop',
      framework: 'fastapi',
      install: ['python3', '-m', 'pip', 'install', '--only-binary=:all:', '-r', 'pyproject.toml'],
      test: ['python3', '-m', 'pytest'],
      lint: ['python3', '-m', 'ruff', 'check', '.'],
      database: 'postgres',
      migrations: { tool: 'alembic', dir: 'alembic/versions' },
    });
  });

  test('Java with the Maven wrapper and Spring', () => {
    const pom =
      '<project><parent><artifactId>p</artifactId></parent><artifactId>clinic</artifactId>' +
      '<artifactId>spring-boot-starter-web</artifactId><artifactId>postgresql</artifactId></project>';
    const files = { 'pom.xml': pom, mvnw: '', 'src/main/resources/db/migration/V1__a.sql': '' };
    expect(survey(files)).toMatchObject({
      stack: 'java',
      name: 'clinic',
      framework: 'spring-boot',
      install: ['mvn', '-B', 'dependency:resolve-plugins', 'dependency:resolve'],
      test: ['mvn', '-B', '-o', 'test'],
      database: 'postgres',
      migrations: { tool: 'flyway', dir: 'src/main/resources/db/migration' },
    });
  });

  test('every requirements file is installed, and pyproject.toml only where none pins its dependencies', () => {
    const files = (contents: Record<string, string>): string[] | undefined =>
      survey(contents).install?.filter((word) => !word.startsWith('-') && /\.(?:txt|toml)$/.test(word));
    const project = '[project]\nname = "shop"\nrequires-python = ">=3.10"\ndependencies = ["httpx"]\n';
    const pinned = {
      'requirements.txt': 'a==1\n',
      'requirements-dev.txt': '-r requirements.txt\nb==2 # c\n',
    };
    expect(files(pinned)).toEqual(['requirements.txt', 'requirements-dev.txt']);
    expect(survey(pinned).notes).toEqual(['no test command was found']);
    expect(files({ ...pinned, 'pyproject.toml': project })).toEqual([
      'requirements.txt',
      'requirements-dev.txt',
    ]);
    expect(files({ 'requirements-dev.txt': 'b==2', 'pyproject.toml': project })).toEqual([
      'requirements-dev.txt',
      'pyproject.toml',
    ]);
    expect(survey({ 'requirements.txt': 'a==1\nhttpx>=0.2\n' }).notes).toContain(
      'not every version is pinned, so the versions installed first are kept',
    );
    expect(survey({ 'pyproject.toml': project }).engines).toEqual([{ name: 'python3', requires: '>=3.10' }]);
  });

  test('what only running setup.py would tell is not installed, and the survey says so', () => {
    const found = survey({ 'setup.py': 'from setuptools import setup\n' });
    expect(found.install).toBeNull();
    expect(found.notes.join()).toContain('requirements files');
  });

  test.each([
    ['uv.lock', 'uv'],
    ['poetry.lock', 'poetry'],
    ['Pipfile.lock', 'pipenv'],
  ])('%s means %s, which is not installed with pip behind its back', (lockfile, manager) => {
    const found = survey({ 'pyproject.toml': '[project]\nname = "x"\n', [lockfile]: '' });
    expect(found).toMatchObject({ packageManager: manager });
    expect(found.install?.[0]).toBe(manager);
    expect(found.notes.join()).toContain(`${manager}, which cannot be installed here yet`);
  });

  test('a pom tells the release it is for, its linter, and that the wrapper is not used', () => {
    const pom =
      '<project><artifactId>a</artifactId><properties><java.version>21</java.version></properties>' +
      '<build><plugins><plugin><artifactId>maven-checkstyle-plugin</artifactId></plugin></plugins></build></project>';
    const found = survey({ 'pom.xml': pom, mvnw: '' });
    expect(found).toMatchObject({
      lint: ['mvn', '-B', '-o', 'checkstyle:check'],
      engines: [
        { name: 'java', requires: '>=21' },
        { name: 'mvn', requires: null },
      ],
    });
    expect(found.notes.join()).toContain('not the wrapper');
  });

  test('Gradle is told to be out of reach', () => {
    const found = survey({ 'build.gradle': '' });
    expect(found.test).toEqual(['gradle', '--no-daemon', 'test']);
    expect(found.notes.join()).toContain('gradle, which cannot be installed here yet');
    expect(found.engines).toEqual([{ name: 'java', requires: null }]);
  });

  test('a stack the configuration names brings its engines', () => {
    const configuration = JSON.stringify({ version: 1, services: [{ name: 'x', stack: 'java' }] });
    expect(survey({ 'coordinator.config.json': configuration }).engines).toEqual([
      { name: 'java', requires: null },
      { name: 'mvn', requires: null },
    ]);
  });

  test('an empty repository is unknown, without commands', () => {
    expect(survey({})).toMatchObject({ stack: 'unknown', name: 'service', test: null, install: null });
  });
});

describe('coordinator.config.json', () => {
  const file = (service: object, rest: object = {}): string =>
    JSON.stringify({ version: 1, services: [{ name: 'api', ...service }], ...rest });

  test('says more than detection, and null takes a command away', () => {
    const found = survey({
      'package.json': manifest({ scripts: { test: 'jest', lint: 'eslint .' } }),
      'coordinator.config.json': file({ test: { cmd: ['make', 'check'], timeoutMs: 5000 }, lint: null }),
    });
    expect(found).toMatchObject({ name: 'api', test: ['make', 'check'], testTimeoutMs: 5000, lint: null });
  });

  test('names what files are about, and only by categories there are', () => {
    const rules = [{ path: 'ops/**', category: 'devops-configuration' }];
    expect(survey({ 'coordinator.config.json': file({}, { context: { rules } }) }).contextRules).toEqual(
      rules,
    );
    const wrong = { context: { rules: [{ path: 'ops/**', category: 'everything' }] } };
    expect(() => survey({ 'coordinator.config.json': file({}, wrong) })).toThrow(
      /context\.rules\[0\]\.category/,
    );
    const outside = { context: { rules: [{ path: '../x', category: 'api-contracts' }] } };
    expect(() => survey({ 'coordinator.config.json': file({}, outside) })).toThrow(
      /context\.rules\[0\]\.path/,
    );
  });

  test('one given on the command line replaces that of the repository', () => {
    const found = surveyFiles({
      ...repository({ 'coordinator.config.json': 'not even JSON' }),
      configuration: { text: file({ test: { cmd: ['make'] } }), source: 'mine.json' },
    });
    expect(found.test).toEqual(['make']);
  });

  test('the documented example with all keys is valid, and has a JSON Schema', () => {
    const text = file(
      {
        path: '.',
        coverage: { cmd: ['npx', 'c8'], format: 'istanbul-summary', report: 'coverage/s.json', min: 80 },
        run: {
          cmd: ['node', 'a.js'],
          portEnv: 'PORT',
          health: '/health',
          readyTimeoutMs: 15000,
          requiredEnv: ['X'],
        },
        api: { kind: 'openapi', spec: 'openapi.yaml', basePath: '/v1' },
        database: {
          engine: 'postgres',
          urlEnv: 'DATABASE_URL',
          migrations: { tool: 'sql-updown', dir: 'migrations', up: null, down: null },
        },
        auth: { login: { op: 'login', body: { user: 'u' }, tokenPointer: '/token' }, users: ['a'] },
        cors: { origins: ['https://app.example'] },
        publicOps: ['login'],
        sla: { p95Ms: 200, connections: 5, seconds: 5 },
        logs: { format: 'json' },
        docs: { deploy: 'docs/deploy.md' },
      },
      { gate: { waivers: [{ item: '16', reason: 'public', by: 'owner', expires: '2027-01-01' }] } },
    );
    expect(parseConfiguration(text).services[0]?.api?.spec).toBe('openapi.yaml');
    expect(configurationJsonSchema()).toMatchObject({ type: 'object', required: ['version', 'services'] });
  });

  test.each([
    [file({ tset: ['x'] }), 'services[0].tset'],
    [file({ test: { cmd: 'npm test' } }), 'services[0].test.cmd'],
    [file({ path: '../a' }), 'services[0].path'],
    [file({}, { gate: { waivers: [{ item: '41', reason: 'r', by: 'b' }] } }), 'gate.waivers[0].item'],
    [file({}, { version: 2 }), 'at version'],
    ['{', 'not JSON'],
    ['[]', 'as a whole'],
  ])('%s is refused in a sentence that names the place', (text, place) => {
    const parse = (): unknown => parseConfiguration(text, 'c.json');
    expect(parse).toThrow(ConfigurationError);
    expect(parse).toThrow(place);
  });
});

describe('trust', () => {
  const base = survey({ 'package.json': manifest({ scripts: { test: 'jest' } }) });

  test('is bound to the commands and to the configuration, not to other facts', () => {
    const hash = trustHash(base, null);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(trustHash({ ...base, notes: ['other'] }, null)).toBe(hash);
    expect(trustHash({ ...base, test: ['npm', 'test', '--', 'x'] }, null)).not.toBe(hash);
    expect(trustHash({ ...base, test: null, lint: base.test }, null)).not.toBe(hash);
    expect(trustHash(base, '{}')).not.toBe(hash);
    expect(trustHash(base, null, [])).toBe(hash);
    const role = { path: '.claude/agents/rust-expert.md', source: 'a' };
    const brought = trustHash(base, null, [role]);
    expect(brought).not.toBe(hash);
    expect(trustHash(base, null, [{ ...role, source: 'b' }])).not.toBe(brought);
  });

  test('covers and shows the addresses that the worker would call for the repository', () => {
    const coordination = CoordinationSettings.parse({
      contracts: { webhook: { url: 'http://169.254.1.1/hook' } },
      watch: {
        checks: [
          { kind: 'http', name: 'health', url: 'http://10.0.0.1/health', limit: { max: 299 } },
          { kind: 'sql', name: 'rows', urlEnv: 'WATCH_URL', query: 'SELECT 1', limit: { max: 0 } },
        ],
      },
    });
    const calling = { ...base, coordination };
    expect(trustHash(calling, null)).not.toBe(trustHash(base, null));
    const text = describeCommands(calling);
    expect(text).toContain('webhook  POST http://169.254.1.1/hook');
    expect(text).toContain('watch health GET http://10.0.0.1/health');
    expect(text).toContain("watch rows SQL WATCH_URL 'SELECT 1'");
  });

  test('shows each command as it would be typed, and no control characters', () => {
    const text = describeCommands({ ...base, test: ['sh', '-c', "echo 'hi'\u001b[2K"], lint: ['a b'] });
    expect(text).toContain("lint     'a b'");
    expect(text).toContain('\\u001b');
    expect(text).not.toContain('\u001b');
    expect(describeCommands({ ...base, test: null })).toMatch(/^No command/);
  });
});
