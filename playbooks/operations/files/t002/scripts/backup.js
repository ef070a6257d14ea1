// node scripts/backup.js: backs the database up into a new folder of BACKUP_DIR.
import { backUp, summarise } from '../src/backup/back-up.js';
import { withSession } from '../src/db/session.js';
import { main } from '../src/operations/command.js';

await main({
  usage: 'Usage: node scripts/backup.js',
  parse: (args) => (args.length === 0 ? {} : undefined),
  run: async ({ config, say }) => {
    const backup = await withSession(config.databaseUrl, (session) =>
      backUp({
        session,
        dir: config.backupDir,
        pgDump: config.pgDump,
        onTable: (table) => say(`copying ${table}`),
      }),
    );
    return { ok: true, ...summarise(backup) };
  },
});
