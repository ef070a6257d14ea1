/**
 * @typedef {object} User
 * @property {string} id
 * @property {string} email
 * @property {string | null} displayName
 * @property {boolean} hasPassword The hash itself leaves this module nowhere.
 * @property {Date} createdAt
 * @property {Date | null} disabledAt
 */

const COLUMNS = `id, email, display_name as "displayName", password_hash is not null as "hasPassword",
  created_at as "createdAt", disabled_at as "disabledAt"`;

/**
 * All SQL that manages users.
 *
 * @param {import('pg').Pool} pool
 */
export function createUsersRepository(pool) {
  async function one(sql, values) {
    const { rows } = await pool.query(sql, values);
    return rows[0];
  }

  return {
    /**
     * @param {{ email: string, displayName?: string | null }} user
     * @returns {Promise<User | undefined>} undefined when the address is taken.
     */
    create({ email, displayName = null }) {
      return one(
        `insert into users (email, display_name) values (lower($1), $2)
         on conflict (email) do nothing returning ${COLUMNS}`,
        [email, displayName],
      );
    },

    /**
     * @param {string} id
     * @returns {Promise<User | undefined>}
     */
    find(id) {
      return one(`select ${COLUMNS} from users where id = $1`, [id]);
    },

    /**
     * @param {string} email However it is capitalised.
     * @returns {Promise<User | undefined>}
     */
    findByEmail(email) {
      return one(`select ${COLUMNS} from users where email = lower($1)`, [email]);
    },

    /**
     * Newest first.
     *
     * @param {{ limit: number, after?: Pick<User, 'createdAt' | 'id'> }} page `after` is the last user of the page before.
     * @returns {Promise<User[]>}
     */
    async list({ limit, after }) {
      const { rows } = await pool.query(
        `select ${COLUMNS} from users
          where $2::timestamptz is null or (created_at, id) < ($2, $3::uuid)
          order by created_at desc, id desc limit $1`,
        [limit, after?.createdAt ?? null, after?.id ?? null],
      );
      return rows;
    },

    /**
     * Changes what is given and leaves the rest; a `displayName` of null takes the name away.
     *
     * @param {string} id
     * @param {{ email?: string, displayName?: string | null }} changes
     * @returns {Promise<User | undefined>} undefined when there is no such user.
     */
    update(id, { email, displayName }) {
      return one(
        `update users
            set email = coalesce(lower($2), email),
                display_name = coalesce($3, display_name)
          where id = $1 returning ${COLUMNS}`,
        [id, email ?? null, displayName ?? null],
      );
    },

    /**
     * Locks a user out: no sign-in any more, and the sessions there are end. Both or neither happens.
     *
     * @param {string} id
     * @returns {Promise<User | undefined>}
     */
    disable(id) {
      return one(
        `with ended as (
           update sessions set revoked_at = now(), revoke_reason = 'operator'
            where user_id = $1 and revoked_at is null
         )
         update users set disabled_at = coalesce(disabled_at, now()) where id = $1 returning ${COLUMNS}`,
        [id],
      );
    },

    /**
     * Lets a user in again; sessions stay ended.
     *
     * @param {string} id
     * @returns {Promise<User | undefined>}
     */
    enable(id) {
      return one(`update users set disabled_at = null where id = $1 returning ${COLUMNS}`, [id]);
    },

    /**
     * Deletes a user with identities, sessions, tokens and grants.
     *
     * @param {string} id
     * @returns {Promise<boolean>} Whether there was one.
     */
    async remove(id) {
      const { rowCount } = await pool.query('delete from users where id = $1', [id]);
      return rowCount === 1;
    },
  };
}
