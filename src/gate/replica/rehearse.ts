import type { MigrationDesign } from '../../domain/database/migration-design';
import type { RehearsalReport } from '../../domain/database/rehearsal';
import { unindexedForeignKeys } from '../checkers/database/foreign-key-indexes';
import { shapeProblems } from '../checkers/database/schema-shape';
import { tableName } from '../database/read-catalog';
import { blockingProblems } from './blocking';
import { compareDesign } from './compare-design';
import { describeFailure } from './failed-row';
import { findDestroyed, lintMigrations } from './judge-files';
import { describeRows, type EmptyRun, filledTemplate, type Place, runEmpty } from './place';
import type { Template } from './stock';
import { tryWithRows } from './try-with-rows';
import { testNewVersion, testOldVersion, type VersionTests } from './version-tests';

type Found = Omit<
  RehearsalReport,
  'commit' | 'server' | 'tool' | 'seconds' | 'problems' | 'notExecuted' | 'actions'
>;

interface Asked {
  readonly design: MigrationDesign;
  readonly identifier: string | null;
}

const NOTHING: Found = { tables: [], statements: [], destructive: [], oldVersionWorks: null };

/**
 * The new migrations of a commit on a database like the real one (charter: "Database Change Coordination", step 3): files
 * and design first, up without rows, both versions' tests on the schema that makes, then up, down and up again with rows,
 * while others read and write.
 */
export async function rehearse(place: Place, { design, identifier }: Asked): Promise<Found> {
  const { record } = place;
  const lint = await lintMigrations(place, identifier);
  const ran = await record.act('up without rows', async () => {
    const value = await runEmpty(place);
    return value.failed === null
      ? { outcome: 'done', detail: `${value.snapshot.length} lines of schema`, value }
      : { outcome: 'refused', detail: describeFailure(value.failed), value };
  });
  if (ran.failed !== null) {
    record.problem('script', `the migration fails without a single row: ${describeFailure(ran.failed)}`);
    return NOTHING;
  }
  judgeSchema(place, design, ran);
  const destructive = await findDestroyed(place, ran.changes);
  const [template, oldVersionWorks] = await Promise.all([fill(place, ran), runTests(place, ran)]);
  const tables = ran.before.tables.map((table) => ({
    table: tableName(table).slice(0, 200),
    rows: template.rows.get(tableName(table)) ?? 0,
  }));
  const tried = await tryWithRows(place, { design, empty: ran, template });
  for (const { text, evidence } of blockingProblems(tried.statements, lint, tried.counts))
    record.problem('deployment', text, evidence);
  return {
    tables: tables.map((row) => ({ ...row, rows: tried.counts.get(row.table) ?? row.rows })).slice(0, 1000),
    statements: tried.statements.slice(0, 500),
    destructive: [...destructive, ...tried.lost].slice(0, 100),
    oldVersionWorks,
  };
}

/** The design against what came out, and the gate's rules about the tables that changed. */
function judgeSchema({ record }: Place, design: MigrationDesign, { changes, after }: EmptyRun): void {
  const differences = compareDesign(design, changes, after.tables);
  record.note('design against schema', {
    outcome: differences.length === 0 ? 'done' : 'refused',
    detail: differences.join('; ') || `${changes.length} tables as designed`,
  });
  for (const text of differences) record.problem('design', text);
  const changed = changes.flatMap(({ after: table }) => (table === null ? [] : [table]));
  const old = changes.flatMap(({ before: table }) => (table === null ? [] : [table]));
  const known = new Set([...unindexedForeignKeys(old), ...shapeProblems(old)].map(({ key }) => key));
  const findings = [...unindexedForeignKeys(changed), ...shapeProblems(changed)].filter(
    ({ key }) => !known.has(key),
  );
  record.note('schema rules', {
    outcome: findings.length === 0 ? 'done' : 'refused',
    detail: findings.map(({ text }) => text).join('; ') || `${changed.length} tables looked at`,
  });
  for (const { text } of findings) record.problem('design', text);
}

function fill(place: Place, empty: EmptyRun): Promise<Template> {
  const { record } = place;
  return record.act('rows', async () => {
    const value = await filledTemplate(place, empty);
    for (const text of value.unfilled) record.leaveOut(text);
    return { outcome: 'done', detail: describeRows(empty.before.tables, value.rows), value };
  });
}

/** Both versions' tests on the migrated schema; what is answered is about the old one. */
async function runTests(place: Place, { migrated }: EmptyRun): Promise<boolean | null> {
  const { setting, here, there, added, record } = place;
  if (migrated === null) return null;
  const tell = (name: string, tests: () => Promise<VersionTests>): Promise<VersionTests> =>
    record.act(name, async () => {
      const value = await tests();
      const { passed, detail } = value;
      if (passed === null) record.leaveOut(`${name}: ${detail}`);
      return { outcome: passed === null ? 'could-not-run' : passed ? 'done' : 'refused', detail, value };
    });
  const fresh = await tell('tests of the new version', () => testNewVersion(setting, here, migrated));
  if (fresh.passed === false)
    record.problem('script', `the tests of the new version fail on the migrated database: ${fresh.detail}`, [
      fresh.output,
    ]);
  const old = await tell('tests of the old version', () =>
    testOldVersion(setting, { here, there, migrated, files: added.files }),
  );
  return old.passed;
}
