import type { Analysis } from '../src/domain/plan/analysis';
import type { Plan, PlanTask } from '../src/domain/plan/plan';

/** A task with everything filled in that a test does not care about. */
export function planTask(task: Pick<PlanTask, 'id'> & Partial<PlanTask>): PlanTask {
  return {
    title: `Do ${task.id}`,
    specialist: 'nodejs-expert',
    kind: 'operations',
    priority: 'medium',
    objective: `Do what ${task.id} is about`,
    requirements: [],
    acceptanceCriteria: ['it works'],
    dependsOn: [],
    context: {
      apiSpecifications: [],
      databaseSchema: [],
      codePatterns: [],
      performanceSlas: [],
      securityRequirements: [],
    },
    expectedOutput: ['files'],
    successCriteria: [],
    owns: [`work/${task.id}/**`],
    shares: [],
    gateItems: [],
    ...task,
  };
}

/** The charter's example: A and B first, C and D after both, E after C, F after B, G after C to F, H after G. */
export function charterTasks(): PlanTask[] {
  const row = (
    number: number,
    specialist: string,
    kind: PlanTask['kind'],
    dependsOn: number[],
    title: string,
  ): PlanTask =>
    planTask({
      id: `backend-T00${number}`,
      title,
      specialist,
      kind,
      priority: 'high',
      dependsOn: dependsOn.map((n) => `backend-T00${n}`),
    });
  return [
    row(1, 'api-architect', 'contract', [], 'Design authentication API contracts'),
    row(2, 'database-optimizer', 'schema', [], 'Design database schema for users and sessions'),
    row(3, 'nodejs-expert', 'implementation', [1, 2], 'Implement authentication endpoints'),
    row(4, 'nodejs-expert', 'implementation', [1, 2], 'Implement OAuth2 provider integration'),
    row(5, 'nodejs-expert', 'implementation', [3], 'Implement JWT middleware'),
    row(6, 'database-optimizer', 'implementation', [2], 'Implement database user management'),
    row(7, 'backend-architect', 'security-audit', [3, 4, 5, 6], 'Security audit of authentication'),
    row(8, 'backend-architect', 'performance-test', [7], 'Performance testing'),
  ];
}

/** The analysis of an objective that touches nothing. */
export const NOTHING_ASKED: Analysis = {
  summary: 'Notes are written.',
  apiEndpoints: [],
  schemaChanges: [],
  authRequirements: [],
  performance: [],
  scalability: [],
  integrations: [],
  monitoring: [],
};

/** So many notes, written side by side. */
export function notesPlan(tasks: number): Plan {
  const plan = Array.from({ length: tasks }, (_, index) => {
    const id = `backend-T${String(index + 1).padStart(3, '0')}`;
    return planTask({ id, kind: 'documentation', owns: [`notes/${id}/**`], shares: [] });
  });
  return { summary: 'Notes.', tasks: plan };
}
