import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { queryOnce, withDatabase } from './databases';
import type { ConfinedDatabase } from './postgres-server';

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
  readonly create: () => Promise<ConfinedDatabase>;
  readonly dropAll: () => Promise<void>;
} {
  const open = new Map<string, () => Promise<void>>();
  return {
    async create() {
      const name = `coordinator_${randomBytes(6).toString('hex')}`;
      const roles = { owner: `${name}_owner`, inspector: `${name}_inspector` };
      const password = randomBytes(12).toString('hex');
      const drop = async (): Promise<void> => {
        await dropConfined(adminUrl, name, roles);
        open.delete(name);
      };
      open.set(name, drop);
      try {
        await createConfined(adminUrl, name, roles, password);
      } catch (error) {
        await drop().catch(() => undefined);
        throw error;
      }
      const urlOf = (role: string): string =>
        withDatabase(adminUrl, name).replace(
          /^(postgres(?:ql)?:\/\/)(?:[^@/?#]*@)?/,
          `$1${role}:${password}@`,
        );
      return { name, url: urlOf(roles.owner), inspectorUrl: urlOf(roles.inspector), ...roles, drop };
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
  password: string,
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
    await client.query(`GRANT ${owner} TO ${inspector}`);
    if (!isSuper) await client.query(`GRANT ${owner} TO CURRENT_USER`);
    await client.query(
      `CREATE DATABASE ${name} OWNER ${owner} TEMPLATE template0 CONNECTION LIMIT ${2 * CONNECTIONS}`,
    );
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  } finally {
    await client.end();
  }
}

async function dropConfined(adminUrl: string, name: string, { owner, inspector }: Roles): Promise<void> {
  await queryOnce(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await queryOnce(adminUrl, `DROP ROLE IF EXISTS ${inspector}`);
  await queryOnce(adminUrl, `DROP ROLE IF EXISTS ${owner}`);
}
