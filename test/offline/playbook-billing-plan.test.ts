// Needs nothing but the package's own files.
import { join } from 'node:path';
import { Analysis } from '../../src/domain/plan/analysis';
import { Plan } from '../../src/domain/plan/plan';
import { checkPlan } from '../../src/domain/plan/plan-check';
import { SPECIALIST_NAMES } from '../../src/domain/department/specialists';
import { findCoverage } from '../../src/offline/coverage';
import { loadPlaybooks } from '../../src/offline/load-playbooks';

const PLAYBOOKS = join(__dirname, '..', '..', 'playbooks');

async function answers(id: string): Promise<unknown> {
  const playbooks = await loadPlaybooks(PLAYBOOKS);
  const reply = playbooks
    .find((playbook) => playbook.name === 'billing')
    ?.answers.find((answer) => answer.id === id)?.reply;
  return reply?.kind === 'json' ? reply.value : undefined;
}

test("the playbook's plan is accepted without an error", async () => {
  const analysis = Analysis.parse(await answers('analyse'));
  const plan = Plan.parse(await answers('plan'));
  expect(checkPlan(plan, analysis, [...SPECIALIST_NAMES])).toEqual([]);
});

test('the Java expert implements after the contract, somebody else audits', async () => {
  const plan = Plan.parse(await answers('plan'));
  expect(plan.tasks.map((task) => [task.kind, task.specialist, task.dependsOn.join()])).toEqual([
    ['contract', 'api-architect', ''],
    ['implementation', 'java-expert', 'backend-T001'],
    ['implementation', 'java-expert', 'backend-T002'],
    ['documentation', 'java-expert', 'backend-T003'],
    ['security-audit', 'backend-architect', 'backend-T002,backend-T003'],
    ['performance-test', 'backend-architect', 'backend-T004,backend-T005'],
  ]);
});

test('an objective about credit notes is covered on the billing service, and only there', async () => {
  const playbooks = await loadPlaybooks(PLAYBOOKS);
  const objective = 'Add credit notes to the billing service';
  expect(findCoverage(playbooks, objective, 'billing-service')?.name).toBe('billing');
  expect(findCoverage(playbooks, objective, 'orders-service')).toBeNull();
  expect(findCoverage(playbooks, 'Add reminders to the billing service', 'billing-service')).toBeNull();
});
