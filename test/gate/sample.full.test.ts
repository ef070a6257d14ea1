// Needs git, npm and pip with their registries, Python 3.11 and a PostgreSQL of the chain; bubblewrap when it is there.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../src/config/environment';
import { createEngines } from '../../src/engines/engines';
import { createBootstrap } from '../../src/gate/bootstrap';
import { createGateRunner } from '../../src/gate/gate-runner';
import { dataFolderFor } from '../../src/postgres/data-folder';
import { type PostgresServer, startPostgres } from '../../src/postgres/start-postgres';
import { createSandbox, probeSandbox } from '../../src/sandbox/sandbox';
import { surveyFiles } from '../../src/survey/survey-files';
import { commitAll, createSetting, matching, receiptOf } from './support';

const EXAMPLES = join(__dirname, '../../examples');
const MADE_LOCALLY = /\/(?:node_modules|\.venv|__pycache__|\.[a-z]+_cache)$/;

let base: string;
let postgres: PostgresServer | undefined;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'gate-sample-'));
});
afterEach(async () => {
  await postgres?.stop();
  rmSync(base, { recursive: true, force: true });
});

const passes = 'the bundled %s passes its own build, tests and lint, from an empty store';
test.each(['orders-service', 'inventory-service', 'catalog-service'])(
  passes,
  async (name) => {
    const checkout = join(base, 'checkout');
    cpSync(join(EXAMPLES, name), checkout, {
      recursive: true,
      filter: (path) => !MADE_LOCALLY.test(path),
    });
    const state = commitAll(checkout, join(base, 'mirror.git'));
    const environment = readEnvironment();
    const files = readdirSync(checkout, { recursive: true, encoding: 'utf8' });
    const survey = surveyFiles({
      files,
      read: (path) => (files.includes(path) ? readFileSync(join(checkout, path), 'utf8') : null),
    });
    postgres = await startPostgres({
      path: environment.path,
      dataRoot: await dataFolderFor(join(base, 'postgres')),
    });
    const server = postgres;
    const dependencyStore = join(base, 'dependencies');
    const report = await createGateRunner(
      createSetting(base, {
        sandbox: createSandbox(await probeSandbox({ PATH: environment.path })),
        dependencyStore,
        bootstrap: createBootstrap({
          store: dependencyStore,
          environment: environment.inherited,
          engines: createEngines({ path: environment.path, environment: environment.inherited }),
        }),
        postgres: () => Promise.resolve(server),
      }),
    ).run({
      target: {
        path: checkout,
        gitDir: join(base, 'mirror.git'),
        ...state,
        base: state.commit,
      },
      survey,
      scope: 'objective',
      signal: new AbortController().signal,
    });
    expect(receiptOf(report.receipts, 'tests')).toMatchObject({
      verdict: 'pass',
      note: matching(/^[1-9]\d* tests ran/),
    });
    expect(receiptOf(report.receipts, 'style-guide').verdict).toBe('pass');
  },
  400_000,
);
