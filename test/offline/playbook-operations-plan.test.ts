// Needs nothing but the package's own files.
import { join } from 'node:path';
import { Analysis } from '../../src/domain/plan/analysis';
import { Plan } from '../../src/domain/plan/plan';
import { checkPlan } from '../../src/domain/plan/plan-check';
import { SPECIALIST_NAMES } from '../../src/domain/department/specialists';
import { loadPlaybooks } from '../../src/offline/load-playbooks';

async function answers(id: string): Promise<unknown> {
  const playbooks = await loadPlaybooks(join(__dirname, '..', '..', 'playbooks'));
  const reply = playbooks
    .find((playbook) => playbook.name === 'operations')
    ?.answers.find((answer) => answer.id === id)?.reply;
  return reply?.kind === 'json' ? reply.value : undefined;
}

test("the playbook's plan is accepted without an error", async () => {
  const analysis = Analysis.parse(await answers('analyse'));
  const plan = Plan.parse(await answers('plan'));
  expect(checkPlan(plan, analysis, [...SPECIALIST_NAMES])).toEqual([]);
});

test('the database administrator works along one line, maintenance and the two reviews beside each other', async () => {
  const plan = Plan.parse(await answers('plan'));
  expect(plan.tasks.map((task) => [task.specialist, task.kind, task.dependsOn.map(shorten).join()])).toEqual([
    ['nodejs-expert', 'implementation', ''],
    ['database-admin', 'operations', 'T001'],
    ['database-admin', 'operations', 'T002'],
    ['database-admin', 'operations', 'T003'],
    ['database-optimizer', 'operations', 'T001'],
    ['backend-architect', 'security-audit', 'T001,T002,T003,T004,T005'],
    ['backend-architect', 'performance-test', 'T001,T002,T003,T004,T005'],
  ]);
});

function shorten(id: string): string {
  return id.replace('backend-', '');
}
