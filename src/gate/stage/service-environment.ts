import { randomBytes } from 'node:crypto';
import type { GateSettings } from '../../domain/quality-gate/gate-settings';
import type { Survey } from '../../domain/target/survey';
import type { ServiceOptions } from '../facts/service';
import type { DatabaseAccess } from './database-access';

const SECRET_BYTES = 24;

/**
 * What the service is given beyond PATH and home: the configured variables, port and database, a made-up value for each
 * variable it needs and nobody configured, and what the caller changes. It runs as in production.
 */
export function serviceEnvironment(of: {
  readonly run: NonNullable<GateSettings['run']>;
  readonly settings: GateSettings;
  readonly survey: Survey;
  readonly access: DatabaseAccess | null;
  readonly port: number;
  readonly options: Pick<ServiceOptions, 'env'>;
}): Record<string, string> {
  const { run, settings, access, port, options } = of;
  const urlEnv = settings.database?.urlEnv ?? 'DATABASE_URL';
  const given: Record<string, string> = {
    NODE_ENV: 'production',
    ...madeUpValues(run.requiredEnv),
    ...run.env,
    ...(access === null ? {} : { ...access.variables, [urlEnv]: access.url }),
    [run.portEnv]: String(port),
  };
  const changed = Object.entries(options.env ?? {});
  const taken = changed.filter(([, value]) => value === null).map(([name]) => name);
  // Without its URL a service must not find the database by the variables that libraries read on their own.
  const alsoTaken = taken.includes(urlEnv) ? Object.keys(access?.variables ?? {}) : [];
  const added = changed.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  return Object.fromEntries(
    [...Object.entries({ ...given, ...Object.fromEntries(added) })].filter(
      ([name]) => !taken.includes(name) && !alsoTaken.includes(name),
    ),
  );
}

/** Values for variables that are needed and that nobody configured. */
export function madeUpValues(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, madeUpValue(name)]));
}

/** What passes for a secret: long and random; an address that nobody answers where the name asks for one. */
function madeUpValue(name: string): string {
  return /(?:_URL|_URI|_ENDPOINT|_HOST)$/.test(name)
    ? 'http://127.0.0.1:9'
    : randomBytes(SECRET_BYTES).toString('hex');
}
