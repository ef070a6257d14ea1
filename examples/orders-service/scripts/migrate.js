// node scripts/migrate.js up | down [steps]
import { loadConfig } from '../src/config.js';
import { migrateDown, migrateUp } from '../src/db/migrate.js';
import { createPool } from '../src/db/pool.js';

const [command = 'up', steps = '1'] = process.argv.slice(2);

if (!['up', 'down'].includes(command) || !/^[1-9]\d*$/.test(steps)) {
  console.error('Usage: node scripts/migrate.js up | down [steps]');
  process.exit(2);
}

let pool;
try {
  pool = createPool({ ...loadConfig(process.env), databasePoolSize: 1 });
  const versions =
    command === 'up' ? await migrateUp(pool) : await migrateDown(pool, { steps: Number(steps) });
  console.log(versions.length > 0 ? `${command}: ${versions.join(', ')}` : `${command}: nothing to do`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await pool?.end();
}
