// Needs the build (dist/), and bubblewrap where it is installed.
import { refusesWithoutSecrets } from '../../../src/gate/checkers/performance/refuses-without';
import { requiredVariables } from '../../../src/gate/checkers/performance/required-variables';
import type { Outcome } from '../../../src/gate/outcome';
import { ask } from '../../../src/gate/run-checker';
import { nodeService, openSample, RUN, type Sample } from '../stage/support';

let sample: Sample | undefined;
afterEach(() => sample?.dispose());

async function outcomeOf(before: string, requiredEnv: string[]): Promise<Outcome | undefined> {
  sample = await openSample(nodeService('', before), { run: { requiredEnv } });
  return (await ask(refusesWithoutSecrets, sample.inspection)).answers[0]?.outcome;
}

test('a service that ends without its variable, or never gets ready, passes', async () => {
  const before = `if (!process.env.TOKEN_SECRET) { console.error('TOKEN_SECRET is missing'); process.exit(1); }
    if (!process.env.OTHER) http.createServer = () => ({ listen() { setInterval(() => {}, 1000); } });`;
  expect(await outcomeOf(before, ['TOKEN_SECRET', 'OTHER'])).toEqual({
    kind: 'ran-clean',
    note: 'the service refuses to start without TOKEN_SECRET, OTHER',
  });
});

test.each([
  ['a fallback', `const secret = process.env.TOKEN_SECRET ?? 'dev-secret';`],
  [
    'a fallback in development only that is not one',
    `const secret = process.env.TOKEN_SECRET || (process.env.NODE_ENV === 'production' ? 'x' : 'y');`,
  ],
  [
    'a fallback that is ready later than everything was',
    `if (!process.env.TOKEN_SECRET) { const end = Date.now() + 2500; while (Date.now() < end); }`,
  ],
  ['an exit that says all is well', `if (!process.env.TOKEN_SECRET) process.exit(0);`],
])('%s is found, declared or not', async (_name, before) => {
  for (const declared of [['TOKEN_SECRET'], []]) {
    expect(await outcomeOf(before, declared)).toMatchObject({
      kind: 'ran-found',
      findings: [{ key: 'starts-without:TOKEN_SECRET' }],
    });
    await sample?.dispose();
  }
});

test('without required variables there is nothing to take away', async () => {
  expect(await outcomeOf(`const level = process.env.LOG_LEVEL ?? 'info';`, [])).toMatchObject({
    kind: 'not-applicable',
    rule: 'no-required-variables',
  });
});

test('a service that does not start with everything there tells nothing', async () => {
  expect(await outcomeOf(`throw new Error('no broker');`, ['TOKEN_SECRET'])).toMatchObject({
    kind: 'could-not-run',
    reason: expect.stringContaining('no broker'),
  });
});

test('variables are found in what the languages read, by what their names say', () => {
  const sources = [
    `const { a } = process.env; jwt.sign(x, process.env['JWT_SECRET']); process.env.SENTRY_TOKEN; process.env.LOG_LEVEL`,
    `SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]; os.getenv('DEBUG'); os.environ.get("DATABASE_URL")`,
    'app.signing: ${TOKEN_SIGNING_KEY}\nserver.port: ${PORT:8080}',
  ];
  expect(requiredVariables({ ...RUN, requiredEnv: ['BROKER_URL'] }, sources)).toEqual([
    'BROKER_URL',
    'JWT_SECRET',
    'DJANGO_SECRET_KEY',
    'DATABASE_URL',
    'TOKEN_SIGNING_KEY',
  ]);
});
