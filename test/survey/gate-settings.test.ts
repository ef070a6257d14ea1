// Pure: needs no server, no Temporal, no PostgreSQL, no git.
import { parseConfiguration } from '../../src/domain/target/configuration';
import { draftConfiguration } from '../../src/domain/target/draft-configuration';
import type { GateSettings } from '../../src/domain/quality-gate/gate-settings';
import { surveyOfService } from '../../src/domain/target/service-folder';
import { Survey } from '../../src/domain/target/survey';
import { surveyFiles } from '../../src/survey/survey-files';
import { describeCommands, trustHash } from '../../src/survey/trust';

function survey(contents: Record<string, string>): Survey {
  return Survey.parse(surveyFiles({ files: Object.keys(contents), read: (path) => contents[path] ?? null }));
}

function settings(contents: Record<string, string>): GateSettings {
  const { gate } = survey(contents);
  if (gate === undefined) throw new Error('the survey has no settings');
  return gate;
}

const node = (content: object): string => JSON.stringify(content);

describe('the command that starts a service', () => {
  test.each<[string, Record<string, string>, readonly string[] | null, string | null]>([
    [
      'a start script that is plain node',
      { 'package.json': node({ scripts: { start: 'node --enable-source-maps src/server.js' } }) },
      ['node', '--enable-source-maps', 'src/server.js'],
      'PORT',
    ],
    [
      'a start script of another kind',
      { 'package.json': node({ scripts: { start: 'nest start' } }), 'pnpm-lock.yaml': '' },
      ['pnpm', 'run', 'start'],
      'PORT',
    ],
    [
      'a script for production before the one for development',
      { 'package.json': node({ scripts: { start: 'nest start', 'start:prod': 'node dist/main' } }) },
      ['node', 'dist/main'],
      'PORT',
    ],
    [
      'the main file, and the port by the example of the environment',
      {
        'package.json': node({ main: './lib/index.js', dependencies: { express: '5' } }),
        'lib/index.js': '',
        '.env.example': 'HTTP_PORT=8080\n',
      },
      ['node', 'lib/index.js'],
      'HTTP_PORT',
    ],
    [
      'a library',
      { 'package.json': node({ main: 'index.js' }), 'index.js': 'module.exports = 1;' },
      null,
      null,
    ],
    [
      'a FastAPI application',
      {
        'requirements.txt': 'fastapi==1\n',
        'app/main.py': 'from fastapi import FastAPI\napp = FastAPI(title="x")\n',
      },
      ['python3', '-m', 'uvicorn', 'app.main:app'],
      'UVICORN_PORT',
    ],
    [
      'a factory of FastAPI under src',
      {
        'requirements.txt': 'fastapi==1\n',
        'src/shop/main.py':
          'def create_app() -> FastAPI:\n    settings = load()\n    app = FastAPI()\n    return app\n',
      },
      ['python3', '-m', 'uvicorn', 'shop.main:create_app', '--factory', '--app-dir', 'src'],
      'UVICORN_PORT',
    ],
    [
      'a Flask application',
      { 'requirements.txt': 'flask==3\n', 'app.py': 'app = Flask(__name__)\n' },
      ['python3', '-m', 'flask', '--app', 'app:app', 'run', '--host', '127.0.0.1'],
      'FLASK_RUN_PORT',
    ],
    [
      'a factory of Flask in a package',
      {
        'requirements.txt': 'flask==3\n',
        'shop/__init__.py': 'def create_app():\n    app = Flask(__name__)\n    return app\n',
      },
      ['python3', '-m', 'flask', '--app', 'shop:create_app()', 'run', '--host', '127.0.0.1'],
      'FLASK_RUN_PORT',
    ],
    [
      'a Django project',
      { 'requirements.txt': 'django==5\n', 'manage.py': '' },
      ['sh', '-c', 'exec python3 manage.py runserver --noreload --insecure "127.0.0.1:$PORT"'],
      'PORT',
    ],
    [
      'a Spring Boot application, and its own name for the port',
      {
        'pom.xml':
          '<project><artifactId>a</artifactId><artifactId>spring-boot-starter-web</artifactId></project>',
        'src/main/resources/application.yaml': 'server:\n  port: ${APP_PORT:8080}\n',
      },
      ['mvn', '-B', '-o', '-q', 'spring-boot:run'],
      'APP_PORT',
    ],
  ])('%s', (_, files, cmd, portEnv) => {
    const { run } = settings(files);
    expect(run?.cmd ?? null).toEqual(cmd);
    expect(run?.portEnv ?? null).toEqual(portEnv);
  });

  test('needs the database and secrets of the example; values are made up when it starts', () => {
    const { run } = settings({
      'package.json': node({ scripts: { start: 'node a.js' }, dependencies: { pg: '8' } }),
      '.env.example': '# API_KEY=\nDATABASE_URL=postgres://localhost/x\nJWT_SECRET=\nLOG_LEVEL=info\n',
    });
    expect(run?.requiredEnv).toEqual(['DATABASE_URL', 'JWT_SECRET']);
    expect(run?.env).toEqual({});
  });

  test.each<[string, Record<string, string>, string | null]>([
    [
      'in the spec, behind its base path',
      { 'openapi.yaml': 'servers:\n  - url: https://a.example/v1\npaths:\n  /health:\n    get: {}\n' },
      '/v1/health',
    ],
    ['in the sources', { 'src/routes/health.js': "app.get('/healthz', ok);" }, '/healthz'],
    ['nowhere', {}, null],
  ])('its health is %s', (_, files, health) => {
    const all = { 'package.json': node({ scripts: { start: 'node a.js' } }), ...files };
    expect(settings(all).run?.health).toBe(health);
  });
});

