import { z } from 'zod';
import type { BareDatabase } from '../database/empty-database';
import { quoteName, quoteTable } from '../database/quote-name';
import { tableName } from '../database/read-catalog';
import type { Table } from '../facts/database';

/** What the rows of a table come to. */
interface TableContents {
  readonly rows: number;
  /** Sum of the values of each column, with the row's key in each: other values, or values of other rows, make another one. */
  readonly columns: ReadonlyMap<string, string>;
}

export type Contents = ReadonlyMap<string, TableContents>;

const Row = z.tuple([z.object({ rows: z.coerce.number(), sums: z.array(z.string().nullable()) })]);

/** Counts and sums up the rows of tables. */
export async function readContents(
  database: Pick<BareDatabase, 'query'>,
  tables: readonly Table[],
): Promise<Contents> {
  const contents = new Map<string, TableContents>();
  for (const table of tables) {
    const key = table.constraints.find(({ kind }) => kind === 'primary-key')?.columns ?? [];
    const keyText = ["''", ...key.map((column) => `${quoteName(column)}::text`)].join(` || '/' || `);
    const sums = table.columns.map(
      ({ name }) =>
        `sum(hashtextextended(${keyText} || coalesce('=' || ${quoteName(name)}::text, '-'), 0)::numeric)::text`,
    );
    const [row] = Row.parse(
      await database.query(
        `SELECT count(*) AS rows, ARRAY[${sums.join(', ')}]::text[] AS sums FROM ${quoteTable(table)}`,
      ),
    );
    contents.set(tableName(table), {
      rows: row.rows,
      columns: new Map(table.columns.map(({ name }, at) => [name, row.sums[at] ?? ''])),
    });
  }
  return contents;
}

const Identities = z.array(
  z.object({ table: z.string(), oid: z.coerce.number(), names: z.record(z.string(), z.string()) }),
);

/** Who a table and a column are whatever they are called. */
export interface Identities {
  /** Name by oid. */
  readonly tables: ReadonlyMap<number, string>;
  /** Names of the columns by number, by oid of the table. */
  readonly columns: ReadonlyMap<number, ReadonlyMap<string, string>>;
}

export async function readIdentities(database: Pick<BareDatabase, 'query'>): Promise<Identities> {
  const rows = Identities.parse(
    await database.query(`
      SELECT c.oid, CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS table,
        (SELECT coalesce(json_object_agg(a.attnum, a.attname), '{}') FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS names
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`),
  );
  return {
    tables: new Map(rows.map(({ oid, table }) => [oid, table])),
    columns: new Map(rows.map(({ oid, names }) => [oid, new Map(Object.entries(names))])),
  };
}
