// Needs the build (dist/) and a PostgreSQL of the chain; bubblewrap where it is installed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../../src/config/environment';
import { survivesDatabaseLoss } from '../../../src/gate/checkers/performance/database-loss';
import type { Outcome } from '../../../src/gate/outcome';
import { ask } from '../../../src/gate/run-checker';
import { dataFolderFor } from '../../../src/postgres/data-folder';
import { type PostgresServer, startPostgres } from '../../../src/postgres/start-postgres';
import type { Sample } from '../stage/support';
import { openSmallService, type Planted } from './small-service';

const PG = join(__dirname, '../../../node_modules/pg');

let base: string;
let postgres: PostgresServer;
let sample: Sample | undefined;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'database-loss-'));
  postgres = await startPostgres({
    path: readEnvironment().path,
    dataRoot: await dataFolderFor(join(base, 'postgres')),
  });
});
afterEach(() => sample?.dispose());
afterAll(async () => {
  await postgres.stop();
  rmSync(base, { recursive: true, force: true });
});

const POOL = `const { Pool } = require(${JSON.stringify(PG)});
const pool = new Pool({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 1000 });`;
const KEPT = `pool.on('error', (error) => console.error(error.message));`;
const failed = `.catch(() => send(500, { code: 'internal' })); return`;
const LIST = `pool.query('select 1 as id').then(({ rows }) => send(200, { items: rows }))`;

const CLEAN: Planted = {
  before: `${POOL} ${KEPT}`,
  list: `${LIST}${failed}`,
  item: `pool.query('select 1 as id').then(() => send(200, { id: 'a1' }))${failed}`,
};

async function outcomeOf(planted: Planted): Promise<Outcome | undefined> {
  sample = await openSmallService(planted, {
    settings: {
      api: { kind: 'openapi', spec: 'openapi.json', from: 'file', basePath: null },
      database: { urlEnv: 'DATABASE_URL', version: null, up: null, down: null, seed: null },
    },
    survey: { database: 'postgres' },
    readOnly: [join(PG, '..')],
    setting: { postgres: () => Promise.resolve(postgres) },
  });
  return (await ask(survivesDatabaseLoss, sample.inspection)).answers[0]?.outcome;
}

test('a service that fails as it should, stays and recovers passes', async () => {
  expect(await outcomeOf(CLEAN)).toEqual({
    kind: 'ran-clean',
    note: expect.stringContaining('2 of 3 operations answer 5xx'),
  });
});

const DEFECTS: [string, string, Planted][] = [
  ['a pool nobody listens to', 'dies-with-database', { ...CLEAN, before: POOL }],
  [
    'a process that takes a while to end',
    'dies-with-database',
    {
      ...CLEAN,
      list: `${LIST}.catch(() => { request.socket.destroy(); setTimeout(() => process.exit(1), 700); }); return`,
    },
  ],
  ['a rejection nobody catches', 'dies-with-database', { ...CLEAN, list: `${LIST}; return` }],
  [
    'a failure that looks like an empty list',
    'hides-loss:GET /v1/items',
    { ...CLEAN, list: `${LIST}.catch(() => send(200, { items: [] })); return` },
  ],
  [
    'a failure that blames the caller',
    'blames-caller:GET /v1/items',
    { ...CLEAN, list: `${LIST}.catch(() => send(404, { code: 'not-found' })); return` },
  ],
  [
    'a failure told in another shape',
    'other-shape:GET /v1/items',
    {
      ...CLEAN,
      list: `${LIST}.catch((error) => { response.statusCode = 500; response.end(String(error.stack)); }); return`,
    },
  ],
  [
    'a request that is never answered',
    'no-answer:GET /v1/items',
    { ...CLEAN, list: `${LIST}.catch(() => undefined); return` },
  ],
  [
    'a service that gives up for good',
    'never-recovers',
    {
      ...CLEAN,
      before: `${POOL} ${KEPT} let lost = false; pool.on('error', () => (lost = true));`,
      everywhere: `if (lost) return send(500, { code: 'internal' });`,
    },
  ],
];
test.each(DEFECTS)('%s is found as %s', async (_name, key, planted) => {
  const outcome = await outcomeOf(planted);
  expect(outcome).toMatchObject({ kind: 'ran-found' });
  const findings = outcome?.kind === 'ran-found' ? (outcome.findings ?? []) : [];
  expect(findings.map((finding) => finding.key)).toContain(key);
});

test('a service without a database has none to lose', async () => {
  sample = await openSmallService();
  expect((await ask(survivesDatabaseLoss, sample.inspection)).answers[0]?.outcome).toMatchObject({
    kind: 'not-applicable',
    rule: 'no-database',
  });
});
