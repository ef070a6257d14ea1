import { DatabaseError } from 'pg';
import type { BareDatabase } from '../database/empty-database';
import { quoteName } from '../database/quote-name';
import type { MigrationFailed } from '../database/run-script';
import { cutText } from './record';
import type { FailedRun } from './run-migrations';

/** What failed, in one line. */
export function describeFailure(failure: FailedRun): string {
  return failure.kind === 'command' ? failure.text : cutText(failure.failed.message, 900);
}

/** What the server said, and a row that shows it as far as one can be found. */
export async function showFailure(database: BareDatabase, failure: FailedRun): Promise<string[]> {
  if (failure.kind === 'command') return [failure.text];
  const { failed } = failure;
  const detail = failed.details?.detail;
  const row = await offendingRow(database, failed);
  return [
    failed.message,
    ...(detail === undefined ? [] : [detail]),
    ...(row === null ? [] : [`for example the row ${row}`]),
  ];
}

async function offendingRow(database: BareDatabase, failed: MigrationFailed): Promise<string | null> {
  const { table, schema, column } = failed.details ?? {};
  if (table === undefined || schema === undefined) return null;
  const name = `${quoteName(schema)}.${quoteName(table)}`;
  const check = failed.code === '23514' ? /\bcheck\s*\((.*)\)/is.exec(failed.statement)?.[1] : undefined;
  const conditions = [
    ...(check === undefined ? [] : [`NOT (${check})`]),
    ...(failed.code === '23502' && column !== undefined ? [`${quoteName(column)} IS NULL`] : []),
    // A column that is only being added has no value in any row.
    ...(failed.code === '23502' ? ['true'] : []),
  ];
  for (const condition of conditions) {
    try {
      const [row] = await database.rolledBack((session) =>
        session.rows(`SELECT row_to_json(t)::text AS line FROM ${name} t WHERE ${condition} LIMIT 1`),
      );
      if (typeof row?.['line'] === 'string') return cutText(row['line'], 600);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
    }
  }
  return null;
}
