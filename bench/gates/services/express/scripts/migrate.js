import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';

const FOLDER = new URL('../migrations/', import.meta.url);

/** Runs what is missing (`up`), or takes everything back (`down`). */
export async function migrate(databaseUrl, direction) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY)');
    const done = new Set(
      (await client.query('SELECT name FROM schema_migrations')).rows.map((row) => row.name),
    );
    const files = (await readdir(FOLDER)).filter((file) => file.endsWith(`.${direction}.sql`)).sort();
    if (direction === 'down') files.reverse();
    for (const file of files) {
      const name = file.replace(`.${direction}.sql`, '');
      if (done.has(name) === (direction === 'up')) continue;
      await client.query('BEGIN');
      await client.query(await readFile(new URL(file, FOLDER), 'utf8'));
      await client.query(
        direction === 'up'
          ? 'INSERT INTO schema_migrations (name) VALUES ($1)'
          : 'DELETE FROM schema_migrations WHERE name = $1',
        [name],
      );
      await client.query('COMMIT');
    }
  } finally {
    await client.end();
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  await migrate(process.env.DATABASE_URL, process.argv[2] === 'down' ? 'down' : 'up');
}
