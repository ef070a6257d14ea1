import { DatabaseError } from 'pg';
import { z } from 'zod';
import type { Table } from '../facts/database';
import { quoteName, quoteTable } from '../database/quote-name';
import { openSession, type Session } from '../database/session';

const READERS = 2;
const WRITERS = 2;
/** Rows of a table that are read and written. */
const KEYS = 40;
const MOST_TABLES = 30;
/** Between two requests of one of them. */
const PAUSE_MS = 2;
const WARM_UP_MS = 3000;
/** How long a request is waited for at the end. */
const PATIENCE_MS = 2000;
const LONGEST_REQUEST_MS = 10 * 60_000;

/** One request of a reader or a writer, in milliseconds of `performance.now()`. */
interface SideRequest {
  readonly kind: 'reader' | 'writer';
  /** Backend that served it. */
  readonly pid: number;
  readonly start: number;
  readonly end: number;
}

/** Readers and writers beside a migration. */
export interface SideLoad {
  readonly pids: readonly number[];
  readonly requests: readonly SideRequest[];
  /** Lets every request end and closes the connections. */
  stop(): Promise<void>;
}

interface Traffic {
  readonly table: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/**
 * Reads and writes single rows of tables, each connection one request after another. What a writer changes is taken back
 * at once, in the same request, so that the rows can be compared afterwards.
 */
export async function startSideLoad(
  url: string,
  tables: readonly Table[],
  signal: AbortSignal,
): Promise<SideLoad> {
  const requests: SideRequest[] = [];
  const sessions: Session[] = [];
  const end = async (): Promise<void> => {
    await Promise.all(sessions.map((session) => session.end()));
  };
  try {
    for (let at = 0; at < READERS + WRITERS; at += 1) {
      const session = await openSession(url, signal, { timeoutMs: LONGEST_REQUEST_MS });
      sessions.push(session);
      await session.execute(`SET lock_timeout = 0; SET statement_timeout = 0`);
    }
    const [first] = sessions;
    if (first === undefined) throw new Error('There is no session.');
    const traffic: Traffic[] = [];
    for (const table of tables.slice(0, MOST_TABLES)) traffic.push(await trafficOf(first, table));
    const pids = await Promise.all(sessions.map(pidOf));
    const stopped = { now: traffic.length === 0 };
    const running = sessions.map((session, at) =>
      run(
        session,
        { kind: at < READERS ? 'reader' : 'writer', pid: pids[at] ?? 0, traffic, at },
        {
          stopped,
          requests,
        },
      ),
    );
    // The first request of a connection reads the catalog, which is no wait for anybody.
    const warm = performance.now() + WARM_UP_MS;
    while (performance.now() < warm && pids.some((pid) => !requests.some((one) => one.pid === pid))) {
      if (stopped.now) break;
      await later(PAUSE_MS);
      signal.throwIfAborted();
    }
    return {
      pids,
      requests,
      stop: async () => {
        stopped.now = true;
        // What still waits for a lock that nobody gives back ends with its connection.
        const cut = setTimeout(() => void end(), PATIENCE_MS);
        await Promise.all(running);
        clearTimeout(cut);
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function run(
  session: Session,
  who: {
    readonly kind: SideRequest['kind'];
    readonly pid: number;
    readonly traffic: readonly Traffic[];
    readonly at: number;
  },
  { stopped, requests }: { readonly stopped: { now: boolean }; readonly requests: SideRequest[] },
): Promise<void> {
  const gone = new Set<string>();
  for (let turn = who.at; !stopped.now; turn += 1) {
    const one = who.traffic[turn % who.traffic.length];
    const choices = who.kind === 'reader' ? one?.reads : one?.writes;
    const sql = choices?.[Math.floor(turn / who.traffic.length) % Math.max(1, choices.length)];
    if (one !== undefined && sql !== undefined && !gone.has(one.table)) {
      const start = performance.now();
      try {
        await session.execute(sql);
      } catch (error) {
        // The connection is gone, or was closed: so is this client.
        if (!(error instanceof DatabaseError)) return;
        await session.execute('ROLLBACK').catch(() => undefined);
        // A table or column that the migration took away is asked for no more.
        if (error.code?.startsWith('42') === true) gone.add(one.table);
      }
      requests.push({ kind: who.kind, pid: who.pid, start, end: performance.now() });
    }
    await later(PAUSE_MS);
  }
}

const Pid = z.tuple([z.object({ pid: z.number() })]);
const pidOf = async (session: Session): Promise<number> =>
  Pid.parse(await session.rows('SELECT pg_catalog.pg_backend_pid() AS pid'))[0].pid;

const Conditions = z.array(z.object({ condition: z.string() }));

async function trafficOf(session: Session, table: Table): Promise<Traffic> {
  const name = quoteTable(table);
  const key = table.constraints.find(({ kind }) => kind === 'primary-key')?.columns ?? [];
  const written =
    table.columns.find(({ name: column, generated }) => !generated && !key.includes(column)) ??
    table.columns.find(({ generated }) => !generated);
  const parts = key.map(
    (column) =>
      `'${quoteName(column).replaceAll("'", "''")} = ' || quote_literal(${quoteName(column)}::text)`,
  );
  const conditions =
    key.length === 0
      ? [{ condition: `ctid = (SELECT ctid FROM ${name} LIMIT 1)` }]
      : Conditions.parse(
          await session.rows(
            `SELECT ${parts.join(` || ' AND ' || `)} AS condition FROM ${name} ORDER BY ${key.map(quoteName).join(', ')} LIMIT ${KEYS}`,
          ),
        );
  const column = written === undefined ? null : quoteName(written.name);
  return {
    table: name,
    reads: conditions.map(({ condition }) => `SELECT * FROM ${name} WHERE ${condition}`),
    writes: conditions.flatMap(({ condition }) =>
      column === null ? [] : [`BEGIN; UPDATE ${name} SET ${column} = ${column} WHERE ${condition}; ROLLBACK`],
    ),
  };
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
