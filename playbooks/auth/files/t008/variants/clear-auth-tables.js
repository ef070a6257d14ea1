/** The look-ups of signing in and of staying signed in. */
export const LOOK_UPS = [
  `select 1 from users where email = 'user7@example.com'`,
  `select 1 from refresh_tokens where token = 'x'`,
  `select 1 from sessions where user_id = '00000000-0000-4000-8000-000000000000'`,
];

/**
 * Adds 500 users `user1@example.com` and on, five sessions for each, and five used refresh tokens for each of these.
 *
 * @param {import('pg').Pool} pool
 * @param {string} passwordHash Of all of them.
 */
export async function fillTables(pool, passwordHash) {
  await pool.query(
    `insert into users (email, password_hash) select 'user' || n || '@example.com', $1 from generate_series(1, 500) n`,
    [passwordHash],
  );
  await pool.query(
    `insert into sessions (user_id, expires_at) select id, now() + interval '1 day' from users, generate_series(1, 5)`,
  );
  await pool.query(
    `insert into refresh_tokens (token, session_id, used_at)
     select rpad(id::text || n, 43, '-'), id, now() from sessions, generate_series(1, 5) n`,
  );
  await pool.query('analyze');
}
