/** Notes in the database; a user sees only what is hers. */
export function createNotes(pool) {
  return {
    async list(userId, { limit, before }) {
      const { rows } = await pool.query(
        `SELECT id, title, body, status, created_at FROM notes
         WHERE user_id = $1 AND ($2::bigint IS NULL OR id < $2)
         ORDER BY id DESC LIMIT $3`,
        [userId, before, limit],
      );
      return withTags(pool, rows);
    },
    async find(userId, id) {
      const { rows } = await pool.query(
        'SELECT id, title, body, status, created_at FROM notes WHERE user_id = $1 AND id = $2',
        [userId, id],
      );
      const [note] = await withTags(pool, rows);
      return note ?? null;
    },
    async add(userId, { title, body, tags }) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const { rows } = await client.query(
          'INSERT INTO notes (user_id, title, body) VALUES ($1, $2, $3) RETURNING id, title, body, status, created_at',
          [userId, title, body],
        );
        await client.query('INSERT INTO note_tags (note_id, tag) SELECT $1, unnest($2::text[])', [
          rows[0].id,
          tags,
        ]);
        await client.query('COMMIT');
        return toNote(rows[0], tags);
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
    async remove(userId, id) {
      const { rowCount } = await pool.query('DELETE FROM notes WHERE user_id = $1 AND id = $2', [userId, id]);
      return rowCount === 1;
    },
  };
}

async function withTags(pool, rows) {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const found = await pool.query('SELECT note_id, tag FROM note_tags WHERE note_id = ANY($1) ORDER BY tag', [
    ids,
  ]);
  const byNote = group(found.rows);
  return rows.map((row) =>
    toNote(
      row,
      (byNote.get(row.id) ?? []).map(({ tag }) => tag),
    ),
  );
}

function group(rows) {
  const groups = new Map();
  for (const row of rows) groups.set(row.note_id, [...(groups.get(row.note_id) ?? []), row]);
  return groups;
}

function toNote(row, tags) {
  const { id, title, body, status } = row;
  return { id, title, body, status, tags, createdAt: row.created_at.toISOString() };
}
