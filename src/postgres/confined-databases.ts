import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { z } from 'zod';
import { queryOnce, withDatabase } from './databases';
import { inTurn } from '../domain/database/in-turn';
import type { ConfinedDatabase, ConfinedOptions } from './postgres-server';

const CONNECTIONS = 60;
const STATEMENT_TIMEOUT_MS = 30_000;
const LOCK_TIMEOUT_MS = 10_000;
const IDLE_TRANSACTION_TIMEOUT_MS = 60_000;
const LARGEST_TEMPORARY_FILES = '1GB';

/**
 * Creates databases for SQL nobody vouches for: the owner is a role of its own that may neither read files of the
 * server, nor start programs on it, nor make roles or databases. Needs a superuser, or CREATEDB and CREATEROLE.
 */
export function createConfinedDatabases(adminUrl: string): {
  readonly create: (options?: ConfinedOptions) => Promise<ConfinedDatabase>;
  readonly dropAll: () => Promise<void>;
} {
  const open = new Map<string, () => Promise<void>>();
  return {
    async create({ mayCreateDatabases = false, copyOf } = {}) {
      const name = `coordinator_${randomBytes(6).toString('hex')}`;
      const roles = { owner: `${name}_owner`, inspector: `${name}_inspector` };
      const password = randomBytes(12).toString('hex');
      const drop = async (): Promise<void> => {
        await dropConfined(adminUrl, name, roles);
        open.delete(name);
      };
      open.set(name, drop);
      try {
        await createConfined(adminUrl, name, roles, { password, mayCreateDatabases, copyOf });
        if (copyOf !== undefined) await takeOver(adminUrl, name, copyOf.owner, roles.owner);
      } catch (error) {
        await drop().catch(() => undefined);
        throw error;
      }
      const urlFor = (role: string, url = withDatabase(adminUrl, name)): string =>
        url.replace(/^(postgres(?:ql)?:\/\/)(?:[^@/?#]*@)?/, `$1${role}:${password}@`);
      return {
        name,
        url: urlFor(roles.owner),
        inspectorUrl: urlFor(roles.inspector),
        maintenanceUrl: mayCreateDatabases ? urlFor(roles.owner, adminUrl) : null,
        ...roles,
        drop,
      };
    },
    async dropAll() {
      for (const drop of [...open.values()]) await drop();
    },
  };
}

interface Roles {
  readonly owner: string;
  readonly inspector: string;
}

async function createConfined(
  adminUrl: string,
  name: string,
  { owner, inspector }: Roles,
  {
    password,
    mayCreateDatabases,
    copyOf,
  }: {
    readonly password: string;
    readonly mayCreateDatabases: boolean;
    readonly copyOf: ConfinedOptions['copyOf'];
  },
): Promise<void> {
  const client = new Client({ connectionString: adminUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ is_super: boolean }>(
      'SELECT rolsuper AS is_super FROM pg_catalog.pg_roles WHERE rolname = current_user',
    );
    const isSuper = rows[0]?.is_super === true;
    for (const role of [owner, inspector]) {
      await client.query(
        `CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '${password}' CONNECTION LIMIT ${CONNECTIONS}`,
      );
      await client.query(`ALTER ROLE ${role} SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
      await client.query(`ALTER ROLE ${role} SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
      await client.query(
        `ALTER ROLE ${role} SET idle_in_transaction_session_timeout = ${IDLE_TRANSACTION_TIMEOUT_MS}`,
      );
      // Only a superuser may set it, and the role itself cannot lift it.
      if (isSuper)
        await client.query(`ALTER ROLE ${role} SET temp_file_limit = '${LARGEST_TEMPORARY_FILES}'`);
    }
    if (mayCreateDatabases) {
      await client.query(`ALTER ROLE ${owner} CREATEDB`);
      const { rows: here } = await client.query<{ name: string }>('SELECT current_database() AS name');
      await client.query(inTurn(`GRANT CONNECT ON DATABASE "${here[0]?.name ?? 'postgres'}" TO ${owner}`));
    }
    await client.query(`GRANT ${owner} TO ${inspector}`);
    if (!isSuper) await client.query(`GRANT ${owner} TO CURRENT_USER`);
    if (copyOf !== undefined) await close(client, copyOf.name);
    await client.query(
      `CREATE DATABASE ${name} OWNER ${owner} TEMPLATE ${copyOf?.name ?? 'template0'} CONNECTION LIMIT ${2 * CONNECTIONS}`,
    );
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  } finally {
    await client.end();
  }
}

/** Only a database without connections can be copied. */
async function close(client: Client, name: string): Promise<void> {
  await client.query(`ALTER DATABASE ${name} OWNER TO CURRENT_USER`);
  await client.query(
    'SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1',
    [name],
  );
}

/** What a copy holds still belongs to the owner of what it was copied from. */
async function takeOver(adminUrl: string, name: string, from: string, to: string): Promise<void> {
  await queryOnce(withDatabase(adminUrl, name), `REASSIGN OWNED BY ${from} TO ${to}`);
}

async function dropConfined(adminUrl: string, name: string, { owner, inspector }: Roles): Promise<void> {
  const made = await queryOnce(
    adminUrl,
    `SELECT datname AS name FROM pg_catalog.pg_database WHERE pg_catalog.pg_get_userbyid(datdba) = '${owner}'`,
  );
  for (const row of z.array(z.object({ name: z.string() })).parse(made)) {
    await queryOnce(adminUrl, `DROP DATABASE IF EXISTS "${row.name.replaceAll('"', '""')}" WITH (FORCE)`);
  }
  await queryOnce(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await queryOnce(adminUrl, `DROP ROLE IF EXISTS ${inspector}`);
  if (
    (await queryOnce(adminUrl, `SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = '${owner}'`)).length === 0
  )
    return;
  // Rights it was given in the maintenance database stand in the way of dropping it.
  await queryOnce(adminUrl, inTurn(`DROP OWNED BY ${owner}`));
  await queryOnce(adminUrl, `DROP ROLE IF EXISTS ${owner}`);
}
