/** Key of the lock that our processes take in the maintenance database of a server; nobody else's. */
const LOCK = 4_206_942_773;

/**
 * One statement that changes what all databases of a PostgreSQL server share, such as the rights on one of them, or its
 * extensions: two at once fail with "tuple concurrently updated" or a duplicate key. What is said this way in the
 * maintenance database happens one after the other, by other processes too.
 */
export function inTurn(statement: string): string {
  return `DO $in_turn$ BEGIN PERFORM pg_catalog.pg_advisory_xact_lock(${LOCK}); ${statement}; END $in_turn$`;
}

/** Makes what the server counts of statements readable in the maintenance database. */
export const READ_STATEMENTS = inTurn('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
