test('operators decide where backups go and which pg_dump is used', () => {
  const database = { DATABASE_URL: 'postgres://db/orders' };
  const { backupDir, adminDatabase, pgDump } = loadConfig({ ...database, PATH: '/bin' });
  assert.deepEqual(
    [backupDir, adminDatabase, pgDump],
    ['backups', 'postgres', { command: 'pg_dump', path: '/bin' }],
  );
  const own = loadConfig({
    ...database,
    BACKUP_DIR: '/disk',
    ADMIN_DATABASE: 'admin',
    PG_DUMP: '/opt/pg_dump',
  });
  assert.deepEqual(
    [own.backupDir, own.adminDatabase, own.pgDump.command],
    ['/disk', 'admin', '/opt/pg_dump'],
  );
});

test('every fault of the environment is named in one error', () => {
