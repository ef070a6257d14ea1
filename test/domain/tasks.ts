import type { Analysis } from '../../src/domain/plan/analysis';
import type { PlanTask, TaskId } from '../../src/domain/plan/plan';

export const NOTHING_TOUCHED: Analysis = {
  summary: 'nothing special',
  apiEndpoints: [],
  schemaChanges: [],
  authRequirements: [],
  performance: [],
  scalability: [],
  integrations: [],
  monitoring: [],
};

export function taskId(number: number): TaskId {
  return `backend-T${String(number).padStart(3, '0')}`;
}

/** A task that is fine by itself: documentation that owns a file of its own. */
export function planTask(number: number, changes: Partial<PlanTask> = {}): PlanTask {
  const id = taskId(number);
  return {
    id,
    title: `Task ${number}`,
    specialist: 'nodejs-expert',
    kind: 'documentation',
    priority: 'medium',
    objective: 'Write it down.',
    requirements: [],
    acceptanceCriteria: ['it is written down'],
    dependsOn: [],
    context: {
      apiSpecifications: [],
      databaseSchema: [],
      codePatterns: [],
      performanceSlas: [],
      securityRequirements: [],
    },
    expectedOutput: ['a text'],
    successCriteria: [],
    owns: [`docs/${id}.md`],
    shares: [],
    gateItems: [],
    ...changes,
  };
}

export const AUTH_ANALYSIS: Analysis = {
  ...NOTHING_TOUCHED,
  apiEndpoints: ['POST /auth/login'],
  schemaChanges: ['tables users and sessions'],
};

const [A, B, C, D, E, F, G] = [taskId(1), taskId(2), taskId(3), taskId(4), taskId(5), taskId(6), taskId(7)];

/** The charter's example, tasks A to H with its dependencies. */
export const AUTH_TASKS: readonly PlanTask[] = [
  planTask(1, { kind: 'contract', specialist: 'api-architect', owns: ['openapi.yaml'] }),
  planTask(2, { kind: 'schema', specialist: 'database-optimizer', owns: ['migrations/**'] }),
  planTask(3, { kind: 'implementation', dependsOn: [A, B], owns: ['src/auth/routes.js'] }),
  planTask(4, { kind: 'implementation', dependsOn: [A, B], owns: ['src/oauth/**'] }),
  planTask(5, { kind: 'implementation', dependsOn: [C], owns: ['src/jwt/**'] }),
  planTask(6, {
    kind: 'implementation',
    specialist: 'database-optimizer',
    dependsOn: [B],
    owns: ['src/users/**'],
  }),
  planTask(7, { kind: 'security-audit', specialist: 'backend-architect', dependsOn: [C, D, E, F] }),
  planTask(8, { kind: 'performance-test', specialist: 'backend-architect', dependsOn: [G] }),
];
