/** A running PostgreSQL: one somebody configured, or a private one that ends with this process. */
export interface PostgresServer {
  readonly source: PostgresSource;
  readonly version: string;
  /** Superuser's address of the maintenance database; over a unix socket `…@localhost/postgres?host=<folder>`. Not for commands of a target. */
  readonly adminUrl: string;
  /** Where the socket of a private server is; every local user may connect, with a password. */
  readonly socketDir?: string;
  /** A fresh empty database under a name of its own. */
  createDatabase(): Promise<PostgresDatabase>;
  /** A fresh empty database for SQL nobody vouches for, owned by a role that can do nothing outside it. */
  createConfinedDatabase(options?: ConfinedOptions): Promise<ConfinedDatabase>;
  /** Ends a private server and removes its data; drops what was created on a configured one. */
  stop(): Promise<void>;
}

export interface PostgresDatabase {
  readonly url: string;
  readonly name: string;
  /** Disconnects whoever is still connected. */
  drop(): Promise<void>;
}

export interface ConfinedOptions {
  /** The owner may create more databases, as tests do; they go with this one. */
  readonly mayCreateDatabases?: boolean;
  /**
   * Begin with the contents of this one, made on the same server. It is closed to its own roles from then on and whoever
   * is connected to it is cut off, so that nobody changes what others are copied from.
   */
  readonly copyOf?: Pick<ConfinedDatabase, 'name' | 'owner'>;
}

/** A database whose owner cannot reach beyond it; dropping it drops its roles too. */
export interface ConfinedDatabase extends PostgresDatabase {
  /** Address for a second role with the owner's rights, so that its statements can be told from the owner's. */
  readonly inspectorUrl: string;
  /** The owner's address of the maintenance database, where databases are created; only with `mayCreateDatabases`. */
  readonly maintenanceUrl: string | null;
  readonly owner: string;
  readonly inspector: string;
}

export type PostgresSource = 'configured' | 'path' | 'embedded';

/** No PostgreSQL could be had; the message goes through every source and says what to do. */
export class PostgresUnavailable extends Error {
  override readonly name = 'PostgresUnavailable';
}
