// node scripts/restore-drill.js [folder of a backup]: proves that a backup comes back. Without a folder a new one is taken
// for the drill, and removed again.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backUp } from '../src/backup/back-up.js';
import { readBackup } from '../src/backup/read-backup.js';
import { rehearse } from '../src/backup/rehearse.js';
import { withSession } from '../src/db/session.js';
import { main } from '../src/operations/command.js';

await main({
  usage: 'Usage: node scripts/restore-drill.js [folder of a backup]',
  parse: ([path, ...rest]) => (rest.length === 0 ? { path } : undefined),
  run: async ({ config, input, say }) => {
    const dir = await mkdtemp(join(tmpdir(), 'orders-drill-'));
    try {
      const path = input.path ?? (await newBackup(config, dir, say));
      say(`rehearsing ${path}`);
      return await rehearse({ backup: await readBackup(path), config });
    } finally {
      await rm(dir, { recursive: true });
    }
  },
});

async function newBackup({ databaseUrl, pgDump }, dir, say) {
  say('taking a backup for the drill');
  return (await withSession(databaseUrl, (session) => backUp({ session, dir, pgDump }))).path;
}
