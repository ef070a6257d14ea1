// Needs nothing but the package's own files.
import { join } from 'node:path';
import { Analysis } from '../../src/domain/plan/analysis';
import { Plan } from '../../src/domain/plan/plan';
import { checkPlan } from '../../src/domain/plan/plan-check';
import { SPECIALIST_NAMES } from '../../src/domain/department/specialists';
import { findCoverage } from '../../src/offline/coverage';
import { loadPlaybooks } from '../../src/offline/load-playbooks';

async function answers(id: string): Promise<unknown> {
  const playbooks = await loadPlaybooks(join(__dirname, '..', '..', 'playbooks'));
  const reply = playbooks
    .find((playbook) => playbook.name === 'auth')
    ?.answers.find((answer) => answer.id === id)?.reply;
  return reply?.kind === 'json' ? reply.value : undefined;
}

test("the playbook's plan is accepted without an error", async () => {
  const analysis = Analysis.parse(await answers('analyse'));
  const plan = Plan.parse(await answers('plan'));
  expect(checkPlan(plan, analysis, [...SPECIALIST_NAMES])).toEqual([]);
});

test("the plan runs in the charter's order", async () => {
  const plan = Plan.parse(await answers('plan'));
  expect(Object.fromEntries(plan.tasks.map((task) => [task.id, task.dependsOn]))).toEqual({
    'backend-T001': [],
    'backend-T002': [],
    'backend-T003': ['backend-T001', 'backend-T002'],
    'backend-T004': ['backend-T001', 'backend-T002'],
    'backend-T005': ['backend-T003'],
    'backend-T006': ['backend-T002'],
    'backend-T007': ['backend-T003', 'backend-T004', 'backend-T005', 'backend-T006'],
    'backend-T008': ['backend-T007'],
  });
});

test('the objective of the charter is covered on the sample, and only there', async () => {
  const playbooks = await loadPlaybooks(join(__dirname, '..', '..', 'playbooks'));
  const objective = 'Add user authentication system with OAuth2 and JWT';
  expect(findCoverage(playbooks, objective, 'orders-service')?.name).toBe('auth');
  expect(findCoverage(playbooks, objective, null)).toBeNull();
  expect(findCoverage(playbooks, 'Add full-text search to the catalogue', 'orders-service')).toBeNull();
});
