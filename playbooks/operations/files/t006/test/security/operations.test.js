// Needs PostgreSQL.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readBackup } from '../../src/backup/read-backup.js';
import { restore } from '../../src/backup/restore.js';
import { createDatabase } from '../support/database.js';
import { forge } from '../backup/forge.js';
import { useOrders } from '../backup/support.js';

const CANARY = 'canary-password-8841';
const ADDRESS = /^(\w+:\/\/)(?:([^:@/?]+)(?::([^@]*))?@)?/;
const orders = useOrders();

/** The server's own password; one that trusts everybody gets one that is carried along without being asked for. */
function passwordOf(url) {
  return ADDRESS.exec(url)?.[3] || CANARY;
}

function withPassword(url) {
  return url.replace(
    ADDRESS,
    (_, scheme, user) => `${scheme}${user ?? 'postgres'}:${passwordOf(url)}@`,
  );
}

test('the password is in no backup, no report and no message, whether it works or fails', async () => {
  const run = (script, env, ...args) =>
    spawnSync(process.execPath, [`scripts/${script}.js`, ...args], {
      encoding: 'utf8',
      env: { BACKUP_DIR: orders.dir, PG_DUMP: 'none', TMPDIR: orders.dir, ...env },
    });
  const url = withPassword(orders.config.databaseUrl);
  const password = passwordOf(url);
  const runs = [
    run('backup', { DATABASE_URL: url }),
    run('backup', { DATABASE_URL: url.replace(orders.name, `${orders.name}_missing`) }),
    run('restore', { DATABASE_URL: `x${url}` }, orders.dir, 'restored'),
  ];
  const { path } = await orders.backUp();
  for (const { stdout, stderr } of runs)
    assert.ok(!`${stdout}${stderr}`.includes(password), `${stdout}${stderr}`);
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    assert.ok(!(await readFile(join(entry.parentPath, entry.name), 'utf8')).includes(password), entry.name);
  }
});

test('pg_dump is given the password where no other user of the machine can read it', async () => {
  const spy = join(orders.dir, 'spy');
  const seen = join(orders.dir, 'seen');
  const client = await orders.pool.connect();
  const { rows } = await client.query('show server_version').finally(() => client.release());
  await writeFile(
    spy,
    `#!/bin/sh
[ "$1" = --version ] && { echo "pg_dump (PostgreSQL) ${rows[0].server_version}"; exit 0; }
{ echo "arguments: $*"; env; } > ${seen}
for argument; do case "$argument" in --file=*) : > "\${argument#--file=}";; esac; done
`,
  );
  await chmod(spy, 0o700);
  const databaseUrl = withPassword(orders.config.databaseUrl);
  const { databaseUrl: before } = orders.config;
  orders.config.databaseUrl = databaseUrl;
  try {
    await orders.backUp({ pgDump: { command: spy, path: process.env.PATH } });
  } finally {
    orders.config.databaseUrl = before;
  }
  const password = passwordOf(databaseUrl);
  const [args, ...env] = (await readFile(seen, 'utf8')).split('\n');
  assert.ok(!args.includes(password), args);
  assert.ok(env.includes(`PGPASSWORD=${password}`));
  // Of this process's own environment it gets nothing; here that names the test server.
  assert.ok(process.env.COORDINATOR_REPLICA_URL);
  assert.ok(!env.some((line) => line.startsWith('COORDINATOR_REPLICA_URL=')));
});

test('a manifest cannot run a statement by the names it gives', async () => {
  const { config, migrationsDir } = orders;
  // Nothing of a restore that fails stays, so one database is enough.
  const empty = await createDatabase({ migrated: false });
  const { rows } = await empty.pool.query('select current_database() as name');
  const attacks = [
    (manifest) => (manifest.tables[1].name = 'public.orders; drop table public.orders; --'),
    (manifest) => (manifest.tables[1].columns = ["id) from program 'true'; --"]),
    (manifest) => (manifest.sequences[0].name = `x'); drop table public.orders; --`),
    (manifest) => (manifest.sequences[0].lastValue = '1); drop table public.orders; --'),
    (manifest) => (manifest.migrations[0].name = '../../../etc/passwd'),
  ];
  try {
    for (const attack of attacks) {
      const { path } = await orders.backUp();
      await forge(path, 'manifest.json', (text) => {
        const manifest = JSON.parse(text);
        attack(manifest);
        return JSON.stringify(manifest);
      });
      const done = readBackup(path).then((backup) =>
        restore({ backup, config, name: rows[0].name, migrationsDir }),
      );
      await assert.rejects(
        done,
        /no migration makes|has other columns|invalid name syntax|is not one of these backups/,
        attack.toString(),
      );
    }
  } finally {
    await empty.close();
  }
});
