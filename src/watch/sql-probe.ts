import { Socket } from 'node:net';
import { Client, DatabaseError, type QueryConfig } from 'pg';
import type { WatchCheck } from '../domain/coordination/coordination-settings';
import { redactSecrets } from '../process/redact';
import { deadline } from '../process/deadline';
import { CouldNotAsk, networkCode } from './could-not-ask';

type SqlCheck = Extract<WatchCheck, { kind: 'sql' }>;

/** SQLSTATE of a statement that ran into statement_timeout, or was cancelled. */
const QUERY_CANCELED = '57014';

/**
 * Asks a database one number, in a read-only transaction that is rolled back.
 * @throws CouldNotAsk without the address, and without what the database said of its data
 */
export async function askSql(
  check: SqlCheck,
  context: {
    readonly variable: (name: string) => string | undefined;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { timeoutMs, signal } = context;
  const url = context.variable(check.urlEnv)?.trim() ?? '';
  if (url === '')
    throw new CouldNotAsk(`the worker has no variable ${check.urlEnv} with the database's address`);
  // Any other variable of the worker named here would be looked up as a host, and so told to a name server.
  if (!/^postgres(ql)?:\/\//i.test(url)) {
    throw new CouldNotAsk(
      `the variable ${check.urlEnv} holds no address of a PostgreSQL database (postgres://…)`,
    );
  }
  const socket = new Socket();
  const late = deadline(signal, timeoutMs);
  const cut = (): void => void socket.destroy();
  late.addEventListener('abort', cut, { once: true });
  try {
    return numberOf(await firstRows(url, check.query, socket, timeoutMs));
  } catch (error) {
    throw late.aborted
      ? new CouldNotAsk(`no answer within ${timeoutMs / 1000} s`)
      : explain(error, timeoutMs);
  } finally {
    late.removeEventListener('abort', cut);
    socket.destroy();
  }
}

async function firstRows(
  url: string,
  query: string,
  socket: Socket,
  timeoutMs: number,
): Promise<readonly (readonly unknown[])[]> {
  const client = new Client({
    connectionString: url,
    stream: () => socket,
    statement_timeout: timeoutMs,
    application_name: 'deployment-watch',
  });
  // A server that goes away between two replies would otherwise end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION READ ONLY');
    // The extended protocol takes one statement only, so that none can end the transaction; of a cursor, two rows tell
    // that there are too many.
    const statement = { text: `DECLARE watched NO SCROLL CURSOR FOR ${query}`, queryMode: 'extended' };
    await client.query(statement as QueryConfig);
    const { rows } = await client.query<unknown[]>({ text: 'FETCH 2 FROM watched', rowMode: 'array' });
    return rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function numberOf(rows: readonly (readonly unknown[])[]): number {
  const [row] = rows;
  if (row === undefined) throw new CouldNotAsk('the query answered no row');
  if (rows.length > 1) throw new CouldNotAsk('the query answered more than one row');
  if (row.length !== 1) throw new CouldNotAsk(`the query answered ${row.length} columns, not one`);
  const [value] = row;
  if (value === null) throw new CouldNotAsk('the query answered NULL');
  // numeric and bigint come as text.
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && value.trim() !== '') {
    const number = Number(value);
    if (!Number.isNaN(number)) return number;
  }
  throw new CouldNotAsk('the query answered something that is no number');
}

function explain(error: unknown, timeoutMs: number): CouldNotAsk {
  if (error instanceof CouldNotAsk) return error;
  if (error instanceof DatabaseError) {
    const state = error.code ?? 'unknown';
    if (state === QUERY_CANCELED) return new CouldNotAsk(`no answer within ${timeoutMs / 1000} s`);
    // Errors of class 42 are about the query's own text; others may quote data, users or addresses.
    const about = state.startsWith('42') ? `: ${redactSecrets(error.message).slice(0, 200)}` : '';
    return new CouldNotAsk(`the database refused (SQLSTATE ${state})${about}`);
  }
  return new CouldNotAsk(`the database cannot be reached (${networkCode(error)})`);
}
