import type { DeploymentPlan, RolloutPlan } from '../../src/domain/database/deployment-plan';
import type { MigrationDesign } from '../../src/domain/database/migration-design';
import type { DrillReport, MeasuredStatement, RehearsalReport } from '../../src/domain/database/rehearsal';

/* Records of one schema change, for tests that are about something else of it. */

export const DESIGN: MigrationDesign = {
  summary: 'People get a table',
  tables: [
    {
      table: 'people',
      change: 'create',
      columns: [
        { name: 'id', change: 'add', type: 'bigint', nullable: false, default: null },
        { name: 'name', change: 'add', type: 'text', nullable: true, default: "'nobody'::text" },
      ],
      indexes: [{ name: 'people_name_idx', change: 'add', columns: ['name'], unique: true }],
      constraints: ['PRIMARY KEY (id)'],
    },
  ],
  queries: [{ pattern: 'person by name', servedBy: 'people_name_idx' }],
  volume: [{ table: 'people', rows: 1000 }],
  phase: 'expand',
  backfill: null,
  irreversible: null,
};

export function statement(more: Partial<MeasuredStatement> = {}): MeasuredStatement {
  return {
    migration: '0003_people',
    direction: 'up',
    sql: 'CREATE TABLE people (id bigint PRIMARY KEY)',
    lock: null,
    tables: [],
    runMs: 4.21,
    readersBlockedMs: 0,
    writersBlockedMs: 0,
    samples: 12,
    ...more,
  };
}

export function rehearsal(more: Partial<RehearsalReport> = {}): RehearsalReport {
  return {
    commit: 'a'.repeat(40),
    server: 'PostgreSQL 16.2, private',
    tool: 'node-pg-migrate',
    tables: [{ table: 'orders', rows: 5000 }],
    actions: [{ name: 'up', outcome: 'done', detail: '', ms: 12 }],
    statements: [statement()],
    destructive: [],
    oldVersionWorks: true,
    problems: [],
    notExecuted: [],
    seconds: 3,
    ...more,
  };
}

export const DRILL: DrillReport = {
  commit: 'a'.repeat(40),
  method: 'pg_dump --format=custom',
  actions: [{ name: 'restore', outcome: 'done', detail: '5000 rows are back', ms: 210 }],
  problems: [],
  notExecuted: [],
  seconds: 2,
};

export const DEPLOYMENT: DeploymentPlan = {
  summary: 'Migrate, then deploy',
  window: 'any time, nothing is locked',
  order: ['pg_dump the database', 'run the migration', 'deploy the service'],
  estimatedLockMs: 5,
  backup: 'pg_dump --format=custom',
  restore: 'pg_restore into a new database',
  abortWhen: ['a statement waits for longer than 5 s'],
  signOff: { decision: 'approved', reason: 'it only adds' },
};

export const ROLLOUT: RolloutPlan = {
  strategy: 'in-place',
  reasons: ['it only adds'],
  phases: [
    {
      name: 'migrate',
      action: 'migrate-up',
      entry: 'a backup is there',
      exit: 'the migration is listed',
      rollback: 'run the migration down',
    },
    {
      name: 'deploy',
      action: 'deploy',
      entry: 'the table is there',
      exit: 'the new version answers',
      rollback: 'deploy the version before',
    },
  ],
};
