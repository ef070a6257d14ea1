import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { PostgresDatabase } from './postgres-server';

/** The same address with another database. */
export function withDatabase(url: string, name: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/?#]*)(?:\/[^?#]*)?/, `$1/${name}`);
}

/** Superuser's address of the maintenance database of a server that listens in a socket folder only. */
export function socketUrl(socketDir: string, password: string): string {
  return `postgres://postgres:${password}@localhost/postgres?host=${encodeURIComponent(socketDir)}`;
}

/** Runs one statement over a connection of its own. */
export async function queryOnce(url: string, statement: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that goes away between two replies would otherwise end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const result = await client.query<Record<string, unknown>>(statement);
    return result.rows;
  } finally {
    await client.end();
  }
}

/** Creates databases on one server and remembers them until they are dropped. */
export function createDatabases(adminUrl: string): {
  readonly create: () => Promise<PostgresDatabase>;
  readonly dropAll: () => Promise<void>;
} {
  const names = new Set<string>();
  async function drop(name: string): Promise<void> {
    await queryOnce(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    names.delete(name);
  }
  return {
    async create() {
      const name = `coordinator_${randomBytes(6).toString('hex')}`;
      await queryOnce(adminUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
      names.add(name);
      return { url: withDatabase(adminUrl, name), name, drop: () => drop(name) };
    },
    async dropAll() {
      for (const name of names) await drop(name);
    },
  };
}
