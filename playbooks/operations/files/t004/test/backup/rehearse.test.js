// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { AIMS, rehearse } from '../../src/backup/rehearse.js';
import { readBackup } from '../../src/backup/read-backup.js';
import { forge } from './forge.js';
import { useOrders } from './support.js';

const orders = useOrders();

async function rehearseWith(path, options = {}) {
  const { config, migrationsDir } = orders;
  return rehearse({ backup: await readBackup(path), config, migrationsDir, ...options });
}

async function drillDatabases() {
  // Of this file only: other runs may rehearse on the same server.
  const ours = `${orders.name}_drill_`;
  const { rowCount } = await orders.pool.query('select from pg_database where starts_with(datname, $1)', [ours]);
  return rowCount;
}

test('a drill reads every row back, tells how long it took, and leaves no database', async () => {
  const { path, manifest } = await orders.backUp();
  const report = await rehearseWith(path);
  assert.deepEqual([report.ok, report.problems], [true, []]);
  assert.deepEqual([report.rows, report.schema, report.sequences], [25, 'same', 2]);
  assert.deepEqual(
    report.tables,
    manifest.tables.map(({ name, rows }) => ({ name, rows, expectedRows: rows, checksum: 'same' })),
  );
  assert.ok(report.restoreSeconds > 0 && report.ageHours >= 0);
  assert.equal(await drillDatabases(), 0);
});

test('a backup that is too old and cannot be restored fails the drill and says both', async () => {
  const { path } = await orders.backUp();
  await forge(path, 'manifest.json', (text) => text.replace('"rows": 10', '"rows": 11'));
  const report = await rehearseWith(path, { now: new Date(Date.now() + (AIMS.lossHours + 1) * 3_600_000) });
  assert.equal(report.ok, false);
  assert.match(report.problems[0], /the backup is 25 hours old; at most 24 may be lost/);
  assert.match(report.problems[1], /was not restored: public\.order_items got 10 rows and not the 11/);
  assert.equal(await drillDatabases(), 0);
});

test('rows that come back otherwise fail the drill', async () => {
  const { path } = await orders.backUp();
  // Spelled in another way than the server does: the same interval, other bytes.
  await forge(path, 'data/0000.copy', (text) =>
    text.replace('1 mon 2 days 03:04:05.6', '1 month 2 days 03:04:05.60'),
  );
  const report = await rehearseWith(path);
  assert.equal(report.ok, false);
  assert.match(report.problems.join(), /Odd .* came back with 2 of 2 rows and checksum [0-9a-f]{64}/);
  assert.equal(report.tables[0].checksum, 'different');
  assert.equal(await drillDatabases(), 0);
});

test('the documentation promises what the drill looks at', async () => {
  const text = await readFile(new URL('../../docs/backup.md', import.meta.url), 'utf8');
  assert.match(text, new RegExp(`\\| RPO[^|]*\\| ${AIMS.lossHours} hours`));
  assert.match(text, new RegExp(`\\| RTO[^|]*\\| ${AIMS.recoveryMinutes} minutes`));
});