describe('coverage', () => {
  test.each<[string, Record<string, string>, readonly string[] | null]>([
    [
      'a script that writes a summary',
      { 'package.json': node({ scripts: { coverage: 'c8 -r json-summary npm test' } }) },
      ['npm', 'run', 'coverage'],
    ],
    [
      'vitest with a provider',
      {
        'package.json': node({ devDependencies: { vitest: '3', '@vitest/coverage-v8': '3' } }),
        'src/a.ts': '',
      },
      [
        'npx',
        '--no-install',
        'vitest',
        'run',
        '--coverage',
        '--coverage.reporter=json-summary',
        '--coverage.include=src/**/*.{js,ts,mjs,cjs}',
      ],
    ],
    ['vitest without one', { 'package.json': node({ devDependencies: { vitest: '3' } }) }, null],
    [
      'jest',
      { 'package.json': node({ devDependencies: { jest: '30' } }), 'lib/a.js': '' },
      [
        'npx',
        '--no-install',
        'jest',
        '--coverage',
        '--coverageReporters=json-summary',
        '--collectCoverageFrom=lib/**/*.{js,ts,mjs,cjs}',
      ],
    ],
    [
      'pytest with pytest-cov',
      { 'requirements.txt': 'pytest==8\npytest-cov==7\n', 'shop/a.py': '', 'tests/test_a.py': '' },
      ['python3', '-m', 'pytest', '--cov=shop', '--cov-report=json'],
    ],
    ['pytest alone', { 'requirements.txt': 'pytest==8\n' }, null],
    [
      'JaCoCo in the pom',
      {
        'pom.xml':
          '<project><artifactId>a</artifactId><plugin><artifactId>jacoco-maven-plugin</artifactId></plugin></project>',
      },
      [
        'mvn',
        '-B',
        '-o',
        'org.jacoco:jacoco-maven-plugin:prepare-agent',
        'test',
        'org.jacoco:jacoco-maven-plugin:report',
      ],
    ],
  ])('by %s', (_, files, cmd) => {
    expect(settings(files).coverage?.cmd ?? null).toEqual(cmd);
  });
});

describe('the API', () => {
  test.each<[string, Record<string, string>, GateSettings['api']]>([
    [
      'a file of the repository',
      { 'package.json': '{}', 'openapi.yaml': 'servers: [{ url: /v2 }]\n' },
      { kind: 'openapi', spec: 'openapi.yaml', from: 'file', basePath: null },
    ],
    [
      'a file in a folder of its own, and none of the tests',
      { 'package.json': '{}', 'test/fixtures/openapi.json': '', 'contracts/shop/openapi.json': '' },
      { kind: 'openapi', spec: 'contracts/shop/openapi.json', from: 'file', basePath: null },
    ],
    [
      'the SDL of GraphQL',
      { 'package.json': '{}', 'schema.graphql': '' },
      { kind: 'graphql', spec: 'schema.graphql', from: 'file', basePath: '/graphql' },
    ],
    [
      'what FastAPI answers',
      { 'requirements.txt': 'fastapi==1\n' },
      { kind: 'openapi', spec: '/openapi.json', from: 'endpoint', basePath: null },
    ],
    [
      'what NestJS answers',
      { 'package.json': node({ dependencies: { '@nestjs/core': '11', '@nestjs/swagger': '11' } }) },
      { kind: 'openapi', spec: '/api-json', from: 'endpoint', basePath: null },
    ],
    [
      'what Apollo answers',
      { 'package.json': node({ dependencies: { '@apollo/server': '5' } }) },
      { kind: 'graphql', spec: '/graphql', from: 'endpoint', basePath: '/graphql' },
    ],
    ['nothing', { 'package.json': node({ dependencies: { express: '5' } }) }, null],
  ])('is %s', (_, files, api) => {
    expect(settings(files).api).toEqual(api);
  });
});

