import { join } from 'node:path';
import type { Survey } from '../../domain/target/survey';
import type { MigratedDatabase } from '../facts/database';
import { freePort } from './free-port';
import type { Stage } from './open-stage';
import type { RelayCommand } from './protocol';

const DEFAULT_PORT = 5432;

/** How the service reaches its database. */
export interface DatabaseAccess {
  /** As the service's language reads it. */
  readonly url: string;
  /** What libraries read without a URL: PGHOST and its kin, or Spring's settings. */
  readonly variables: Readonly<Record<string, string>>;
}

interface Way {
  readonly stage: Pick<Stage, 'relay' | 'scratch'>;
  readonly survey: Survey;
  /** Through the stage, which can cut it. */
  readonly interruptible: boolean;
  readonly confined: boolean;
}

/**
 * The way to the database: its own socket, or one of the stage's that can be cut. Java speaks TCP only, so there the
 * stage listens on a port.
 */
export async function databaseAccess(
  database: Pick<MigratedDatabase, 'url' | 'socketDir'>,
  way: Way,
): Promise<DatabaseAccess> {
  const server = serverOf(database);
  return way.survey.stack === 'java' ? accessOverPort(server, way) : accessOverSocket(server, way);
}

async function accessOverPort(
  { name, user, password, target }: Server,
  { stage, confined }: Way,
): Promise<DatabaseAccess> {
  const port = confined ? DEFAULT_PORT : await freePort();
  await stage.relay({ listen: { port }, target });
  const query = new URLSearchParams({ user, ...(password === '' ? {} : { password }) });
  const url = `jdbc:postgresql://127.0.0.1:${String(port)}/${name}?${query.toString()}`;
  return {
    url,
    variables: {
      SPRING_DATASOURCE_URL: url,
      SPRING_DATASOURCE_USERNAME: user,
      SPRING_DATASOURCE_PASSWORD: password,
    },
  };
}

async function accessOverSocket(
  { host, port, name, user, password, target, url }: Server,
  { stage, interruptible }: Way,
): Promise<DatabaseAccess> {
  const folder = interruptible ? stage.scratch : host;
  if (interruptible) {
    await stage.relay({ listen: { path: socketIn(folder, DEFAULT_PORT) }, target });
    url.hostname = 'localhost';
    url.port = '';
    url.searchParams.set('host', folder);
    url.searchParams.delete('port');
  }
  return {
    // Python's libraries know no other scheme, the others do not mind.
    url: url.href.replace(/^postgres:/, 'postgresql:'),
    variables: {
      PGHOST: folder,
      PGPORT: String(interruptible ? DEFAULT_PORT : port),
      PGUSER: user,
      PGDATABASE: name,
      ...(password === '' ? {} : { PGPASSWORD: password }),
    },
  };
}

interface Server {
  /** Folder of a socket, or a host. */
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  readonly password: string;
  readonly target: RelayCommand['target'];
  readonly url: URL;
}

function serverOf({ url: text, socketDir }: Pick<MigratedDatabase, 'url' | 'socketDir'>): Server {
  const url = new URL(text);
  const port = Number(url.searchParams.get('port') ?? (url.port === '' ? DEFAULT_PORT : url.port));
  const host = socketDir === '' ? url.hostname : socketDir;
  return {
    host,
    port,
    name: decodeURIComponent(url.pathname.slice(1)),
    user: url.username === '' ? 'postgres' : decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    target: socketDir === '' ? { host, port } : { path: socketIn(host, port) },
    url,
  };
}

function socketIn(folder: string, port: number): string {
  return join(folder, `.s.PGSQL.${String(port)}`);
}
