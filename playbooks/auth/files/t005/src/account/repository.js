/**
 * All SQL about the account of who is signed in.
 *
 * @param {import('pg').Pool} pool
 */
export function createAccountRepository(pool) {
  return {
    /**
     * @param {{ id: string, sessionId: string }} user
     * @returns {Promise<{ id: string, email: string, displayName: string | null, createdAt: Date } | undefined>}
     *   undefined when the user or the session is gone, disabled or over.
     */
    async find({ id, sessionId }) {
      const { rows } = await pool.query(
        `select users.id, email, display_name as "displayName", users.created_at as "createdAt"
           from users join sessions on sessions.user_id = users.id
          where users.id = $1 and sessions.id = $2 and disabled_at is null
            and revoked_at is null and expires_at > now()`,
        [id, sessionId],
      );
      return rows[0];
    },
  };
}
