// Needs git, npm with its registry and a PostgreSQL of the chain; bubblewrap when it is there.
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { judgeItems } from '../../src/domain/quality-gate/gate-verdict';
import type { GateReport } from '../../src/domain/quality-gate/receipt';
import { type GateOfFolders, openGateOfFolders } from './gate-of-folders';
import { writeFiles } from './support';

const EXPRESS = join(__dirname, '../../bench/gates/services/express');
const Configuration = z.looseObject({ services: z.tuple([z.looseObject({})]) });

let gates: GateOfFolders;
beforeAll(async () => {
  gates = await openGateOfFolders();
});
afterAll(() => gates.close());

/** The service in that folder of a repository of its own, its configuration at the root. */
function repositoryWith(name: string, folder: string): string {
  const checkout = join(gates.base, name);
  mkdirSync(checkout);
  const service = join(checkout, folder);
  cpSync(EXPRESS, service, {
    recursive: true,
    filter: (path) => !/\/(?:node_modules|coverage)$/.test(path),
  });
  if (folder === '.') return checkout;
  const [from, to] = [join(service, 'coordinator.config.json'), join(checkout, 'coordinator.config.json')];
  renameSync(from, to);
  const configuration = Configuration.parse(JSON.parse(readFileSync(to, 'utf8')));
  const services = configuration.services.map((row) => ({ ...row, path: folder }));
  writeFileSync(to, JSON.stringify({ ...configuration, services }));
  return checkout;
}

const verdicts = ({ receipts }: GateReport): Record<string, string> =>
  Object.fromEntries([
    ...receipts.flatMap(({ subject, verdict }) =>
      subject === 'build' || subject === 'tests' ? [[subject, verdict] as const] : [],
    ),
    ...judgeItems(receipts).map(({ item, verdict }) => [item.slug, verdict] as const),
  ]);

test('a service in a folder of its own gets the verdicts it gets at the root', async () => {
  const [atRoot, inFolder] = [
    await gates.gate(repositoryWith('root', '.')),
    await gates.gate(repositoryWith('monorepo', 'services/api')),
  ];
  expect(verdicts(inFolder)).toEqual(verdicts(atRoot));
  expect(Object.values(verdicts(inFolder)).filter((verdict) => verdict === 'pass').length).toBeGreaterThan(
    25,
  );
}, 400_000);

test('what is new in its folder is red by the paths of the repository, what is new beside it is nobody’s', async () => {
  const secret = `exports.token = 'ghp_${'a1B2c3D4e5'.repeat(3)}f6G7h8';\n`;
  const checkout = repositoryWith('changed', 'services/api');
  const change = (): void =>
    writeFiles(checkout, {
      'services/api/src/leak.js': secret,
      'services/api2/src/leak.js': secret,
      'src/leak.js': secret,
      'services/api/migrations/0003_tags.up.sql':
        'CREATE TABLE tags (id bigserial PRIMARY KEY, note_id bigint NOT NULL REFERENCES notes (id));\n',
      'services/api/migrations/0003_tags.down.sql': 'SELECT 1;\n',
    });
  const report = await gates.gateChange(checkout, change, [
    'no-hardcoded-secrets',
    'indexes',
    'style-guide',
    'migrations-tested',
  ]);
  const found = report.receipts.flatMap(({ subject, isNew, findings }) =>
    isNew === true ? (findings ?? []).map(({ file }) => `${subject} ${file ?? ''}`) : [],
  );
  expect(found).toContain('no-hardcoded-secrets services/api/src/leak.js');
  expect(found).toContain('migrations-tested services/api/migrations/0003_tags.down.sql');
  expect(found.filter((row) => /api2| src\//.test(row))).toEqual([]);
  expect(verdicts(report)['indexes']).toBe('fail');
}, 400_000);
