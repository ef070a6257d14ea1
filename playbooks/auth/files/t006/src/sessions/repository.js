/**
 * @typedef {object} Session
 * @property {string} id
 * @property {Date} createdAt
 * @property {Date} expiresAt
 * @property {Date | null} lastUsedAt When a token of the session was refreshed last.
 */

/**
 * All SQL that manages sessions.
 *
 * @param {import('pg').Pool} pool
 */
export function createSessionsRepository(pool) {
  return {
    /**
     * Sessions that can still be used, newest first.
     *
     * @param {string} userId
     * @returns {Promise<Session[]>}
     */
    async listActive(userId) {
      const { rows } = await pool.query(
        `select id, created_at as "createdAt", expires_at as "expiresAt",
                (select max(used_at) from refresh_tokens where session_id = sessions.id) as "lastUsedAt"
           from sessions
          where user_id = $1 and revoked_at is null and expires_at > now()
          order by created_at desc, id`,
        [userId],
      );
      return rows;
    },

    /**
     * @param {string} id
     * @returns {Promise<boolean>} Whether the session could be used until now.
     */
    async revoke(id) {
      const { rowCount } = await pool.query(
        `update sessions set revoked_at = now(), revoke_reason = 'operator'
          where id = $1 and revoked_at is null and expires_at > now()`,
        [id],
      );
      return rowCount === 1;
    },

    /**
     * @param {string} userId
     * @returns {Promise<number>} How many sessions were ended.
     */
    async revokeAll(userId) {
      const { rowCount } = await pool.query(
        `update sessions set revoked_at = now(), revoke_reason = 'operator'
          where user_id = $1 and revoked_at is null and expires_at > now()`,
        [userId],
      );
      return rowCount;
    },

    /**
     * Deletes sessions that were over `days` ago, with their tokens, and login grants that expired. Until then
     * they tell what happened.
     *
     * @param {{ days: number }} options
     * @returns {Promise<{ sessions: number, grants: number }>} How many were deleted.
     */
    async purge({ days }) {
      const { rows } = await pool.query(
        `with old_sessions as (
           delete from sessions where least(expires_at, revoked_at) < now() - $1 * interval '1 day' returning 1
         ), old_grants as (
           delete from login_grants where expires_at < now() returning 1
         )
         select (select count(*)::int from old_sessions) as sessions, (select count(*)::int from old_grants) as grants`,
        [days],
      );
      return rows[0];
    },
  };
}
