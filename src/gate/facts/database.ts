import { CannotTell } from '../checker';
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
  readonly default: string | null;
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
  /** With a unix socket; what the service gets in its environment. */
  readonly url: string;
  /** Folder of the socket, to be mounted read-write. */
  readonly socketDir: string;
  readonly version: string;
  readonly tables: readonly Table[];
  query(sql: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Statements executed in this database since `resetStatements`, those of `query` left out. */
  statements(): Promise<readonly StatementCount[]>;
  resetStatements(): Promise<void>;
}

/** Makes a database with all migrations of the tree; `dispose` drops it. */
export function openMigratedDatabase(
  _inspection: Inspection,
  _setting: InspectionSetting,
): Promise<MigratedDatabase & { dispose(): Promise<void> }> {
  return Promise.reject(new CannotTell('migrations cannot be run yet'));
}
