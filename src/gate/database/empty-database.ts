import { z } from 'zod';
import { errorCodeOf, errorMessageOf } from '../../config/error-code';
import { redactSecrets } from '../../process/redact';
import { READ_STATEMENTS } from '../../domain/database/in-turn';
import type { ConfinedDatabase, ConfinedOptions } from '../../postgres/postgres-server';
import { CannotTell } from '../checker';
import type { MigratedDatabase, StatementCount } from '../facts/database';
import type { CheckDatabaseServer } from '../run-check';
import type { InspectionSetting } from '../open-inspection';
import { readCatalog } from './read-catalog';
import { readSnapshot } from './read-snapshot';
import { openSession, type Session } from './session';

/** A database as it was made, without saying what migrates it. */
export type BareDatabase = Omit<MigratedDatabase, 'tables' | 'migrator'> & {
  readonly confined: ConfinedDatabase;
  /** Ends the connections and leaves the database, e.g. to be copied. */
  close(): Promise<void>;
  dispose(): Promise<void>;
};

interface BareOptions {
  /** Most a statement of `query` may take; absent: what the role allows. */
  readonly patienceMs?: number;
}

const Version = z.array(z.object({ version: z.string() })).length(1);

/** A fresh database, or a copy of another one, on the server all checks share. @throws CouldNotRun when there is no server, CannotTell when it is no use */
export async function openEmptyDatabase(
  setting: Pick<InspectionSetting, 'postgres' | 'sandbox'>,
  signal: AbortSignal,
  { patienceMs, ...options }: ConfinedOptions & BareOptions = {},
): Promise<BareDatabase> {
  const server = await reachServer(setting);
  const database = await createDatabase(server, options);
  const sessions: Session[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(sessions.map((session) => session.end()));
  };
  const dispose = async (): Promise<void> => {
    await close();
    // A database that cannot be dropped goes with its server.
    await database.drop().catch(() => undefined);
  };
  const open = async (url: string): Promise<Session> => {
    const session = await openSession(url, signal, patienceMs === undefined ? {} : { timeoutMs: patienceMs });
    sessions.push(session);
    if (patienceMs !== undefined) await session.execute(`SET statement_timeout = ${patienceMs}`);
    return session;
  };
  try {
    const inspector = await open(database.inspectorUrl);
    const [row] = Version.parse(await inspector.rows('SHOW server_version').then(renamed));
    return {
      confined: database,
      name: database.name,
      url: database.url,
      socketDir: server.socketDir ?? '',
      version: row?.version ?? '',
      query: (sql, values) => inspector.rows(sql, values),
      rolledBack: async (work) => {
        const session = await openSession(database.inspectorUrl, signal);
        try {
          await session.execute('BEGIN');
          return await work(session);
        } finally {
          await session.execute('ROLLBACK').catch(() => undefined);
          await session.end();
        }
      },
      readTables: () => readCatalog(inspector),
      readSnapshot: () => readSnapshot(inspector),
      statements: () => readStatements(server.adminUrl, database, signal),
      resetStatements: () => resetStatements(server.adminUrl, database, signal),
      close,
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

const renamed = (rows: readonly Readonly<Record<string, unknown>>[]): unknown =>
  rows.map((row) => ({ version: row['server_version'] }));

async function reachServer(
  setting: Pick<InspectionSetting, 'postgres' | 'sandbox'>,
): Promise<CheckDatabaseServer> {
  let server: CheckDatabaseServer;
  try {
    server = await setting.postgres();
  } catch (error) {
    throw new CannotTell(`there is no PostgreSQL: ${redactSecrets(errorMessageOf(error))}`, { cause: error });
  }
  if (setting.sandbox.level !== 'none' && server.socketDir === undefined) {
    throw new CannotTell(
      'the PostgreSQL for checks is reached over TCP, and checks have no network; give COORDINATOR_REPLICA_URL with a unix socket (?host=/folder) or leave it out',
    );
  }
  return server;
}

/** SQLSTATE of PostgreSQL, Appendix A. */
const INSUFFICIENT_PRIVILEGE = '42501';

async function createDatabase(
  server: CheckDatabaseServer,
  options: ConfinedOptions,
): Promise<ConfinedDatabase> {
  if (server.createConfinedDatabase === undefined) {
    throw new CannotTell('the PostgreSQL for checks makes no databases for SQL nobody vouches for');
  }
  try {
    return await server.createConfinedDatabase(options);
  } catch (error) {
    const lacksRights = errorCodeOf(error) === INSUFFICIENT_PRIVILEGE;
    const remedy = lacksRights ? '; the role of COORDINATOR_REPLICA_URL needs CREATEDB and CREATEROLE' : '';
    throw new CannotTell(`no database could be made${remedy}: ${redactSecrets(errorMessageOf(error))}`, {
      cause: error,
    });
  }
}

const StatementRows = z.array(
  z.object({
    query: z.string(),
    calls: z.coerce.number(),
    rows: z.coerce.number(),
    mean: z.coerce.number(),
  }),
);

// The view is read in the maintenance database: nothing of it is to be seen in the target's.
const STATEMENTS = `
SELECT s.query, sum(s.calls) AS calls, sum(s.rows) AS rows,
  sum(s.total_exec_time) / greatest(sum(s.calls), 1) AS mean
FROM pg_stat_statements s
WHERE s.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = $1)
  AND s.userid <> (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $2)
  AND s.query IS NOT NULL
GROUP BY s.query ORDER BY calls DESC LIMIT 5000`;

async function readStatements(
  adminUrl: string,
  { name, inspector }: ConfinedDatabase,
  signal: AbortSignal,
): Promise<readonly StatementCount[]> {
  const rows = await withStatistics(adminUrl, signal, (session) =>
    session.rows(STATEMENTS, [name, inspector]),
  );
  return StatementRows.parse(rows).map(({ mean, ...row }) => ({ ...row, meanMs: mean }));
}

async function resetStatements(
  adminUrl: string,
  { name }: ConfinedDatabase,
  signal: AbortSignal,
): Promise<void> {
  await withStatistics(adminUrl, signal, (session) =>
    session.rows(
      'SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = $1), 0)',
      [name],
    ),
  );
}

async function withStatistics<T>(
  adminUrl: string,
  signal: AbortSignal,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(adminUrl, signal);
  try {
    await session.rows(READ_STATEMENTS);
    return await use(session);
  } catch (error) {
    if (error instanceof CannotTell) throw error;
    signal.throwIfAborted();
    throw new CannotTell(
      `the PostgreSQL for checks has no statement statistics (shared_preload_libraries=pg_stat_statements): ${redactSecrets(errorMessageOf(error))}`,
      { cause: error },
    );
  } finally {
    await session.end();
  }
}
