import { openEmptyDatabase } from '../database/empty-database';
import { requirePostgres } from '../database/engine';
import { findMigrator, type Migrator } from '../database/migrator';
import type { SchemaSnapshot } from '../database/read-snapshot';
import type { Row, Session } from '../database/session';
import type { Inspection } from '../inspection';
import type { InspectionSetting } from '../open-inspection';

/** One row of pg_stat_statements. */
export interface StatementCount {
  readonly query: string;
  readonly calls: number;
  readonly rows: number;
  readonly meanMs: number;
}

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly maxLength: number | null;
  /** As `pg_get_expr` spells it; `identity` for an identity column. */
  readonly default: string | null;
  /** Computed by the server from other columns. */
  readonly generated: boolean;
  readonly comment: string | null;
}

export interface Constraint {
  readonly name: string;
  readonly kind: 'primary-key' | 'unique' | 'check' | 'foreign-key' | 'exclusion';
  readonly columns: readonly string[];
  /** As `pg_get_constraintdef` spells it. */
  readonly definition: string;
  /** Of a foreign key. */
  readonly references: { readonly table: string; readonly columns: readonly string[] } | null;
}

export interface Index {
  readonly name: string;
  /** Leading columns first; an expression is its text. */
  readonly columns: readonly string[];
  readonly unique: boolean;
  readonly definition: string;
}

export interface Table {
  readonly schema: string;
  readonly name: string;
  readonly comment: string | null;
  readonly columns: readonly Column[];
  readonly constraints: readonly Constraint[];
  readonly indexes: readonly Index[];
}

/** A PostgreSQL database with the migrations of a tree; the book-keeping table of the migration tool is left out. */
export interface MigratedDatabase {
  readonly name: string;
  /** With a unix socket; what the service gets in its environment. Its role owns the database and nothing else. */
  readonly url: string;
  /** Folder of the socket, to be mounted read-write; empty where the server is reached over TCP, without sandbox. */
  readonly socketDir: string;
  readonly version: string;
  /** As they were when it was opened; empty without migrations. */
  readonly tables: readonly Table[];
  /** How the tree migrates; null where it has no migrations. */
  readonly migrator: Migrator | null;
  /** Runs as a role of its own with the owner's rights; SQL that is refused throws pg's DatabaseError. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** One connection with a transaction that is rolled back when `work` ends, for trying what must leave nothing. */
  rolledBack<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** The tables as they are now. */
  readTables(): Promise<readonly Table[]>;
  readSnapshot(): Promise<SchemaSnapshot>;
  /** Statements executed in this database since `resetStatements`, those of `query` left out. */
  statements(): Promise<readonly StatementCount[]>;
  resetStatements(): Promise<void>;
}

export interface DatabaseOptions {
  /** Without a single migration, to run them one by one. */
  readonly empty?: boolean;
}

/**
 * Makes a database with all migrations of the tree, or with none where it has none; `dispose` drops it.
 * @throws DoesNotApply (`no-database`); CannotTell naming the statement, its place and what the server said
 */
export async function openMigratedDatabase(
  inspection: Inspection,
  setting: Pick<InspectionSetting, 'postgres' | 'sandbox'>,
  options: DatabaseOptions = {},
): Promise<MigratedDatabase & { dispose(): Promise<void> }> {
  await requirePostgres(inspection);
  const migrator = await findMigrator(inspection);
  const database = await openEmptyDatabase(setting, inspection.signal);
  try {
    if (migrator !== null && options.empty !== true) await migrator.up(database);
    const tables = await database.readTables();
    return { ...database, tables, migrator };
  } catch (error) {
    await database.dispose();
    throw error;
  }
}
