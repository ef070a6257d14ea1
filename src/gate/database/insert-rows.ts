import { DatabaseError } from 'pg';
import { z } from 'zod';
import type { MigratedDatabase, Table } from '../facts/database';
import { quoteName, quoteTable } from './quote-name';
import type { ValueSource } from './sample-values';

/** Refused rows of one table before no more are tried. */
export const MOST_REFUSED = 300;

/** How one column is filled. */
export interface FilledColumn {
  readonly name: string;
  /** NULL is the last of its sources. */
  readonly nullable: boolean;
  readonly sources: readonly ValueSource[];
  chosen: number;
  /** NULL in the rows whose number says so; absent: as chosen in every row. */
  nullAt?: (n: number) => boolean;
}

const Counted = z.array(z.object({ count: z.coerce.number() })).length(1);

/**
 * Adds rows of consecutive numbers and answers how many were taken; those that a unique key has are left out. Of several
 * rows, those that are refused are left out and counted; a single one that is refused throws.
 */
export async function insertRows(
  database: Pick<MigratedDatabase, 'query'>,
  table: Table,
  columns: readonly FilledColumn[],
  {
    from,
    amount,
    refused,
  }: { readonly from: number; readonly amount: number; readonly refused?: { count: number } },
): Promise<number> {
  const name = quoteTable(table);
  if (columns.length === 0) {
    await database.query(`INSERT INTO ${name} SELECT FROM pg_catalog.generate_series(1, $1::int)`, [amount]);
    return amount;
  }
  const rows = Array.from({ length: amount }, (_, index) => rowOf(columns, from + index));
  const list = columns.map((column) => quoteName(column.name)).join(', ');
  // One parameter for any number of rows; the server reads each value as its column's type.
  const sql = `WITH added AS (INSERT INTO ${name} (${list})
    SELECT ${list} FROM pg_catalog.json_populate_recordset(NULL::${name}, $1) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*) AS count FROM added`;
  const put = async (some: readonly unknown[]): Promise<number> => {
    const [row] = Counted.parse(await database.query(sql, [JSON.stringify(some)]));
    return row?.count ?? 0;
  };
  return refused === undefined ? put(rows) : putMost(put, rows, refused);
}

function rowOf(columns: readonly FilledColumn[], n: number): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    columns.map(({ name, sources, chosen, nullAt }) => [
      name,
      nullAt?.(n) === true ? null : sources[chosen]?.(n),
    ]),
  );
}

/** All rows but those that are refused, which are looked for by halves. */
async function putMost(
  put: (rows: readonly unknown[]) => Promise<number>,
  rows: readonly unknown[],
  refused: { count: number },
): Promise<number> {
  if (rows.length === 0 || refused.count >= MOST_REFUSED) return 0;
  try {
    return await put(rows);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (rows.length === 1) {
      refused.count += 1;
      return 0;
    }
    const half = Math.ceil(rows.length / 2);
    const first = await putMost(put, rows.slice(0, half), refused);
    return first + (await putMost(put, rows.slice(half), refused));
  }
}
