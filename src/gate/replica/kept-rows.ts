import type { Contents } from './table-contents';
import type { TableChanged } from './schema-changes';

/** A table or a column whose rows are not what they were. */
export interface LostRows {
  readonly table: string;
  /** Null: the number of rows. */
  readonly column: string | null;
  readonly text: string;
}

/** What a migration says it changes in rows that are there; lower case. */
export interface MeantChanges {
  /** Assigned by UPDATE, as `table.column`. */
  readonly columns: ReadonlySet<string>;
  /** Tables it inserts into or deletes from. */
  readonly tables: ReadonlySet<string>;
}

const NAME = String.raw`((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+))?)`;
const plain = (name: string): string =>
  name
    .replaceAll('"', '')
    .toLowerCase()
    .replace(/^public\./, '');

/** Read from SQL by its words: a column on the left of a `=` after SET counts as meant. */
export function meantBy(statements: readonly string[]): MeantChanges {
  const columns = new Set<string>();
  const tables = new Set<string>();
  for (const statement of statements) {
    for (const [, table = '', rest = ''] of statement.matchAll(
      new RegExp(String.raw`\bupdate\s+(?:only\s+)?${NAME}(?:\s+(?:as\s+)?[\w$]+)?\s+set\b([^;]*)`, 'gis'),
    )) {
      for (const [, column = ''] of rest.matchAll(/"?([\w$]+)"?\s*=/g))
        columns.add(`${plain(table)}.${plain(column)}`);
      for (const [, list = ''] of rest.matchAll(/\(([^()]*)\)\s*=/g))
        for (const column of list.split(',')) columns.add(`${plain(table)}.${plain(column.trim())}`);
    }
    for (const [, table = ''] of statement.matchAll(
      new RegExp(
        String.raw`\b(?:insert\s+into|delete\s+from|truncate(?:\s+table)?)\s+(?:only\s+)?${NAME}`,
        'gi',
      ),
    ))
      tables.add(plain(table));
  }
  return { columns, tables };
}

/**
 * Rows and values that differ although nothing says they should. Columns that the change drops, renames or retypes, and
 * those it adds, are not compared.
 */
export function lostRows(
  before: Contents,
  after: Contents,
  changes: readonly TableChanged[],
  meant: MeantChanges,
): LostRows[] {
  const lost: LostRows[] = [];
  for (const [table, { rows, columns }] of before) {
    const change = changes.find((one) => one.table === table);
    const now = after.get(change?.kind === 'renamed' && change.after !== null ? change.after.name : table);
    if (now === undefined) continue;
    const keyChanged = change?.columns.some(({ kind }) => kind !== 'added') === true && changesKey(change);
    if (now.rows !== rows) {
      if (!meant.tables.has(table.toLowerCase()))
        lost.push({ table, column: null, text: `${table} has ${now.rows} rows, it had ${rows}` });
      continue;
    }
    if (keyChanged) continue;
    for (const [column, sum] of columns) {
      const found = now.columns.get(column);
      if (found === undefined || found === sum) continue;
      if (isTouched(change, column) || meant.columns.has(`${table}.${column}`.toLowerCase())) continue;
      lost.push({ table, column, text: `the values of ${table}.${column} are other ones` });
    }
  }
  return lost;
}

/** With another key every sum is another one. */
function changesKey({ before, after }: TableChanged): boolean {
  const keyOf = (side: TableChanged['before']): string =>
    side?.constraints.find(({ kind }) => kind === 'primary-key')?.columns.join() ?? '';
  return keyOf(before) !== keyOf(after);
}

function isTouched(change: TableChanged | undefined, column: string): boolean {
  return (
    change?.columns.some(
      (one) =>
        (one.kind === 'altered' && one.before.name === column && one.before.type !== one.after.type) ||
        (one.kind === 'added' && one.after.name === column),
    ) === true
  );
}
