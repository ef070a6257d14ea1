// Needs nothing but the package's own files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCompatibility } from '../../src/compatibility/compatibility';
import { migrationChanges } from '../../src/domain/migration-changes';
import { loadPlaybooks } from '../../src/offline/load-playbooks';

const ROOT = join(__dirname, '..', '..');
const SAMPLE = join(ROOT, 'examples', 'orders-service');
const SPEC = 'openapi.yaml';

const original = (path: string): string | null =>
  existsSync(join(SAMPLE, path)) ? readFileSync(join(SAMPLE, path), 'utf8') : null;

/** The contract and the migrations of the sample after all that a scenario writes into them, one after another. */
async function filesAfter(scenario: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const auth = (await loadPlaybooks(join(ROOT, 'playbooks'))).find((playbook) => playbook.name === 'auth');
  for (const { scenarios, reply } of auth?.answers ?? []) {
    if (reply.kind !== 'turn' || !scenarios.includes(scenario)) continue;
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

test.each(['clean', 'default', 'human'])('what %s makes of the sample only adds to it', async (scenario) => {
  const files = await filesAfter(scenario);
  const [before, after] = [original(SPEC) ?? '', files.get(SPEC) ?? ''];
  expect(after).toContain('/auth/');
  const compare = createCompatibility().compareSpecs;
  expect(await compare({ path: SPEC, before, after })).toEqual({ kind: 'compared', changes: [] });
  // The other way round, the same comparison sees what was added.
  expect(await compare({ path: SPEC, before: after, after: before })).not.toEqual({
    kind: 'compared',
    changes: [],
  });
  const migrations = [...files].filter(([path]) => path.endsWith('.sql'));
  expect(migrations.map(([path]) => path)).toContain('migrations/0003_authentication.up.sql');
  expect(
    migrationChanges(migrations.map(([path, text]) => ({ path, before: original(path), after: text }))),
  ).toEqual([]);
});
