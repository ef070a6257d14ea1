import { setMaxListeners } from 'node:events';
import { Client, DatabaseError, Query, type QueryConfig } from 'pg';
import { CannotTell } from '../checker';
import { errorMessageOf } from '../../config/error-code';

export type Row = Readonly<Record<string, unknown>>;

const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than what the role's own statement_timeout allows: for a session that lifted it. */
const QUERY_TIMEOUT_MS = 40_000;

/** One connection. SQL it refuses throws pg's DatabaseError; a connection that is gone throws `CannotTell`. */
export interface Session {
  /** Runs statements and throws their rows away, however many. */
  execute(sql: string): Promise<void>;
  rows(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  end(): Promise<void>;
}

interface SessionOptions {
  /** Most a statement may take; the role's own statement_timeout holds as well unless the session lifts it. */
  readonly timeoutMs?: number;
}

/** Connects; an aborted signal cuts the connection, and what waits for it throws. */
export async function openSession(
  url: string,
  signal: AbortSignal,
  { timeoutMs = QUERY_TIMEOUT_MS }: SessionOptions = {},
): Promise<Session> {
  signal.throwIfAborted();
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'gate',
  });
  // A server that goes away between two replies would otherwise end the process.
  client.on('error', () => undefined);
  await guarded(() => client.connect(), signal);
  // One for each session that is open, and there may be many.
  setMaxListeners(0, signal);
  const cut = (): void => void client.end().catch(() => undefined);
  signal.addEventListener('abort', cut, { once: true });
  return {
    execute: (sql) => guarded(() => executeOn(client, sql, timeoutMs), signal),
    rows: (sql, values = []) =>
      guarded(async () => {
        const { rows } = await client.query<Record<string, unknown>>({
          text: sql,
          values: [...values],
          query_timeout: timeoutMs,
        } as QueryConfig);
        return rows;
      }, signal),
    end: async () => {
      signal.removeEventListener('abort', cut);
      await client.end().catch(() => undefined);
    },
  };
}

/**
 * With a listener for rows pg keeps none of them: a statement may answer with more than fits into memory. Its own
 * query_timeout would put a callback in the listener's place.
 */
function executeOn(client: Client, sql: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new CannotTell(`a statement did not end within ${timeoutMs / 1000} s`));
      void client.end().catch(() => undefined);
    }, timeoutMs);
    const query = new Query(sql);
    query.on('row', () => undefined);
    query.on('end', () => {
      clearTimeout(timer);
      resolve();
    });
    query.on('error', (error: Error) => {
      clearTimeout(timer);
      reject(error);
    });
    client.query(query);
  });
}

async function guarded<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await act();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DatabaseError && !isOutage(error.code)) throw error;
    if (error instanceof CannotTell) throw error;
    throw new CannotTell(`the database does not answer: ${errorMessageOf(error).slice(0, 200)}`, {
      cause: error,
    });
  }
}

/** Classes of SQLSTATE that speak of the server, not of the statement. */
function isOutage(code: string | undefined): boolean {
  return code === undefined || /^(?:08|57P|58|XX|53)/.test(code);
}
