// Needs nothing but the package's own files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCompatibility } from '../../src/compatibility/compatibility';
import { migrationChanges, type MigrationFile } from '../../src/domain/database/migration-changes';
import { loadPlaybooks } from '../../src/offline/load-playbooks';

const ROOT = join(__dirname, '..', '..');
const SAMPLE = join(ROOT, 'examples', 'orders-service');
const SPEC = 'openapi.yaml';

const original = (path: string): string | null =>
  existsSync(join(SAMPLE, path)) ? readFileSync(join(SAMPLE, path), 'utf8') : null;

/** The contract and the migrations of the sample after what a scenario writes into them, one after another. */
async function filesAfter(scenario: string, isGiven: (id: string) => boolean): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const auth = (await loadPlaybooks(join(ROOT, 'playbooks'))).find((playbook) => playbook.name === 'auth');
  for (const { id, scenarios, reply } of auth?.answers ?? []) {
    if (reply.kind !== 'turn' || !scenarios.includes(scenario) || !isGiven(id)) continue;
    for (const { name, input } of reply.tools) {
      const path = String(input['file_path']);
      if (path !== SPEC && !path.endsWith('.sql')) continue;
      if (name === 'write') files.set(path, String(input['content']));
      if (name !== 'edit') continue;
      const before = files.get(path) ?? original(path) ?? '';
      files.set(
        path,
        before.replace(String(input['old_string']), () => String(input['new_string'])),
      );
    }
  }
  return files;
}

const compare = createCompatibility().compareSpecs;
const specOf = (files: ReadonlyMap<string, string>): { before: string; after: string } => ({
  before: original(SPEC) ?? '',
  after: files.get(SPEC) ?? '',
});
function migrationsOf(files: ReadonlyMap<string, string>): MigrationFile[] {
  return [...files]
    .filter(([path]) => path.endsWith('.sql'))
    .map(([path, text]) => ({ path, before: original(path), after: text }));
}

test.each([
  ['clean', []],
  ['default', []],
  ['human', []],
  ['breaking', ['t001-deprecate']],
  ['breaking', ['t001-keep']],
])('what %s makes of the sample without %j only adds to it', async (scenario, without) => {
  const files = await filesAfter(scenario, (id) => !without.includes(id));
  const { before, after } = specOf(files);
  expect(after).toContain('/auth/');
  expect(await compare({ path: SPEC, before, after })).toEqual({ kind: 'compared', changes: [] });
  // The other way round, the same comparison sees what was added.
  expect(await compare({ path: SPEC, before: after, after: before })).not.toEqual({
    kind: 'compared',
    changes: [],
  });
  const migrations = migrationsOf(files);
  expect(migrations.map(({ path }) => path)).toContain('migrations/0003_authentication.up.sql');
  expect(migrationChanges(migrations)).toEqual([]);
});

test('what breaking hands in at first takes away an operation and a column', async () => {
  const later = ['t001-deprecate', 't001-keep', 't002-add'];
  const files = await filesAfter('breaking', (id) => !later.includes(id));
  expect(await compare({ path: SPEC, ...specOf(files) })).toMatchObject({
    changes: [{ where: 'openapi.yaml: /v1/orders/{orderId}/cancel', what: 'the path is gone' }],
  });
  expect(migrationChanges(migrationsOf(files))).toMatchObject([
    {
      where: 'migrations/0003_authentication.up.sql',
      what: 'drops column customer_reference of table orders',
    },
  ]);
});

test('once it only adds, breaking ends with the contract and the migration of clean', async () => {
  const clean = await filesAfter('clean', () => true);
  const kept = await filesAfter('breaking', (id) => id !== 't001-deprecate');
  expect(Object.fromEntries(kept)).toEqual(Object.fromEntries(clean));
  const deprecated = await filesAfter('breaking', (id) => id !== 't001-keep');
  expect(deprecated.get(SPEC)).toContain('deprecated: true');
});
