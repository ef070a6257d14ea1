import pg from 'pg';
import { hashPassword } from '../src/sessions/passwords.js';

const PEOPLE = ['ada@example.test', 'ben@example.test'];

/** Adds two people for trying out, with the password given or one for tests, and three notes each. */
export async function seed(databaseUrl, password = 'for-tests-only') {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const email of PEOPLE) {
      const { rows } = await client.query(
        'INSERT INTO users (email, password_hash) VALUES ($1, $2) ON CONFLICT (email) DO UPDATE SET email = $1 RETURNING id',
        [email, await hashPassword(password)],
      );
      await client.query(
        "INSERT INTO notes (user_id, title) SELECT $1, 'Note ' || n FROM generate_series(1, 3) AS n",
        [rows[0].id],
      );
    }
  } finally {
    await client.end();
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) await seed(process.env.DATABASE_URL);
