// Needs git. No server, no Temporal, no PostgreSQL. Secrets are put together here, so that no scan finds them in this file.
import { answersOf } from '../../../src/gate/run-checker';
import type { Answer } from '../../../src/gate/checker';
import type { Inspection } from '../../../src/gate/inspection';
import { SECRET_CHECKER } from '../../../src/gate/checkers/source/secrets/secret-checker';
import { ENVIRONMENT_FILES_CHECKER } from '../../../src/gate/checkers/source/environment-files';
import { findSecretsIn } from '../../../src/gate/checkers/source/secrets/shapes';
import { createRepository, type Repository } from './support';

const AWS = ['AKIA', 'Q3EGRZ7NW5XKT2LM'].join('');
const GITHUB = ['ghp_', 'k8Jd02LsmQpXz91VbNcTyRw45HgFaE7uIoP3'].join('');
const STRIPE = ['sk_live_', '51Hb3kLmNq8RzTvXw2Yc4Df6'].join('');
const GOOGLE = ['AIza', 'SyD3kf93Kd02mfLq8Zx71Vb5NcTyRw4HgFa'].join('');
const JWT = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTYifQ', 'k8Jd02LsmQpXz91VbNcTyRw45HgFaE7uIoP3'].join(
  '.',
);
const PASSWORD = ['Tr0ub4dor', '&3xy'].join('');
const PRIVATE_KEY = [
  '-----BEGIN ',
  'PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\nAgEAAoIBAQC7VJTUt9Us8cKj\n-----END PRIVATE KEY-----',
].join('');

describe('what is a secret', () => {
  test.each([
    ['src/a.js', `const key = '${AWS}';`],
    ['src/a.ts', `export const token = "${GITHUB}";`],
    ['src/a.py', `STRIPE = "${STRIPE}"`],
    ['src/a.js', `maps("${GOOGLE}")`],
    ['src/a.js', `const bearer = "${JWT}";`],
    ['config/database.yml', `url: postgres://orders:${PASSWORD}@db.prod.internal.net:5432/orders`],
    ['src/db.js', `new Pool({ connectionString: 'postgres://orders:${PASSWORD}@localhost/orders' })`],
    ['src/a.js', `const dbPassword = '${PASSWORD}';`],
    ['src/a.js', `new Pool({ user: 'app', password: '${PASSWORD}' })`],
    ['src/a.js', `const JWT_SECRET = 'correct-horse-battery';`],
    ['app/settings.py', `JWT_SECRET = "correct-horse-battery"`],
    ['app/settings.py', `jwt_secret: str = "${PASSWORD}x"`],
    ['src/main/java/A.java', `private static final String API_KEY = "9f8a7d6c5b4e3f2a1b0c";`],
    ['src/main/resources/application.properties', `spring.datasource.password=${PASSWORD}`],
    ['src/main/resources/application.yaml', `  jwt:\n    secret: 9f8a7d6c5b4e3f2a1b0c9d8e`],
    ['src/main/java/com/example/A.java', `String password = "${PASSWORD}";`],
    ['Dockerfile', `ENV API_KEY=9f8a7d6c5b4e3f2a1b0c`],
    ['deploy/key.pem', PRIVATE_KEY],
    ['README.md', `use ${AWS} to log in`],
    ['test/a.test.js', `const key = '${AWS}';`],
  ])('%s: %s', (path, text) => {
    expect(findSecretsIn(path, text)).toHaveLength(1);
  });

  test.each([
    ['src/a.js', `const password = process.env.DB_PASSWORD;`],
    ['src/a.js', 'const url = `postgres://${user}:${password}@${host}/orders`;'],
    ['src/a.js', `const TOKEN_HEADER = 'x-api-token'; const token = 'x-api-token';`],
    ['src/a.js', `const messages = { password: 'must be at least 12 characters', token: 'invalid' };`],
    ['src/a.js', `const PASSWORD = 'password'; const field = { password: 'password' };`],
    ['src/a.js', `const AUTH_TOKEN = 'AUTH_TOKEN'; export const USER_REPOSITORY_TOKEN = 'UserRepository';`],
    ['src/a.js', `const secretEnv = 'JWT_SECRET'; const apiKey = config.get('apiKey');`],
    ['src/a.js', `const key = '${['AKIAIOSFODNN7', 'EXAMPLE'].join('')}';`],
    [
      '.env.example',
      `DATABASE_URL=postgres://orders:orders@localhost:5432/orders\nJWT_SECRET=change-me\nAPI_KEY=\n`,
    ],
    [
      'docker-compose.yml',
      `POSTGRES_PASSWORD: postgres\n      DATABASE_URL: postgres://app:secret1@db:5432/app`,
    ],
    ['README.md', `run with DATABASE_URL=postgres://orders:orders@localhost/orders and JWT_SECRET=<secret>`],
    [
      'test/a.test.js',
      `const password = 'Correct-h0rse'; const token = '${JWT}'; const secret = 'test-secret-0123456789';`,
    ],
    ['src/main/resources/application.yaml', 'password: ${DB_PASSWORD}\nsecret: ${JWT_SECRET:}'],
    ['.github/workflows/ci.yml', 'token: ${{ secrets.TOKEN }}\npassword: postgres'],
    [
      'openapi.yaml',
      `      password:\n        type: string\n        example: hunter2-example\n  bearerAuth:\n    type: http\n    scheme: bearer`,
    ],
    ['src/a.ts', `interface A { password: string; token?: string } function f(password: string) {}`],
    ['src/a.py', `def f(password: str, token: str = ""):\n    secret = settings.secret\n`],
    ['src/a.js', `const nextPageToken = 'abc'; const tokenType = 'Bearer';`],
  ])('%s is none: %s', (path, text) => {
    expect(findSecretsIn(path, text)).toEqual([]);
  });
});

