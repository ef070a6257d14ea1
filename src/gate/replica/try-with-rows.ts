import type { MigrationDesign } from '../../domain/database/migration-design';
import type { MeasuredStatement, RehearsalReport } from '../../domain/database/rehearsal';
import type { BareDatabase } from '../database/empty-database';
import { describeDifference } from '../database/read-snapshot';
import { describeFailure, showFailure } from './failed-row';
import { lostRows } from './kept-rows';
import { canGoBack } from './new-migrations';
import { baseTemplate, type EmptyRun, meantChanges, type Place, readSchema } from './place';
import { cutText } from './record';
import { type Direction, measureMigrations, type MeasuredRun, runMigrations } from './run-migrations';
import { schemaChanges } from './schema-changes';
import type { Template } from './stock';
import { type Contents, readContents } from './table-contents';
import { backProblem } from './way-back';

/** What was measured and lost with rows. */
export interface Tried {
  readonly statements: readonly MeasuredStatement[];
  readonly counts: ReadonlyMap<string, number>;
  readonly lost: RehearsalReport['destructive'];
}

/** Up, down and up again with rows. */
export async function tryWithRows(
  place: Place,
  {
    design,
    empty,
    template,
  }: { readonly design: MigrationDesign; readonly empty: EmptyRun; readonly template: Template },
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
  for (const { text } of lost)
    record.problem('replica', `the migration changes rows it does not speak of: ${text}`);
  const fewer = [...contents].flatMap(([table, { rows }]) => {
    const now = upContents.get(table)?.rows ?? rows;
    return now < rows
      ? [
          {
            migration: added.files[0] ?? added.folder,
            what: `removes ${rows - now} of ${rows} rows of table ${table}`,
            sql: '',
          },
        ]
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
    record.problem(
      'script',
      `the way down fails: ${describeFailure(failed)}`,
      await showFailure(database, failed),
    );
    return { statements, undone: false };
  }
  const found = await database.readSnapshot();
  const now = await readSchema(database);
  if (
    added.kind === 'command' &&
    added.backIsConfigured &&
    now.tables.length === 0 &&
    empty.before.tables.length > 0
  ) {
    record.leaveOut(
      'the configured way down undoes every migration, so that of the new ones alone was not tried',
    );
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
  for (const { text } of lost)
    record.problem('script', `after the way down rows are not what they were: ${text}`);
  return { statements, undone: true };
}

async function upAgain(
  { record, added, signal }: Place,
  database: BareDatabase,
  empty: EmptyRun,
): Promise<void> {
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
