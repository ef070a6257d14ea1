// Needs no server: a report from a snapshot and blobs in memory.
import { newDatabaseChange, withStep } from '../../src/domain/database/database-progress';
import type { RolloutPlan, DeploymentPlan } from '../../src/domain/database/deployment-plan';
import type { MigrationDesign } from '../../src/domain/database/migration-design';
import type { RehearsalReport } from '../../src/domain/database/rehearsal';
import { buildReport } from '../../src/report/build-report';
import { renderHtml } from '../../src/report/html/render-html';
import { renderMarkdown } from '../../src/report/render-markdown';
import { status } from '../cli/fixtures';

const ref = (letter: string): string => letter.repeat(64);
const [DESIGN, REHEARSAL, DEPLOYMENT, ROLLOUT, HASH] = ['1', '2', '3', '4', '5'].map(ref) as [
  string,
  string,
  string,
  string,
  string,
];

const blobs = new Map<string, unknown>([
  [
    DESIGN,
    {
      summary: 'adds <b>users</b>',
      tables: [{ table: 'users', change: 'create', columns: [], indexes: [], constraints: [] }],
      queries: [],
      volume: [],
      phase: 'expand',
      backfill: null,
      irreversible: null,
    } satisfies MigrationDesign,
  ],
  [
    REHEARSAL,
    {
      commit: 'a'.repeat(40),
      server: 'PostgreSQL 18.4',
      tool: 'sql',
      tables: [{ table: 'orders', rows: 100_000 }],
      actions: [],
      statements: [
        {
          migration: '0002_users.up.sql',
          direction: 'up',
          sql: 'ALTER TABLE orders ADD COLUMN owner bigint',
          lock: 'AccessExclusiveLock',
          tables: ['orders'],
          runMs: 3.2,
          readersBlockedMs: 2,
          writersBlockedMs: 41,
          samples: 120,
        },
      ],
      destructive: [],
      oldVersionWorks: true,
      problems: [],
      notExecuted: [],
      seconds: 9,
    } satisfies RehearsalReport,
  ],
  [
    DEPLOYMENT,
    {
      summary: 'short locks',
      window: 'none needed',
      order: ['take a backup', 'migrate'],
      estimatedLockMs: 40,
      backup: 'pg_dump',
      restore: 'pg_restore',
      abortWhen: ['a lock lasts longer than 2 s'],
      signOff: { decision: 'approved', reason: 'measured' },
    } satisfies DeploymentPlan,
  ],
  [
    ROLLOUT,
    {
      strategy: 'in-place',
      reasons: ['it only adds'],
      phases: [
        {
          name: 'migrate',
          action: 'migrate-up',
          entry: 'backup done',
          exit: 'tables there',
          rollback: 'npm run down',
        },
      ],
    } satisfies RolloutPlan,
  ],
]);

const change = withStep(newDatabaseChange('backend-T002'), 'replica', 'done', '100,000 rows');
const snapshot = status({
  contracts: [
    {
      name: 'openapi',
      path: 'openapi.yaml',
      taskId: 'backend-T001',
      revision: 2,
      hash: HASH,
      state: 'tested',
      bundle: null,
      by: '@frontend-coordinator',
      comments: ['<script>alert(1)</script>'],
    },
  ],
  databaseChanges: [
    {
      ...change,
      commit: 'a'.repeat(40),
      slot: { identifier: '0003', after: [{ objectiveId: 'objective-other', identifier: '0002' }] },
      design: DESIGN,
      rehearsal: REHEARSAL,
      deployment: DEPLOYMENT,
      rollout: ROLLOUT,
      strategy: 'in-place',
    },
  ],
});
const get = (blob: string): Promise<Buffer> => Promise.resolve(Buffer.from(JSON.stringify(blobs.get(blob))));

it('the report tells which contract is locked and how the schema change was measured, planned and rolled out', async () => {
  const report = await buildReport(snapshot, { get });
  const markdown = renderMarkdown(report);
  for (const text of ['API contracts', 'frontend-coordinator', 'AccessExclusiveLock', '41 ms', 'in-place'])
    expect(markdown).toContain(text);
  expect(markdown).toContain('Merge after: `0002` of `objective-other`');
  expect(markdown).toContain('take a backup');
  expect(markdown).toContain('npm run down');
  expect(report.databaseChanges?.[0]?.rehearsal?.tables).toEqual([{ table: 'orders', rows: 100_000 }]);
});

it('the page shows the same, with everything from model and repository escaped', async () => {
  const page = renderHtml(await buildReport(snapshot, { get }));
  expect(page).toContain('Contracts and schema changes');
  expect(page).toContain('Merge after: 0002 of objective-other');
  expect(page).toContain('AccessExclusiveLock');
  expect(page).toContain('&lt;script&gt;alert(1)');
  expect(page).toContain('adds &lt;b&gt;users');
  expect(page).not.toContain('<script>');
});

it('an objective without either has no such sections', async () => {
  const report = await buildReport(status(), { get });
  expect(renderMarkdown(report)).not.toContain('Database changes');
  expect(renderHtml(report)).not.toContain('Contracts and schema changes');
});