let repository: Repository;
beforeEach(() => {
  repository = createRepository();
});
afterEach(() => repository.dispose());

async function answer(inspection: Inspection, checker = SECRET_CHECKER): Promise<Answer> {
  const [first] = await answersOf(checker, inspection);
  if (first === undefined) throw new Error('no answer');
  return first;
}

test('a secret in the tree is found, and is nowhere in the answer', async () => {
  repository.commit({ 'src/a.js': `const a = 1;\nconst key = '${STRIPE}';\n` });
  const { outcome, evidence } = await answer(repository.inspect());
  expect(outcome).toMatchObject({ kind: 'ran-found', findings: [{ file: 'src/a.js', line: 2, amount: 1 }] });
  expect(JSON.stringify([outcome, evidence])).not.toContain(STRIPE.slice(8));
});

test('a secret added and removed again counts, with the commit that added it', async () => {
  const base = repository.commit({ 'src/a.js': 'const a = 1;\n' });
  const added = repository.commit({ 'src/a.js': `const a = 1;\nconst key = '${GITHUB}';\n` });
  repository.commit({ 'src/a.js': 'const a = 1;\n' });
  const { outcome } = await answer(repository.inspect({ base }));
  expect(outcome).toMatchObject({ kind: 'ran-found', findings: [{ file: 'src/a.js', line: 2 }] });
  expect(JSON.stringify(outcome)).toContain(added.slice(0, 12));
  expect((await answer(repository.inspect())).outcome.kind).toBe('ran-clean');
});

test('the same secret has the same key on base and branch, wherever its line is', async () => {
  const base = repository.commit({ 'src/a.js': `const key = '${STRIPE}';\n` });
  repository.commit({ 'src/a.js': `// moved\nconst key = '${STRIPE}';\n` });
  const keys = async (inspection: Inspection): Promise<unknown> => {
    const { outcome } = await answer(inspection);
    return outcome.kind === 'ran-found' ? outcome.findings?.map(({ key }) => key) : null;
  };
  expect(await keys(repository.inspect({ base }))).toEqual(await keys(repository.inspect()));
});

test('what only secretlint knows is found too', async () => {
  const slack = ['xoxb', '123456789012', '1234567890123', 'AbCdEfGhIjKlMnOpQrStUvWx'].join('-');
  repository.commit({ 'src/a.js': 'const a = 1;\n', 'src/b.js': `\n\nsay("${slack}");\n` });
  expect((await answer(repository.inspect())).outcome).toMatchObject({
    findings: [{ file: 'src/b.js', line: 3 }],
  });
});

describe('environment files', () => {
  test('a committed .env, an unignored one and a fallback in settings are found', async () => {
    repository.commit({
      '.env': `JWT_SECRET=${PASSWORD}\n`,
      '.env.example': 'JWT_SECRET=9f8a7d6c5b4e3f2a1b0c9d8e\n',
      'src/main/resources/application.yaml':
        'jwt:\n  secret: ${JWT_SECRET:dev-secret}\n  ttl: ${TOKEN_TTL:900}\n',
    });
    const { outcome } = await answer(repository.inspect(), ENVIRONMENT_FILES_CHECKER);
    const texts =
      outcome.kind === 'ran-found'
        ? (outcome.findings ?? []).map(({ text }) => /\(([\w-]+)\)$/.exec(text)?.[1])
        : [];
    expect(texts.sort()).toEqual([
      'committed-env-file',
      'env-file-not-ignored',
      'real-value-in-example',
      'secret-fallback-in-settings',
    ]);
  });

  test('an example with placeholders and local URLs beside an ignored .env is clean', async () => {
    repository.commit({
      '.gitignore': 'node_modules\n.env\n',
      '.env.example':
        'DATABASE_URL=postgres://orders:orders@localhost:5432/orders\nJWT_SECRET=\nAPI_KEY=change-me\n',
      'src/main/resources/application.yaml': 'jwt:\n  secret: ${JWT_SECRET}\nport: ${PORT:8080}\n',
    });
    expect((await answer(repository.inspect(), ENVIRONMENT_FILES_CHECKER)).outcome.kind).toBe('ran-clean');
  });
});
