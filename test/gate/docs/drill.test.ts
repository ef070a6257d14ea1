// Needs nothing.
import { documentedSteps } from '../../../src/gate/checkers/docs/deploy-drill';
import { filesOf } from './support';

test.each([
  ['examples/orders-service', 'node scripts/migrate.js up', 'node src/server.js'],
  ['examples/catalog-service', null, 'node src/server.js'],
  [
    'examples/inventory-service',
    'python3 -m app.migrate up',
    'uvicorn app.main:create_app --factory --host 0.0.0.0 --port "$PORT" --no-access-log',
  ],
  ['examples/billing-service', null, null],
  ['bench/gates/services/express', 'npm run migrate', 'npm start'],
])('the steps of %s are read from its deployment document', (folder, migrate, start) => {
  const text = filesOf(folder).get('docs/deploy.md') ?? '';
  expect(documentedSteps(text)).toEqual({ migrate, start });
});

test('a roll-back migrates nothing, and a place to be filled in cannot be executed', () => {
  expect(documentedSteps('`npm run migrate:down`, then `node scripts/migrate.js down 1`').migrate).toBeNull();
  expect(documentedSteps('`node <path to the server>`').start).toBeNull();
});
