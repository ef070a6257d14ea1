import type { MeasuredStatement } from '../../domain/database/rehearsal';
import { CannotTell } from '../checker';
import { isOfTheServer } from '../checkers/database/rehearse-scripts';
import type { BareDatabase } from '../database/empty-database';
import type { MigrationScript } from '../database/migration-plan';
import { type AroundStatement, MigrationFailed, runScript } from '../database/run-script';
import { openSession, type Session } from '../database/session';
import type { Table } from '../facts/database';
import { type LockWatch, startLockWatch, stronger } from './lock-watch';
import type { NewMigrations } from './new-migrations';
import { cutText } from './record';
import { LONGEST_STATEMENT_MS } from './stock';
import { type SideLoad, startSideLoad } from './side-load';

const SHOWN_SQL = 1000;

/** A migration that did not go through: what the server or the tool said. */
export type FailedRun =
  | { readonly kind: 'statement'; readonly failed: MigrationFailed }
  | { readonly kind: 'command'; readonly text: string };

export type Direction = MeasuredStatement['direction'];

/** One stretch of time in which one statement, or one tool, ran. */
interface Stretch {
  readonly migration: string;
  readonly sql: string;
  readonly start: number;
  readonly end: number;
  /** When its locks were last looked at: a transaction keeps them. */
  readonly looked: number;
}

/**
 * Runs the new migrations one way, newest first on the way down; null where they go through.
 * @throws CannotTell where the server, not the migration, is the reason
 */
export async function runMigrations(
  database: BareDatabase,
  added: NewMigrations,
  direction: Direction,
  options: {
    readonly signal: AbortSignal;
    readonly around?: (migration: string) => AroundStatement;
  },
): Promise<FailedRun | null> {
  const { signal, around = () => (_, run) => run() } = options;
  if (added.kind === 'command') return runTool(database, added, direction, around);
  const scripts =
    direction === 'up'
      ? added.migrations.map(({ up }) => up)
      : [...added.migrations].reverse().flatMap(({ down }) => (down === null ? [] : [down]));
  return runScripts(database, scripts, { signal, around });
}

/** Runs scripts of SQL one after another; see `runMigrations`. */
async function runScripts(
  database: BareDatabase,
  scripts: readonly MigrationScript[],
  {
    signal,
    around = () => (_, run) => run(),
  }: { readonly signal: AbortSignal; readonly around?: (migration: string) => AroundStatement },
): Promise<FailedRun | null> {
  const session = await openSession(database.url, signal, { timeoutMs: LONGEST_STATEMENT_MS });
  try {
    for (const script of scripts) {
      await session.execute(`SET statement_timeout = ${LONGEST_STATEMENT_MS}`);
      const failed = await attempt(session, script, around(script.path));
      if (failed !== null) return failed;
    }
    return null;
  } finally {
    await session.end();
  }
}

async function attempt(
  session: Session,
  script: MigrationScript,
  around: AroundStatement,
): Promise<FailedRun | null> {
  try {
    await runScript(session, script, around);
    return null;
  } catch (error) {
    if (!(error instanceof MigrationFailed)) throw error;
    // A lock it did not get is what the load is there for.
    if (isOfTheServer(error.code) && error.code !== '55P03' && error.code !== null) {
      throw new CannotTell(cutText(error.message, 500), { cause: error });
    }
    return { kind: 'statement', failed: error };
  }
}

async function runTool(
  database: BareDatabase,
  { migrator, back, tool, files }: Extract<NewMigrations, { kind: 'command' }>,
  direction: Direction,
  around: (migration: string) => AroundStatement,
): Promise<FailedRun | null> {
  if (direction === 'down' && back === null) throw new Error('There is no way down; nothing should run it.');
  const name = files.join(', ');
  try {
    await around(name)(`(${direction}, run by ${tool})`, () =>
      direction === 'up' ? migrator.up(database) : (back?.(database) ?? Promise.resolve()),
    );
    return null;
  } catch (error) {
    // The commands of a target fail for what it says itself; see `byCommand`.
    if (!(error instanceof CannotTell)) throw error;
    return { kind: 'command', text: cutText(error.message, 1000) };
  }
}

/** What a run came to with readers and writers beside it. */
export interface MeasuredRun {
  readonly failed: FailedRun | null;
  readonly statements: readonly MeasuredStatement[];
  readonly requests: number;
}

/** Runs the new migrations one way while the tables that are there are read and written. */
export async function measureMigrations(
  database: BareDatabase,
  added: NewMigrations,
  direction: Direction,
  { tables, signal }: { readonly tables: readonly Table[]; readonly signal: AbortSignal },
): Promise<MeasuredRun> {
  const { inspectorUrl, owner } = database.confined;
  const load = await startSideLoad(inspectorUrl, tables, signal);
  let watch: LockWatch | undefined;
  const stretches: Stretch[] = [];
  try {
    watch = await startLockWatch(inspectorUrl, { owner, pids: load.pids }, signal);
    const seen = watch;
    const failed = await runMigrations(database, added, direction, {
      signal,
      around: (migration) => async (sql, run) => {
        const start = performance.now();
        await run();
        const end = performance.now();
        await seen.look();
        stretches.push({ migration, sql, start, end, looked: performance.now() });
      },
    });
    await load.stop();
    await watch.stop();
    return {
      failed,
      statements: stretches.slice(0, 500).map((stretch) => toStatement(stretch, direction, load, seen)),
      requests: load.requests.length,
    };
  } finally {
    await load.stop();
    await watch?.stop().catch(() => undefined);
  }
}

function toStatement(
  { migration, sql, start, end, looked }: Stretch,
  direction: Direction,
  load: SideLoad,
  { locks, waits }: LockWatch,
): MeasuredStatement {
  const held = locks.filter(({ at }) => at >= start && at <= looked);
  const meanwhile = load.requests.filter((request) => request.start <= looked && request.end >= start);
  const blocked = (kind: 'reader' | 'writer'): number =>
    meanwhile
      .filter(
        (request) =>
          request.kind === kind &&
          waits.some(({ pid, at }) => pid === request.pid && at >= request.start && at <= request.end),
      )
      .reduce((most, request) => Math.max(most, request.end - request.start), 0);
  const lock = held.reduce<string | null>((strongest, { mode }) => stronger(strongest, mode), null);
  return {
    migration: migration.slice(0, 300),
    direction,
    sql: cutText(sql.replace(/\s+/g, ' ').trim(), SHOWN_SQL),
    lock,
    tables: [...new Set(held.filter(({ mode }) => mode === lock).map(({ table }) => table))].slice(0, 50),
    runMs: round(end - start),
    readersBlockedMs: round(blocked('reader')),
    writersBlockedMs: round(blocked('writer')),
    samples: meanwhile.length,
  };
}

const round = (ms: number): number => Math.round(ms * 10) / 10;
