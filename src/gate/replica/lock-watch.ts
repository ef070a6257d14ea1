import { z } from 'zod';
import { openSession } from '../database/session';

const EVERY_MS = 8;

/** Table locks of PostgreSQL, weakest first (documentation, "Explicit Locking"). */
const LOCK_STRENGTH = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const;

/** A lock that was seen on a table of before, granted or waited for. */
interface SeenLock {
  readonly at: number;
  readonly table: string;
  readonly mode: string;
}

/** Looks at pg_locks for as long as a migration runs; times are those of `performance.now()`. */
export interface LockWatch {
  readonly locks: readonly SeenLock[];
  /** Backends of the load that were seen waiting for the migration. */
  readonly waits: readonly { readonly pid: number; readonly at: number }[];
  /** Looks once more, now: what a transaction holds can be seen until it ends. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** The stronger of two locks; null: none. */
export function stronger(a: string | null, b: string): string {
  const strength = (mode: string | null): number => LOCK_STRENGTH.findIndex((name) => name === mode);
  return strength(b) > strength(a) ? b : (a ?? b);
}

const Rows = z.array(
  z.object({ pid: z.number(), table: z.string().nullable(), mode: z.string().nullable() }),
);

const QUERY = `
WITH own AS (SELECT pid FROM pg_catalog.pg_stat_activity WHERE usename = $1 AND datname = current_database())
SELECT l.pid, t.name AS table, l.mode
FROM pg_catalog.pg_locks l JOIN unnest($3::oid[], $4::text[]) AS t(oid, name) ON t.oid = l.relation
WHERE l.locktype = 'relation' AND l.pid IN (SELECT pid FROM own)
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
UNION ALL
SELECT DISTINCT l.pid, NULL, NULL FROM pg_catalog.pg_locks l
WHERE NOT l.granted AND l.pid = ANY($2::int[])
  AND EXISTS (SELECT FROM unnest(pg_catalog.pg_blocking_pids(l.pid)) AS b(pid) WHERE b.pid IN (SELECT pid FROM own))`;

const Tables = z.array(z.object({ oid: z.coerce.number(), name: z.string() }));

/** @param request whose migration it is, and the backends of the load beside it */
export async function startLockWatch(
  url: string,
  { owner, pids }: { readonly owner: string; readonly pids: readonly number[] },
  signal: AbortSignal,
): Promise<LockWatch> {
  const session = await openSession(url, signal);
  const locks: SeenLock[] = [];
  const waits: { pid: number; at: number }[] = [];
  const tables = Tables.parse(
    await session.rows(
      `SELECT c.oid, CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS name
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`,
    ),
  );
  const values = [owner, pids, tables.map(({ oid }) => oid), tables.map(({ name }) => name)];
  const look = async (): Promise<void> => {
    const rows = Rows.parse(await session.rows(QUERY, values));
    const at = performance.now();
    for (const { pid, table, mode } of rows) {
      if (table === null || mode === null) waits.push({ pid, at });
      else locks.push({ at, table, mode });
    }
  };
  const stopping = { now: false };
  const watching = (async (): Promise<void> => {
    while (!stopping.now) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  // Told when it is waited for.
  watching.catch(() => undefined);
  return {
    locks,
    waits,
    look,
    stop: async () => {
      stopping.now = true;
      try {
        await watching;
      } finally {
        await session.end();
      }
    },
  };
}
