import { withTransaction } from '../db/transaction.js';
import { digestSecret } from './secrets.js';

/**
 * All SQL about signing in. Of grants only digests reach the database.
 *
 * @param {import('pg').Pool} pool
 */
export function createAuthRepository(pool) {
  return {
    /**
     * @param {string} email In lower case.
     * @returns {Promise<{ id: string, passwordHash: string | null } | undefined>} Not those who are disabled.
     */
    async findUserByEmail(email) {
      const { rows } = await pool.query(
        `select id, password_hash as "passwordHash" from users where email = $1 and disabled_at is null`,
        [email],
      );
      return rows[0];
    },

    /** @param {{ email: string, passwordHash: string, displayName: string | null }} user */
    async insertUser({ email, passwordHash, displayName }) {
      const { rows } = await pool.query(
        `insert into users (email, password_hash, display_name) values ($1, $2, $3)
         on conflict (email) do nothing returning id`,
        [email, passwordHash, displayName],
      );
      return rows[0]?.id;
    },

    /**
     * Uses up a login grant.
     *
     * @param {string} grant
     * @returns {Promise<string | undefined>} The user's id; undefined when the grant is unknown, used or expired.
     */
    async takeGrant(grant) {
      const { rows } = await pool.query(
        `with taken as (delete from login_grants where grant_hash = $1 returning user_id, expires_at)
         select users.id from taken join users on users.id = taken.user_id
          where taken.expires_at > now() and users.disabled_at is null`,
        [digestSecret(grant)],
      );
      return rows[0]?.id;
    },

    /**
     * @param {{ userId: string, refreshToken: string, ttlS: number }} session
     * @returns {Promise<string>} Id of the new session.
     */
    async insertSession({ userId, refreshToken, ttlS }) {
      const { rows } = await pool.query(
        `with opened as (
           insert into sessions (user_id, expires_at) values ($1, now() + $2 * interval '1 second') returning id
         )
         insert into refresh_tokens (token, session_id) select $3, id from opened returning session_id`,
        [userId, ttlS, refreshToken],
      );
      return rows[0].session_id;
    },

    /**
     * Replaces a refresh token by the next one. Claiming it is one statement, so that of two requests with the
     * same token one finds it used. A used token that comes back was copied: its session ends for everyone.
     *
     * @param {{ refreshToken: string, nextToken: string }} tokens
     * @returns {Promise<{ kind: 'rotated', userId: string, sessionId: string } | { kind: 'reused', sessionId: string }
     *   | { kind: 'invalid' }>}
     */
    rotate({ refreshToken, nextToken }) {
      return withTransaction(pool, async (client) => {
        const claimed = await client.query(
          `update refresh_tokens set used_at = now()
             from sessions join users on users.id = sessions.user_id
            where token = $1 and used_at is null and sessions.id = refresh_tokens.session_id
              and sessions.revoked_at is null and sessions.expires_at > now() and users.disabled_at is null
           returning sessions.id as "sessionId", sessions.user_id as "userId"`,
          [refreshToken],
        );
        if (claimed.rowCount === 1) {
          const [session] = claimed.rows;
          await client.query('insert into refresh_tokens (token, session_id) values ($1, $2)', [
            nextToken,
            session.sessionId,
          ]);
          return { kind: 'rotated', ...session };
        }
        const revoked = await client.query(
          `update sessions set revoked_at = now(), revoke_reason = 'reuse'
             from refresh_tokens
            where token = $1 and used_at is not null and session_id = sessions.id and revoked_at is null
           returning sessions.id as "sessionId"`,
          [refreshToken],
        );
        return revoked.rowCount === 1 ? { kind: 'reused', ...revoked.rows[0] } : { kind: 'invalid' };
      });
    },

    /**
     * Ends the session a refresh token belongs to, also when the token was used already.
     *
     * @param {string} refreshToken
     */
    async revokeByToken(refreshToken) {
      await pool.query(
        `update sessions set revoked_at = now(), revoke_reason = 'logout'
           from refresh_tokens
          where token = $1 and session_id = sessions.id and revoked_at is null`,
        [refreshToken],
      );
    },
  };
}
