// Needs nothing but the package's own files.
import { join } from 'node:path';
import { findCoverage } from '../../src/offline/coverage';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import type { LoadedPlaybook } from '../../src/offline/playbook';

/** An objective of each bundled playbook, in a user's words. */
const OBJECTIVES: Readonly<Record<string, string>> = {
  auth: 'Add user authentication system with OAuth2 and JWT',
  billing: 'Add credit notes to the billing service',
  catalog: 'Add product reviews to the catalog GraphQL schema',
  inventory: 'Add stock reservations with expiry to the inventory API',
  operations: 'Set up database operations: backups, a restore drill and a maintenance plan',
};

let playbooks: readonly LoadedPlaybook[];
beforeAll(async () => {
  playbooks = await loadPlaybooks(join(__dirname, '..', '..', 'playbooks'));
});

test.each(Object.entries(OBJECTIVES))('the objective of %s is covered by it alone', (name, objective) => {
  const covering = playbooks.filter((playbook) =>
    findCoverage([playbook], objective, playbook.target.sample),
  );
  expect(covering.map((playbook) => playbook.name)).toEqual([name]);
});

test.each([
  ['Keep backups of the orders and be able to recover from a lost disk', 'operations'],
  ['Back up the database every night and show that it can be restored', 'operations'],
  ['Restore the old sign in page', null],
  ['Back up the configuration', null],
  ['Add full-text search to the catalogue', null],
])('%s: %s', (objective, name) => {
  expect(findCoverage(playbooks, objective, 'orders-service')?.name ?? null).toBe(name);
});
