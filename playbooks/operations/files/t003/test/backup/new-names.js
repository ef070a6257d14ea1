import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import { dropDatabase } from '../../src/backup/restore.js';

/**
 * Names of databases that do not exist yet, below the prefix of this test run; what was made of them is dropped after the
 * calling file.
 *
 * @param {{ name: string, config: { databaseUrl: string, adminDatabase: string } }} orders Of `useOrders()`.
 * @returns {() => string}
 */
export function useNewNames(orders) {
  const given = [];
  after(async () => {
    for (const name of given) await dropDatabase(orders.config, name);
  });
  return () => {
    given.push(`${orders.name}_r${randomBytes(3).toString('hex')}`);
    return given.at(-1);
  };
}
