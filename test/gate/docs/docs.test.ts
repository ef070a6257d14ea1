// Needs nothing but the samples.
import { deployDocs } from '../../../src/gate/checkers/docs/deploy-docs';
import { knownLimitations } from '../../../src/gate/checkers/docs/known-limitations';
import { filesOf, findingsOf } from './support';

const CLEAN = [
  'examples/orders-service',
  'examples/catalog-service',
  'examples/inventory-service',
  'examples/billing-service',
  'bench/gates/services/express',
];

test.each(CLEAN)('the documents of %s are what the rules ask for', async (folder) => {
  const files = filesOf(folder);
  expect(await findingsOf(deployDocs, files)).toEqual([]);
  expect(await findingsOf(knownLimitations, files)).toEqual([]);
});

const ORDERS = 'examples/orders-service';
const INVENTORY = 'examples/inventory-service';
const BILLING = 'examples/billing-service';
const text = (folder: string, path: string): string => filesOf(folder).get(path) ?? '';
const replaced = (folder: string, path: string, from: string, to: string): Map<string, string> => {
  const before = text(folder, path);
  expect(before).toContain(from);
  return filesOf(folder, { [path]: before.replaceAll(from, to) });
};

test('a missing deployment document is found, a section of the README will do', async () => {
  const gone = { 'docs/deploy.md': null };
  expect(await findingsOf(deployDocs, filesOf(ORDERS, gone))).toEqual(['deploy-doc-missing']);
  const config = text(ORDERS, 'coordinator.config.json').replace('"deploy": "docs/deploy.md",', '');
  const inReadme = filesOf(ORDERS, { ...gone, 'coordinator.config.json': config });
  expect(await findingsOf(deployDocs, inReadme)).toEqual([]);
});

test('a stub is no procedure, and one without a start command is none either', async () => {
  const stub = { 'docs/deploy.md': '# Deployment\n\nTODO: describe how this is deployed.\n' };
  expect(await findingsOf(deployDocs, filesOf(ORDERS, stub))).toContain('deploy-doc-stub');
  const files = replaced(ORDERS, 'docs/deploy.md', '4. Start: `node src/server.js`', '4. Start it.');
  files.set(
    'docs/deploy.md',
    (files.get('docs/deploy.md') ?? '').replaceAll('node scripts/migrate.js', 'npm run migrate --'),
  );
  expect(await findingsOf(deployDocs, files)).toEqual(['deploy-doc-without-start']);
});

test('commands that cannot work are found: scripts, files, modules, jars', async () => {
  expect(
    await findingsOf(
      deployDocs,
      replaced(ORDERS, 'docs/deploy.md', '`node src/server.js`', '`npm run serve`'),
    ),
  ).toEqual(['command-missing:npm run serve']);
  expect(
    await findingsOf(deployDocs, replaced(ORDERS, 'docs/deploy.md', 'src/server.js', 'src/main.js')),
  ).toEqual(['command-missing:node src/main.js']);
  expect(
    await findingsOf(deployDocs, replaced(INVENTORY, 'docs/deploy.md', 'app.migrate', 'app.migrations')),
  ).toEqual([
    'command-missing:python3 -m app.migrations up',
    'command-missing:python3 -m app.migrations down 1',
  ]);
  expect(
    await findingsOf(
      deployDocs,
      replaced(INVENTORY, 'docs/deploy.md', 'app.main:create_app', 'app.main:make'),
    ),
  ).toEqual([expect.stringContaining('command-missing:uvicorn app.main:make')]);
  expect(
    await findingsOf(
      deployDocs,
      replaced(BILLING, 'docs/deploy.md', 'java -jar billing-service-1.0.0', 'java -jar billing-0.9.0'),
    ),
  ).toEqual(['command-missing:java -jar billing-0.9.0.jar']);
});

test('a variable that is read and not documented is found, and a documented one that nothing reads', async () => {
  const config = text(ORDERS, 'src/config.js').replace(
    "host: env.HOST ?? '127.0.0.1',",
    "host: env.HOST ?? '127.0.0.1',\n    webhookUrl: required('WEBHOOK_URL'),",
  );
  expect(await findingsOf(deployDocs, filesOf(ORDERS, { 'src/config.js': config }))).toEqual([
    'variable-undocumented:WEBHOOK_URL',
  ]);
  const stale = replaced(
    ORDERS,
    'docs/deploy.md',
    '## Rolling out',
    '| `SENTRY_DSN` | errors go there |\n\n## Rolling out',
  );
  expect(await findingsOf(deployDocs, stale)).toEqual(['variable-unknown:SENTRY_DSN']);
  const python = text(INVENTORY, 'app/main.py').replace(
    /^/,
    'import os\nREGION = os.environ["STOCK_REGION"]\n',
  );
  expect(await findingsOf(deployDocs, filesOf(INVENTORY, { 'app/main.py': python }))).toEqual([
    'variable-undocumented:STOCK_REGION',
  ]);
  const yaml = `${text(BILLING, 'src/main/resources/application.yaml')}\nbilling:\n  region: \${BILLING_REGION}\n`;
  expect(
    await findingsOf(deployDocs, filesOf(BILLING, { 'src/main/resources/application.yaml': yaml })),
  ).toEqual(['variable-undocumented:BILLING_REGION']);
});

test('a health check at another address than the service has is found', async () => {
  expect(await findingsOf(deployDocs, replaced(ORDERS, 'docs/deploy.md', '/v1/health', '/healthz'))).toEqual([
    'deploy-doc-health-path',
  ]);
});

test.each([
  ['missing', null, 'limitations-missing'],
  ['empty', '# Known limitations\n', 'limitations-stub'],
  [
    'still to be written',
    '# Known limitations\n\nTBD, will be filled in before the release of the next version of it.\n',
    'limitations-stub',
  ],
  ['a denial', '# Known limitations\n\nNone so far.\n', 'limitations-stub'],
])('limitations that are %s are found', async (_, content, key) => {
  expect(await findingsOf(knownLimitations, filesOf(ORDERS, { 'docs/limitations.md': content }))).toEqual([
    key,
  ]);
});

test('limitations in a section of the README count where no file is configured', async () => {
  const readme =
    '# Tiny\n\n## Known limitations\n\n- Only one instance may run, because sessions are kept in the memory of the process.\n';
  const files = new Map([['README.md', readme]]);
  expect(await findingsOf(knownLimitations, files)).toEqual([]);
  expect(await findingsOf(knownLimitations, new Map([['README.md', '# Tiny\n']]))).toEqual([
    'limitations-missing',
  ]);
});
