import { Client } from 'pg';
import { z } from 'zod';
import { READ_STATEMENTS } from '../../domain/database/in-turn';
import type { StatementCount } from '../facts/database';

const CONNECT_TIMEOUT_MS = 5_000;
const MOST_STATEMENTS = 2000;

// What the server, the recorder and the tests' own book-keeping of databases say is nobody's query.
const OWN =
  /pg_stat_statements|^\s*(?:create|drop)\s+(?:database|extension)\b|^\s*(?:begin|commit|rollback|savepoint|release|set|show|discard|deallocate)\b|\bpg_(?:catalog|database|class|tables|namespace|advisory\w*|stat\w*)\b|current_schema\(\)|information_schema/i;

const Rows = z.array(
  z
    .object({ query: z.string(), calls: z.coerce.number(), rows: z.coerce.number(), mean: z.coerce.number() })
    .transform(({ mean, ...row }): StatementCount => ({ ...row, meanMs: mean })),
);

/** Makes the server count statements from now on. @throws where it does not have pg_stat_statements */
export async function startCounting(adminUrl: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    await client.query(READ_STATEMENTS);
    await client.query('SELECT pg_stat_statements_reset()');
  });
}

/** The statements of all databases of the server since `startCounting`, its own book-keeping left out. */
export function readStatements(adminUrl: string): Promise<StatementCount[]> {
  return withClient(adminUrl, async (client) => {
    const { rows } = await client.query<Record<string, unknown>>(
      `SELECT query, sum(calls) AS calls, sum(rows) AS rows, sum(total_exec_time) / sum(calls) AS mean
       FROM pg_stat_statements WHERE query IS NOT NULL
       GROUP BY query ORDER BY calls DESC LIMIT ${String(MOST_STATEMENTS)}`,
    );
    return Rows.parse(rows).filter(({ query }) => !OWN.test(query));
  });
}

async function withClient<T>(url: string, act: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A server that goes away between two replies would otherwise end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}
