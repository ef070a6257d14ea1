import { join } from 'node:path';
import type { Survey } from '../../domain/survey';
import type { MigratedDatabase } from '../facts/database';
import { freePort } from './free-port';
import type { Stage } from './open-stage';

const DEFAULT_PORT = 5432;

/** How the service reaches its database. */
export interface DatabaseAccess {
  /** As the service's language reads it. */
  readonly url: string;
  /** What libraries read without a URL: PGHOST and its kin, or Spring's settings. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * The way to the database: its own socket, or one of the stage's that can be cut. Java speaks TCP only, so there the
 * stage listens on a port.
 */
export async function databaseAccess(
  database: Pick<MigratedDatabase, 'url' | 'socketDir'>,
  way: {
    readonly stage: Pick<Stage, 'relay' | 'scratch'>;
    readonly survey: Survey;
    readonly interruptible: boolean;
    readonly confined: boolean;
  },
): Promise<DatabaseAccess> {
  const { stage, survey, interruptible, confined } = way;
  const { name, user, port } = partsOf(database.url);
  const socket = (folder: string): string => join(folder, `.s.PGSQL.${String(port)}`);
  const target = socket(database.socketDir);
  if (survey.stack === 'java') {
    const listened = confined ? DEFAULT_PORT : await freePort();
    await stage.relay({ listen: { port: listened }, target });
    const url = `jdbc:postgresql://127.0.0.1:${String(listened)}/${name}?user=${user}`;
    return {
      url,
      variables: { SPRING_DATASOURCE_URL: url, SPRING_DATASOURCE_USERNAME: user },
    };
  }
  const folder = interruptible ? stage.scratch : database.socketDir;
  if (interruptible) await stage.relay({ listen: { path: socket(folder) }, target });
  return {
    // Python's libraries know no other scheme, the others do not mind.
    url: `postgresql://${user}@localhost/${name}?host=${encodeURIComponent(folder)}${port === DEFAULT_PORT ? '' : `&port=${String(port)}`}`,
    variables: { PGHOST: folder, PGPORT: String(port), PGUSER: user, PGDATABASE: name },
  };
}

function partsOf(url: string): { readonly name: string; readonly user: string; readonly port: number } {
  const { pathname, username, port, searchParams } = new URL(url);
  return {
    name: decodeURIComponent(pathname.slice(1)),
    user: username === '' ? 'postgres' : decodeURIComponent(username),
    port: Number(searchParams.get('port') ?? (port === '' ? DEFAULT_PORT : port)),
  };
}
