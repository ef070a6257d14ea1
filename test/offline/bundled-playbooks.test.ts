// Needs nothing but the package's own files.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Analysis } from '../../src/domain/plan/analysis';
import { comparisonAnswer } from '../../src/domain/plan/comparison';
import { Advice, ContextDecision, CoordinatorReview } from '../../src/domain/work/handoff';
import { DeploymentPlan, RolloutPlan } from '../../src/domain/database/deployment-plan';
import { FrontendReview } from '../../src/domain/contract/frontend-review';
import { MigrationDesign } from '../../src/domain/database/migration-design';
import type { ModelQuestion } from '../../src/domain/escalation/model-question';
import { Plan } from '../../src/domain/plan/plan';
import { GateReview } from '../../src/domain/quality-gate/review';
import { createDepartmentTools } from '../../src/model/tools/department';
import { FILE_TOOLS } from '../../src/model/tools/files';
import { createShellTool } from '../../src/model/tools/shell';
import { loadPlaybooks } from '../../src/offline/load-playbooks';

const unused = (): Promise<never> => Promise.reject(new Error('tools are not run here'));
const TOOLS = new Map(
  [
    ...FILE_TOOLS,
    createShellTool(unused),
    ...createDepartmentTools({
      checks: { runChecks: unused },
      bootstrap: { ensure: unused, addDependency: unused },
    }),
  ].map((tool) => [tool.name, tool.input]),
);
const ANSWERS: Readonly<Record<ModelQuestion, z.ZodType>> = {
  analyse: Analysis,
  plan: Plan,
  consult: Advice,
  review: z.strictObject({ review: CoordinatorReview }),
  context: ContextDecision,
  inspect: GateReview,
  compare: comparisonAnswer([], []),
  'design-migration': MigrationDesign,
  'plan-deployment': DeploymentPlan,
  'choose-rollout': RolloutPlan,
  'validate-contract': FrontendReview,
};
const ENDING = new Set(['consult', 'raise_escalation', 'request_context', 'submit_handoff']);

test('every call and every answer of the bundled playbooks fits its schema', async () => {
  const problems: string[] = [];
  for (const playbook of await loadPlaybooks(join(__dirname, '..', '..', 'playbooks'))) {
    for (const { id, when, reply } of playbook.answers) {
      const note = (what: string): number => problems.push(`${playbook.name}/${id}: ${what}`);
      if (reply.kind === 'json') {
        const parsed = when.ask === undefined ? null : ANSWERS[when.ask].safeParse(reply.value);
        if (parsed === null) note('a structured answer without ask');
        else if (!parsed.success) note(z.prettifyError(parsed.error));
      }
      if (reply.kind !== 'turn') continue;
      if (when.ask !== undefined) note('a turn for a structured question');
      for (const [index, call] of reply.tools.entries()) {
        const parsed = TOOLS.get(call.name)?.safeParse(call.input);
        if (parsed === undefined) note(`no tool ${call.name}`);
        else if (!parsed.success) note(`${call.name}: ${z.prettifyError(parsed.error)}`);
        if (ENDING.has(call.name) && index < reply.tools.length - 1)
          note(`${call.name} is not the last call`);
      }
    }
  }
  expect(problems).toEqual([]);
});

test('every playbook is for a bundled sample', async () => {
  const playbooks = await loadPlaybooks(join(__dirname, '..', '..', 'playbooks'));
  const samples = readdirSync(join(__dirname, '..', '..', 'examples'));
  expect(playbooks.filter(({ target }) => !samples.includes(target.sample)).map(({ name }) => name)).toEqual(
    [],
  );
});
