// Needs git. No server, no Temporal, no PostgreSQL.
import { answersOf } from '../../../src/gate/run-checker';
import { GUARDED_FILES_CHECKER } from '../../../src/gate/checkers/source/guarded/guarded-files';
import { createRepository, type Repository } from './support';

let repository: Repository;
beforeEach(() => {
  repository = createRepository();
});
afterEach(() => repository.dispose());

const BASE = {
  'package.json': JSON.stringify(
    {
      name: 'a',
      scripts: { test: 'node --test', lint: 'eslint .' },
      dependencies: { pg: '8.0.0' },
      jest: { testMatch: ['a'] },
    },
    null,
    2,
  ),
  'test/a.test.js': "test('adds', () => { equal(f(), 1); });\ntest('subtracts', () => { equal(g(), 1); });\n",
  '.c8rc.json': '{\n  "lines": 80\n}\n',
  'eslint.config.js': "export default [{ rules: { 'no-unused-vars': 'error' } }];\n",
  'coordinator.config.json': JSON.stringify(
    { version: 1, services: [{ name: 'api', test: ['npm', 'test'] }], gate: { waivers: [] } },
    null,
    2,
  ),
  'pyproject.toml':
    '[project]\nname = "a"\n\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\n\n[tool.coverage.report]\nfail_under = 80\n',
  'pom.xml':
    '<project><version>1</version><build><plugins><plugin><artifactId>maven-surefire-plugin</artifactId></plugin></plugins></build></project>\n',
};
type Files = Readonly<Record<string, string | null>>;

async function raised(files: Files): Promise<Record<string, string>> {
  const base = repository.commit(BASE);
  repository.commit(files);
  const answers = await answersOf(GUARDED_FILES_CHECKER, repository.inspect({ base }));
  return Object.fromEntries(
    answers.flatMap(({ subject, outcome }) =>
      outcome.kind === 'could-not-run' ? [[subject, outcome.reason]] : [],
    ),
  );
}

test.each<[string, Files, string, RegExp]>([
  [
    'a deleted test file',
    { 'test/a.test.js': null },
    'unit-tests',
    /test\/a\.test\.js is deleted with 2 tests/,
  ],
  [
    'a test case that is gone',
    { 'test/a.test.js': "test('adds', () => { equal(f(), 1); });\n" },
    'unit-tests',
    /test\/a\.test\.js loses 1 tests/,
  ],
  [
    'a test command that leaves files out',
    { 'package.json': BASE['package.json'].replace('node --test', 'node --test --test-name-pattern=adds') },
    'unit-tests',
    /package\.json:4/,
  ],
  [
    'a test command that always passes',
    { 'package.json': BASE['package.json'].replace('node --test', 'node --test || true') },
    'unit-tests',
    /package\.json:4/,
  ],
  [
    'ignored tests in jest',
    {
      'package.json': BASE['package.json'].replace(
        '"testMatch"',
        '"testPathIgnorePatterns": ["b"],\n    "testMatch"',
      ),
    },
    'unit-tests',
    /testPathIgnorePatterns|package\.json:\d+/,
  ],
  ['a lower coverage limit', { '.c8rc.json': '{\n  "lines": 60\n}\n' }, 'test-coverage', /\.c8rc\.json/],
  [
    'a lower limit of coverage.py',
    { 'pyproject.toml': BASE['pyproject.toml'].replace('80', '40') },
    'test-coverage',
    /pyproject\.toml/,
  ],
  [
    'a linter rule switched off',
    { 'eslint.config.js': BASE['eslint.config.js'].replace("'error'", "'off'") },
    'unit-tests',
    /eslint\.config\.js:1/,
  ],
  [
    'a waiver',
    {
      'coordinator.config.json': BASE['coordinator.config.json'].replace(
        '"waivers": []',
        '"waivers": [{ "item": "cors", "reason": "x", "by": "me" }]',
      ),
    },
    'unit-tests',
    /coordinator\.config\.json/,
  ],
  [
    'another test command in the configuration',
    { 'coordinator.config.json': BASE['coordinator.config.json'].replace('"npm"', '"true"') },
    'unit-tests',
    /coordinator\.config\.json/,
  ],
  [
    'tests that Maven skips',
    {
      'pom.xml': BASE['pom.xml'].replace(
        'surefire-plugin</artifactId>',
        'surefire-plugin</artifactId><configuration><skipTests>true</skipTests></configuration>',
      ),
    },
    'unit-tests',
    /pom\.xml/,
  ],
  [
    'a new file of coverage settings that leaves sources out',
    { '.nycrc': '{ "exclude": ["src/orders"] }\n' },
    'test-coverage',
    /\.nycrc/,
  ],
])('%s is raised', async (_what, files, subject, reason) => {
  const found = await raised(files);
  expect(found[subject]).toMatch(reason);
});

test.each<[string, Files]>([
  ['new tests', { 'test/b.test.js': "test('new', () => { equal(1, h()); });\n" }],
  ['a renamed test', { 'test/a.test.js': BASE['test/a.test.js'].replace('adds', 'adds numbers') }],
  ['a moved test file', { 'test/a.test.js': null, 'test/sums/a.test.js': BASE['test/a.test.js'] }],
  [
    'a dependency and a version',
    { 'package.json': BASE['package.json'].replace('"8.0.0"', '"8.1.0",\n    "zod": "4.0.0"') },
  ],
  [
    'another script',
    {
      'package.json': BASE['package.json'].replace(
        '"test":',
        '"test:integration": "node --test integration",\n    "test":',
      ),
    },
  ],
  [
    'more files to match',
    { 'package.json': BASE['package.json'].replace('"a"\n    ]', '"a",\n      "b"\n    ]') },
  ],
  ['a higher coverage limit', { '.c8rc.json': '{\n  "lines": 90\n}\n' }],
  [
    'another linter rule',
    { 'eslint.config.js': BASE['eslint.config.js'].replace("'error'", "'error', eqeqeq: 'error'") },
  ],
  ['another project name', { 'pyproject.toml': BASE['pyproject.toml'].replace('"a"', '"b"') }],
  [
    'a new service in the configuration',
    {
      'coordinator.config.json': BASE['coordinator.config.json'].replace(
        '"name": "api",',
        '"name": "api",\n      "run": { "cmd": ["node", "a.js"] },',
      ),
    },
  ],
  ['sources alone', { 'src/a.js': 'export const a = 1;\n' }],
  ['a conftest with a fixture', { 'tests/conftest.py': '@pytest.fixture\ndef client():\n    return 1\n' }],
])('%s is not', async (_what, files) => {
  expect(await raised(files)).toEqual({});
});

test('a tree that is its own base has nothing to compare', async () => {
  repository.commit(BASE);
  const answers = await answersOf(GUARDED_FILES_CHECKER, repository.inspect());
  expect(answers.map(({ outcome }) => outcome)).toEqual([
    expect.objectContaining({ kind: 'not-applicable', rule: 'nothing-is-compared' }),
    expect.objectContaining({ kind: 'not-applicable', rule: 'nothing-is-compared' }),
  ]);
});
