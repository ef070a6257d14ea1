// Needs nothing. What a model may answer about a schema change or a contract, and what goes back to it.
import type { RolloutPlan } from '../../src/domain/database/deployment-plan';
import { deploymentAnswer, rolloutAnswer } from '../../src/domain/database/deployment-plan';
import { frontendAnswer, type FrontendReview } from '../../src/domain/contract/frontend-review';
import { MigrationDesignAnswer, type MigrationDesign } from '../../src/domain/database/migration-design';
import type { z } from 'zod';
import { DEPLOYMENT, DESIGN, ROLLOUT } from '../support/changes';

function complaints(schema: z.ZodType, value: unknown): string[] {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.map(({ message }) => message);
}

describe('a design', () => {
  const [people] = DESIGN.tables;
  if (people === undefined) throw new Error('the design has a table');
  const design = (
    table: Partial<MigrationDesign['tables'][number]>,
    more: Partial<MigrationDesign> = {},
  ) => ({
    ...DESIGN,
    tables: [{ ...people, ...table }],
    ...more,
  });

  test('that says what it does is taken', () => {
    expect(complaints(MigrationDesignAnswer, DESIGN)).toEqual([]);
  });

  test.each<[string, MigrationDesign, string]>([
    ['creates a table of nothing', design({ columns: [] }), 'people is created without a column'],
    [
      'alters nothing',
      design({ change: 'alter', columns: [], indexes: [], constraints: [] }),
      'nothing of people is changed',
    ],
    [
      'leaves a type out',
      design({ columns: [{ name: 'id', change: 'add', type: ' ', nullable: false, default: null }] }),
      'people.id has no type',
    ],
    [
      'has an index on nothing',
      design({ indexes: [{ name: 'i', change: 'add', columns: [], unique: false }] }),
      'i is on no column',
    ],
    [
      'drops a column while expanding',
      design({ columns: [{ name: 'id', change: 'drop', type: '', nullable: true, default: null }] }),
      'a design that drops a table or a column is not of the phase expand',
    ],
    [
      'counts rows of another table',
      design({}, { volume: [{ table: 'orders', rows: 1 }] }),
      'volume names orders, which the design does not change',
    ],
    ['names a table twice', { ...DESIGN, tables: [people, people] }, 'each table is named once'],
  ])('that %s goes back', (_, answer, complaint) => {
    expect(complaints(MigrationDesignAnswer, answer)).toEqual([complaint]);
  });

  test('of no table goes back', () => {
    expect(complaints(MigrationDesignAnswer, { ...DESIGN, tables: [], volume: [] })).toHaveLength(1);
  });
});

describe('a deployment', () => {
  const answer = (destructive: boolean, blockedMs: number, more: Partial<typeof DEPLOYMENT> = {}) =>
    complaints(deploymentAnswer({ destructive, blockedMs }), { ...DEPLOYMENT, ...more });

  test('begins with a backup where data is destroyed, and need not elsewhere', () => {
    const order = ['run the migration', 'deploy the service'];
    expect(answer(true, 0)).toEqual([]);
    expect(answer(true, 0, { order: ['Take a backup of the database', ...order] })).toEqual([]);
    expect(answer(false, 0, { order })).toEqual([]);
    expect(answer(true, 0, { order })).toEqual(['data is destroyed, so order begins with the backup']);
  });

  test('expects no shorter lock than was measured', () => {
    expect(answer(false, 5)).toEqual([]);
    expect(answer(false, 80.5)).toEqual([
      'requests waited 80.5 ms on the replica; estimatedLockMs is below that',
    ]);
  });
});

describe('a rollout', () => {
  const [migrate, deploy] = ROLLOUT.phases;
  if (migrate === undefined || deploy === undefined) throw new Error('the rollout has phases');
  const rollout = (
    strategy: RolloutPlan['strategy'],
    phases = ROLLOUT.phases,
    seen: { oldVersionWorks?: boolean | null; irreversible?: boolean } = {},
  ): string[] =>
    complaints(rolloutAnswer({ oldVersionWorks: true, irreversible: false, ...seen }), {
      ...ROLLOUT,
      strategy,
      phases,
    });
  const as = (action: RolloutPlan['phases'][number]['action']) => ({ ...deploy, action });

  test.each(['in-place', 'blue-green', 'canary'] as const)(
    '%s needs an old version that works on the new schema, or one nobody could try',
    (strategy) => {
      const phases = [migrate, deploy, as('switch'), as('observe')];
      expect(rollout(strategy, phases)).toEqual([]);
      expect(rollout(strategy, phases, { oldVersionWorks: null })).toEqual([]);
      expect(rollout(strategy, phases, { oldVersionWorks: false })).toEqual([
        `${strategy} needs an old version that works on the new schema, and it does not`,
      ]);
    },
  );

  test('expand-contract does without, and deploys twice', () => {
    const seen = { oldVersionWorks: false };
    expect(rollout('expand-contract', [migrate, deploy, deploy], seen)).toEqual([]);
    expect(rollout('expand-contract', [migrate, deploy], seen)).toEqual([
      'expand-contract deploys twice (deploy)',
    ]);
  });

  test('runs the migration and brings the version', () => {
    expect(rollout('in-place', [deploy])).toEqual(['no phase runs the migration (migrate-up)']);
    expect(rollout('in-place', [migrate])).toEqual(['no phase brings the new version (deploy or switch)']);
    expect(rollout('blue-green')).toEqual(['blue-green switches the traffic (switch)']);
    expect(rollout('canary')).toEqual(['canary observes a share (observe)']);
  });

  test.each(['none', 'None.', 'n/a', 'not needed', '-'])(
    'has a way back for what touches data, and "%s" is none unless the design has none',
    (rollback) => {
      const phases = [{ ...migrate, rollback }, deploy];
      expect(rollout('in-place', phases)).toEqual(['migrate says no way back']);
      expect(rollout('in-place', phases, { irreversible: true })).toEqual([]);
    },
  );
});

describe('a review of a contract', () => {
  const contract = { operations: ['GET /orders/{id}'], types: 'export interface Order { total: Money }' };
  const says = (operation: string | null): FrontendReview => ({
    decision: 'request-changes',
    comments: [{ operation, comment: 'it has no total' }],
  });

  test.each(['GET /orders/{id}', 'Order', 'Order.total', null])(
    'speaks of %s, which is there',
    (operation) => {
      expect(complaints(frontendAnswer(contract), says(operation))).toEqual([]);
    },
  );

  test.each(['GET /orders', 'Customer', 'Order.customer', 'get /orders/{id}'])(
    'of %s, which is not, goes back',
    (operation) => {
      expect(complaints(frontendAnswer(contract), says(operation))).toEqual([
        `the contract has no ${operation}; its operations are GET /orders/{id}`,
      ]);
    },
  );

  test('may name any type where the types are not known', () => {
    expect(complaints(frontendAnswer({ ...contract, types: null }), says('Customer'))).toEqual([]);
  });

  test('that asks for changes says which', () => {
    expect(complaints(frontendAnswer(contract), { decision: 'request-changes', comments: [] })).toEqual([
      'request-changes says what has to change',
    ]);
  });
});
