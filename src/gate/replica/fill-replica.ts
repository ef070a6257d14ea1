import { generateRows } from '../database/generate-rows';
import type { BareDatabase } from '../database/empty-database';
import { tableName } from '../database/read-catalog';
import type { Table } from '../facts/database';

/** One of so many rows has NULL in a column that may. */
const NULL_EVERY = 10;
/** A parent has that many children, and a table nobody is about to change is that much smaller. */
const SHARE = 5;
const FEWEST = 100;
const PARENTS = 20_000;

/**
 * Rows for each table where the largest has `most`: tables the change is about have as many, so that its locks are held
 * as long as they would be; of the others a parent has fewer rows than its children.
 */
export function planRows(
  tables: readonly Table[],
  most: number,
  touched: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const heights = new Map<string, number>();
  const heightOf = (name: string, above: readonly string[]): number => {
    const known = heights.get(name);
    if (known !== undefined) return known;
    const children = tables.filter(
      (table) =>
        tableName(table) !== name &&
        !above.includes(tableName(table)) &&
        table.constraints.some(({ references }) => references?.table === name),
    );
    const height = Math.max(0, ...children.map((child) => 1 + heightOf(tableName(child), [...above, name])));
    heights.set(name, height);
    return height;
  };
  const some = tables.some((table) => touched.has(tableName(table)));
  return new Map(
    tables.map((table) => {
      const name = tableName(table);
      if (touched.has(name)) return [name, most];
      const smaller = heightOf(name, []) + (some ? 1 : 0);
      return [name, Math.min(most, Math.max(FEWEST, Math.round(most / SHARE ** smaller)))];
    }),
  );
}

/**
 * Fills a database; tables that its migrations filled are look-up tables and stay as they are. Rules of the tables as
 * the change leaves them are honoured already: what made-up rows happen to be is no fault of the change.
 */
export async function fillReplica(
  database: BareDatabase,
  {
    rows,
    later,
    neverNull,
  }: {
    readonly rows: ReadonlyMap<string, number>;
    readonly later: readonly Table[];
    readonly neverNull: ReadonlySet<string>;
  },
): Promise<readonly string[]> {
  const filled = new Set<string>();
  for (const table of await database.readTables()) {
    const name = `"${table.schema}"."${table.name.replaceAll('"', '""')}"`;
    if ((await database.query(`SELECT 1 FROM ${name} LIMIT 1`)).length > 0) filled.add(tableName(table));
  }
  const { problems } = await generateRows(database, {
    rows: FEWEST,
    rowsOf: (table) => rows.get(table) ?? FEWEST,
    except: filled,
    later,
    nullEvery: NULL_EVERY,
    neverNull,
    parents: PARENTS,
  });
  await database.query('ANALYZE');
  return problems.map(({ table, reason }) => `${table} could not be filled: ${reason}`);
}