describe('the database', () => {
  const withPg = (scripts: object = {}): string => node({ scripts, dependencies: { pg: '8' } });

  test('is reached by the variable of the example or of the configuration', () => {
    expect(settings({ 'package.json': withPg(), '.env.example': 'POSTGRES_URL=\n' }).database?.urlEnv).toBe(
      'POSTGRES_URL',
    );
    expect(
      settings({ 'package.json': withPg(), 'src/config.js': 'process.env.APP_DB_URL' }).database?.urlEnv,
    ).toBe('APP_DB_URL');
    expect(settings({ 'package.json': withPg() }).database?.urlEnv).toBe('DATABASE_URL');
    expect(settings({ 'package.json': '{}' }).database).toBeNull();
  });

  test('is migrated and filled by scripts, else by the tool; plain SQL needs no command', () => {
    const scripts = { 'db:migrate': 'x', 'db:rollback': 'x', seed: 'x' };
    expect(settings({ 'package.json': withPg(scripts), 'knexfile.js': '' }).database).toMatchObject({
      up: ['npm', 'run', 'db:migrate'],
      down: ['npm', 'run', 'db:rollback'],
      seed: ['npm', 'run', 'seed'],
    });
    expect(settings({ 'requirements.txt': 'psycopg==3\n', 'alembic.ini': '' }).database).toMatchObject({
      up: ['python3', '-m', 'alembic', 'upgrade', 'head'],
      down: ['python3', '-m', 'alembic', 'downgrade', 'base'],
    });
    expect(
      settings({ 'package.json': withPg({ migrate: 'x' }), 'migrations/1.up.sql': '' }).database,
    ).toMatchObject({ up: null, down: null });
  });

  test('has the version of the compose file', () => {
    const files = {
      'package.json': withPg(),
      'compose.yaml': 'services:\n  db:\n    image: postgres:16-alpine\n',
    };
    expect(settings(files).database?.version).toBe('16');
  });
});

test('documents are files of the usual names, else headings of others', () => {
  const { docs } = settings({
    'package.json': '{}',
    'docs/deployment.md': '',
    'README.md': '# Shop\n\n## Known limitations\n\nNone.\n',
  });
  expect(docs).toEqual({ deploy: 'docs/deployment.md', limitations: 'README.md', backup: null });
});

test('the services of a monorepo are listed with their stacks', () => {
  const found = survey({
    'package.json': node({ name: 'shop' }),
    'apps/api/package.json': node({ name: '@shop/api' }),
    'services/stock/requirements.txt': 'flask==3\n',
    'packages/deep/er/package.json': '{}',
  });
  expect(found.services).toEqual([
    { name: 'shop', path: '.', stack: 'node' },
    { name: '@shop/api', path: 'apps/api', stack: 'node' },
    { name: 'stock', path: 'services/stock', stack: 'python' },
  ]);
  expect(found.notes.join()).toContain('services/stock is listed, and not worked with');
  expect(survey({ 'package.json': '{}' }).services).toBeUndefined();
});

test('a draft of the configuration says what was found, and is a configuration', () => {
  const files = {
    'package.json': node({
      name: 'shop',
      scripts: { start: 'node a.js', test: 'node --test', seed: 'x' },
      dependencies: { fastify: '5', pg: '8' },
    }),
    'package-lock.json': '{}',
    'openapi.yaml': '',
    'migrations/1.up.sql': '',
    '.env.example': 'DATABASE_URL=\n',
    'docs/deploy.md': '',
  };
  const found = survey(files);
  const text = draftConfiguration(found);
  expect(() => parseConfiguration(text)).not.toThrow();
  // With the draft committed, nothing is worked with otherwise.
  expect(survey({ ...files, 'coordinator.config.json': text })).toEqual(found);
});

test('what the configuration says there is none of is told apart from what was not found', () => {
  const configuration = {
    version: 1,
    services: [{ name: 'shop', lint: null, database: { engine: 'none' } }],
  };
  const found = survey({
    'package.json': node({ scripts: { lint: 'x' } }),
    'coordinator.config.json': JSON.stringify(configuration),
  });
  expect(found).toMatchObject({ lint: null, omitted: ['lint', 'database'] });
});

