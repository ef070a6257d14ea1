/** A running PostgreSQL: one somebody configured, or a private one that ends with this process. */
export interface PostgresServer {
  readonly source: PostgresSource;
  readonly version: string;
  /** Superuser's address of the maintenance database; over a unix socket `…@localhost/postgres?host=<folder>`. */
  readonly adminUrl: string;
  /** Where the socket of a private server is; every local user may connect. */
  readonly socketDir?: string;
  /** A fresh empty database under a name of its own. */
  createDatabase(): Promise<PostgresDatabase>;
  /** Ends a private server and removes its data; drops what was created on a configured one. */
  stop(): Promise<void>;
}

export interface PostgresDatabase {
  readonly url: string;
  readonly name: string;
  /** Disconnects whoever is still connected. */
  drop(): Promise<void>;
}

export type PostgresSource = 'configured' | 'path' | 'embedded';

/** No PostgreSQL could be had; the message goes through every source and says what to do. */
export class PostgresUnavailable extends Error {
  override readonly name = 'PostgresUnavailable';
}
