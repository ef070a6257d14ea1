// node scripts/restore.js <folder of a backup> <database>: restores into a database that does not exist yet, or is empty.
import { readBackup } from '../src/backup/read-backup.js';
import { restore } from '../src/backup/restore.js';
import { main } from '../src/operations/command.js';

await main({
  usage: 'Usage: node scripts/restore.js <folder of a backup> <name of a new database>',
  parse: ([path, name, ...rest]) => (path && name && rest.length === 0 ? { path, name } : undefined),
  run: async ({ config, input, say }) => {
    say(`checking ${input.path}`);
    const backup = await readBackup(input.path);
    say(`restoring into ${input.name}`);
    return { ok: true, backup: backup.name, ...(await restore({ backup, config, name: input.name })) };
  },
});