test.each(['../a', '/a', 'a/../b', 'a//b', '.git', 'a/.git/b', '$(x)', 'a\\b', ''])(
  'a service in the folder %j is refused in words',
  (path) => {
    const text = JSON.stringify({ version: 1, services: [{ name: 'a', path }] });
    expect(() => parseConfiguration(text)).toThrow(/the folder of the service within the repository/);
  },
);

describe('a service in a folder of its own', () => {
  const service = (name: string, folder: string): Record<string, string> => ({
    [`${folder}/package.json`]: node({ name, dependencies: { express: '5.0.0', pg: '8.0.0' } }),
    [`${folder}/openapi.yaml`]: '',
    [`${folder}/migrations/0001_a.up.sql`]: '',
    [`${folder}/docs/deploy.md`]: '',
    [`${folder}/AGENTS.md`]: '',
  });
  const configuration = (more: object): Record<string, string> => ({
    'coordinator.config.json': JSON.stringify({ version: 1, ...more }),
  });

  test('is surveyed there, by the paths of the repository', () => {
    const found = survey({
      ...service('api', 'services/api'),
      'AGENTS.md': '',
      'openapi.yaml': '',
      ...configuration({
        services: [
          {
            name: 'api',
            path: './services/api/',
            coverage: { cmd: ['c'], format: 'jacoco', report: 'r.xml' },
          },
        ],
      }),
    });
    expect(found).toMatchObject({
      folder: 'services/api',
      framework: 'express',
      apiSpec: 'services/api/openapi.yaml',
      migrations: { tool: 'sql-updown', dir: 'services/api/migrations' },
      manifests: ['services/api/package.json'],
      conventions: ['AGENTS.md', 'services/api/AGENTS.md'],
      gate: {
        api: { spec: 'services/api/openapi.yaml' },
        docs: { deploy: 'services/api/docs/deploy.md' },
        coverage: { report: 'services/api/r.xml' },
      },
    });
    expect(found.notes.join()).not.toContain('not looked at');
  });

  test('sees itself as if it were the whole repository', () => {
    const inFolder = surveyOfService(survey(service('api', 'services/api')));
    const { services: _services, conventions: _conventions, ...alone } = inFolder;
    const atRoot = Object.fromEntries(
      Object.entries(service('api', 'x')).map(([path, text]) => [path.slice(2), text]),
    );
    expect(survey(atRoot)).toEqual({ ...alone, conventions: ['AGENTS.md'] });
  });

  test('of several the first is taken and the others are noted, unless the configuration names one', () => {
    const files = { ...service('api', 'services/api'), ...service('stock', 'services/stock') };
    const services = [
      { name: 'api', path: 'services/api' },
      { name: 'stock', path: 'services/stock' },
    ];
    const first = survey({ ...files, ...configuration({ services }) });
    expect(first.folder).toBe('services/api');
    expect(first.notes).toContain(
      'the configured service stock is not looked at; only api is, the first one',
    );
    const named = survey({ ...files, ...configuration({ services, service: 'stock' }) });
    expect(named).toMatchObject({ folder: 'services/stock', name: 'stock' });
    expect(named.notes.join()).toContain('only stock is, which `service` names');
    expect(() => survey({ ...files, ...configuration({ services, service: 'shop' }) })).toThrow(
      /names none of the services/,
    );
  });

  test('without a configuration the first with a web framework is taken where the root is none', () => {
    const found = survey({ 'packages/ui/package.json': node({ name: 'ui' }), ...service('api', 'backend') });
    expect(found).toMatchObject({ folder: 'backend', name: 'api' });
    expect(found.notes.join()).toContain('the service ui in packages/ui is listed, and not worked with');
  });

  test('where the folder is not there yet, a note says so', () => {
    const found = survey(configuration({ services: [{ name: 'api', path: 'api' }] }));
    expect(found.notes).toContain('there is no folder api yet, where the configuration has the service');
  });

  test('its draft is read back as the same survey, and another folder is another thing to trust', () => {
    const files = service('api', 'services/api');
    const found = survey(files);
    const again = survey({ ...files, 'coordinator.config.json': draftConfiguration(found) });
    expect(again).toEqual(found);
    expect(trustHash(found, null)).not.toBe(trustHash({ ...found, folder: 'services/b' }, null));
    expect(describeCommands(found)).toContain('services/api');
  });
});
