import { createHash } from 'node:crypto';
import { withTransaction } from '../db/transaction.js';

/**
 * All SQL about signing in at providers.
 *
 * @param {import('pg').Pool} pool
 */
export function createOAuthRepository(pool) {
  return {
    /**
     * @param {{ provider: string, subject: string }} identity
     * @returns {Promise<{ id: string, disabled: boolean } | undefined>}
     */
    async findUser({ provider, subject }) {
      const { rows } = await pool.query(
        `select users.id, disabled_at is not null as disabled
           from user_identities join users on users.id = user_id
          where provider = $1 and subject = $2`,
        [provider, subject],
      );
      return rows[0];
    },

    /**
     * Links the account to the user with this verified address, who is added when there is none.
     *
     * @param {{ provider: string, subject: string, email: string, displayName: string | null }} account
     * @returns {Promise<{ id: string, disabled: boolean }>}
     */
    link({ provider, subject, email, displayName }) {
      return withTransaction(pool, async (client) => {
        // The update changes nothing; it makes the statement return the row that was there, and locks it.
        const { rows } = await client.query(
          `insert into users (email, display_name) values ($1, $2)
           on conflict (email) do update set email = excluded.email
           returning id, disabled_at is not null as disabled`,
          [email, displayName],
        );
        await client.query(
          `insert into user_identities (provider, subject, user_id) values ($1, $2, $3) on conflict do nothing`,
          [provider, subject, rows[0].id],
        );
        return rows[0];
      });
    },

    /** @param {{ userId: string, grant: string, ttlS: number }} login Only a digest of the grant is stored. */
    async insertGrant({ userId, grant, ttlS }) {
      await pool.query(
        `insert into login_grants (grant_hash, user_id, expires_at)
         values ($1, $2, now() + $3 * interval '1 second')`,
        [createHash('sha256').update(grant).digest(), userId, ttlS],
      );
    },
  };
}
