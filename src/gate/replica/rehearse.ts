import type { MeasuredStatement, RehearsalReport } from '../../domain/rehearsal';
import type { MigrationDesign } from '../../domain/migration-design';
import { unindexedForeignKeys } from '../checkers/database/foreign-key-indexes';
import { shapeProblems } from '../checkers/database/schema-shape';
import { describeDifference } from '../database/read-snapshot';
import { tableName } from '../database/read-catalog';
import type { BareDatabase } from '../database/empty-database';
import { blockingProblems } from './blocking';
import { compareDesign } from './compare-design';
import { findDestroyed, lintMigrations } from './judge-files';
import { describeFailure, showFailure } from './failed-row';
import { lostRows } from './kept-rows';
import { canGoBack } from './new-migrations';
import { baseTemplate, describeRows, type EmptyRun, filledTemplate, meantChanges, type Place, readSchema, runEmpty } from './place';
import { cutText } from './record';
import { type Direction, measureMigrations, type MeasuredRun, runMigrations } from './run-migrations';
import { schemaChanges } from './schema-changes';
import type { Template } from './stock';
import { type Contents, readContents } from './table-contents';
import { testNewVersion, testOldVersion, type VersionTests } from './version-tests';
import { backProblem } from './way-back';

type Found = Omit<RehearsalReport, 'commit' | 'server' | 'tool' | 'seconds' | 'problems' | 'notExecuted' | 'actions'>;

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

interface Tried {
  readonly statements: readonly MeasuredStatement[];
  readonly counts: ReadonlyMap<string, number>;
  readonly lost: Found['destructive'];
}

/** Up, down and up again with rows. */
async function tryWithRows(
  place: Place,
  { design, empty, template }: { readonly design: MigrationDesign; readonly empty: EmptyRun; readonly template: Template },
): Promise<Tried> {
  const { record, added } = place;
  const { database, run, contents } = await firstUp(place, empty, template);
  const counts = new Map([...contents].map(([table, { rows }]) => [table, rows]));
  const tried = (more: readonly MeasuredStatement[], lost: Tried['lost']): Tried => ({
    statements: [...run.statements, ...more],
    counts,
    lost,
  });
  if (run.failed !== null) {
    record.problem(
      'replica',
      `the migration goes through without rows and fails with them: ${describeFailure(run.failed)}`,
      await showFailure(database, run.failed),
    );
    return tried([], []);
  }
  const after = await database.readSnapshot();
  const drift = describeDifference(empty.snapshot, after);
  if (drift !== null)
    record.problem('replica', `with rows the migration makes another schema than without: ${drift}`);
  const schema = await readSchema(database);
  const changes = schemaChanges(empty.before, schema);
  const upContents = await readContents(database, schema.tables);
  const lost = lostRows(contents, upContents, changes, meantChanges(added));
  record.note('rows after up', {
    outcome: lost.length === 0 ? 'done' : 'refused',
    detail: lost.map(({ text }) => text).join('; ') || `${contents.size} tables have the rows they had`,
  });
  for (const { text } of lost) record.problem('replica', `the migration changes rows it does not speak of: ${text}`);
  const fewer = [...contents].flatMap(([table, { rows }]) => {
    const now = upContents.get(table)?.rows ?? rows;
    return now < rows
      ? [{ migration: added.files[0] ?? added.folder, what: `removes ${rows - now} of ${rows} rows of table ${table}`, sql: '' }]
      : [];
  });
  const noWay = backProblem(added, design);
  if (noWay.kind !== 'back') {
    if (noWay.kind === 'problem') record.problem('script', noWay.text);
    else record.leaveOut(noWay.text);
    record.note('down', { outcome: 'not-applicable', detail: noWay.text });
    return tried([], fewer);
  }
  if (!canGoBack(added)) return tried([], fewer);
  const down = await back(place, { database, empty, contents, tables: schema.tables, changes });
  if (down.undone) await upAgain(place, database, empty);
  return tried(down.statements, fewer);
}

const DEADLOCK = '40P01';

