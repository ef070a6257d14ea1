// Needs nothing but the package's own files.
import { join } from 'node:path';
import { Analysis } from '../../src/domain/plan/analysis';
import { Plan } from '../../src/domain/plan/plan';
import { checkPlan } from '../../src/domain/plan/plan-check';
import { SPECIALIST_NAMES } from '../../src/domain/department/specialists';
import { findCoverage } from '../../src/offline/coverage';
import { loadPlaybooks } from '../../src/offline/load-playbooks';

const PLAYBOOKS = join(__dirname, '..', '..', 'playbooks');

async function answer(id: string): Promise<unknown> {
  const playbooks = await loadPlaybooks(PLAYBOOKS);
  const reply = playbooks
    .find((playbook) => playbook.name === 'inventory')
    ?.answers.find((row) => row.id === id)?.reply;
  return reply?.kind === 'json' ? reply.value : undefined;
}

test("the playbook's plan is accepted without an error", async () => {
  const analysis = Analysis.parse(await answer('analyse'));
  const plan = Plan.parse(await answer('plan'));
  expect(checkPlan(plan, analysis, [...SPECIALIST_NAMES])).toEqual([]);
});

test('the code is written by the Python specialist, side by side where it can be', async () => {
  const plan = Plan.parse(await answer('plan'));
  expect(plan.tasks.map(({ id, specialist, dependsOn }) => [id, specialist, dependsOn])).toEqual([
    ['backend-T001', 'api-architect', []],
    ['backend-T002', 'database-optimizer', []],
    ['backend-T003', 'python-pro', ['backend-T001', 'backend-T002']],
    ['backend-T004', 'python-pro', ['backend-T001', 'backend-T002']],
    ['backend-T005', 'backend-architect', ['backend-T003', 'backend-T004']],
    ['backend-T006', 'backend-architect', ['backend-T005']],
  ]);
});

test('reservations of stock are covered on the inventory service, and only there', async () => {
  const playbooks = await loadPlaybooks(PLAYBOOKS);
  const objective = 'Add stock reservations with expiry to the inventory API';
  expect(findCoverage(playbooks, objective, 'inventory-service')?.name).toBe('inventory');
  expect(findCoverage(playbooks, 'Reserve stock for orders', 'inventory-service')?.name).toBe('inventory');
  expect(findCoverage(playbooks, objective, 'orders-service')).toBeNull();
  expect(findCoverage(playbooks, 'Add suppliers to the inventory API', 'inventory-service')).toBeNull();
});
