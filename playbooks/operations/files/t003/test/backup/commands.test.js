// Needs PostgreSQL. The commands as operators and schedulers run them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { useNewNames } from './new-names.js';
import { useOrders } from './support.js';

const orders = useOrders({ later: false });
const newName = useNewNames(orders);

function run(script, ...args) {
  const ended = spawnSync(process.execPath, [`scripts/${script}.js`, ...args], {
    encoding: 'utf8',
    env: {
      DATABASE_URL: orders.config.databaseUrl,
      BACKUP_DIR: orders.dir,
      PG_DUMP: 'none',
      TMPDIR: orders.dir,
    },
  });
  return { ...ended, report: ended.stdout === '' ? undefined : JSON.parse(ended.stdout) };
}

test('a backup is taken and restored, with a report of each', () => {
  const { report: backup, stderr } = run('backup');
  assert.equal(backup.ok, true);
  assert.match(stderr, /copying public\.orders\n/);
  const { report: restored } = run('restore', join(orders.dir, backup.backup), newName());
  assert.deepEqual([restored.ok, restored.created, restored.rows], [true, true, 17]);
});

test('what goes wrong ends with 1 and one sentence, wrong arguments with 2', () => {
  const refused = run('restore', orders.dir, newName());
  assert.deepEqual([refused.status, refused.report], [1, undefined]);
  assert.match(refused.stderr, /has no SHA256SUMS; it is no backup or was never finished\.\n$/);
  const { status, stderr } = run('restore', orders.dir);
  assert.equal(status, 2);
  assert.match(stderr, /^Usage: node scripts\/restore\.js </);
});