/** With readers and writers beside it; a deadlock with them is tried once more, and once without them. */
async function firstUp(
  place: Place,
  empty: EmptyRun,
  template: Template,
): Promise<{ readonly database: BareDatabase; readonly run: MeasuredRun; readonly contents: Contents }> {
  const { stock, record, signal, atEnd } = place;
  const { tables } = empty.before;
  for (let attempt = 1; ; attempt += 1) {
    const database = await stock.copy(template, signal);
    atEnd(() => database.dispose());
    const contents = await readContents(database, tables);
    const run = await measured(place, database, 'up', attempt < 3 ? tables : []);
    const { failed } = run;
    const isDeadlock = failed?.kind === 'statement' && failed.failed.code === DEADLOCK;
    if (!isDeadlock || attempt === 3) return { database, run, contents };
    if (attempt === 2)
      record.problem('deployment', 'the migration deadlocks with readers and writers of its tables', [
        describeFailure(failed),
      ]);
    await database.dispose();
  }
}

/** One way with readers and writers beside it, as an action. */
function measured(
  { added, record, signal }: Place,
  database: BareDatabase,
  direction: Direction,
  tables: EmptyRun['before']['tables'],
): Promise<MeasuredRun> {
  return record.act(`${direction} with rows`, async () => {
    const value = await measureMigrations(database, added, direction, { tables, signal });
    return value.failed === null
      ? { outcome: 'done', detail: describeRun(value), value }
      : { outcome: 'refused', detail: describeFailure(value.failed), value };
  });
}

function describeRun({ statements, requests }: MeasuredRun): string {
  const longest = statements.reduce((most, { runMs }) => Math.max(most, runMs), 0);
  return `${statements.length} statements, the longest ${longest} ms, beside ${requests} requests`;
}

/** Down, which has to leave schema and rows as they were. */
async function back(
  place: Place,
  {
    database,
    empty,
    contents,
    tables,
    changes,
  }: {
    readonly database: BareDatabase;
    readonly empty: EmptyRun;
    readonly contents: Contents;
    readonly tables: EmptyRun['before']['tables'];
    readonly changes: EmptyRun['changes'];
  },
): Promise<{ readonly statements: readonly MeasuredStatement[]; readonly undone: boolean }> {
  const { record, added } = place;
  const { snapshot: expected } = await baseTemplate(place);
  const { failed, statements } = await measured(place, database, 'down', tables);
  if (failed !== null) {
    record.problem('script', `the way down fails: ${describeFailure(failed)}`, await showFailure(database, failed));
    return { statements, undone: false };
  }
  const found = await database.readSnapshot();
  const now = await readSchema(database);
  if (added.kind === 'command' && added.backIsConfigured && now.tables.length === 0 && empty.before.tables.length > 0) {
    record.leaveOut('the configured way down undoes every migration, so that of the new ones alone was not tried');
    return { statements, undone: true };
  }
  const difference = describeDifference(expected, found);
  if (difference !== null) {
    record.problem('script', `the way down is no inverse of the way up: ${difference}`, [difference]);
    return { statements, undone: false };
  }
  const dropped = new Set(
    changes.flatMap(({ table, kind, columns }) =>
      kind === 'dropped'
        ? [table]
        : columns.flatMap((change) =>
            change.kind === 'dropped' || change.kind === 'altered' ? [`${table}.${change.before.name}`] : [],
          ),
    ),
  );
  const lost = lostRows(contents, await readContents(database, now.tables), [], meantChanges(added)).filter(
    // What is gone with a dropped column is told as destroyed.
    ({ table, column }) => !dropped.has(table) && !dropped.has(`${table}.${column ?? ''}`),
  );
  record.note('rows after down', {
    outcome: lost.length === 0 ? 'done' : 'refused',
    detail: lost.map(({ text }) => text).join('; ') || `${contents.size} tables have the rows they had`,
  });
  for (const { text } of lost) record.problem('script', `after the way down rows are not what they were: ${text}`);
  return { statements, undone: true };
}

async function upAgain({ record, added, signal }: Place, database: BareDatabase, empty: EmptyRun): Promise<void> {
  await record.act('up again', async () => {
    const value = null;
    const failed = await runMigrations(database, added, 'up', { signal });
    if (failed !== null) {
      record.problem(
        'script',
        `after the way down the way up fails: ${describeFailure(failed)}`,
        await showFailure(database, failed),
      );
      return { outcome: 'refused', detail: describeFailure(failed), value };
    }
    const difference = describeDifference(empty.snapshot, await database.readSnapshot());
    if (difference === null) return { outcome: 'done', detail: 'the same schema as the first time', value };
    record.problem('script', `the second way up makes another schema: ${cutText(difference, 800)}`);
    return { outcome: 'refused', detail: difference, value };
  });
}
