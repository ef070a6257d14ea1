// node scripts/maintenance.js [--apply]: says what maintenance the database needs; with --apply does it.
import { withSession } from '../src/db/session.js';
import { maintain } from '../src/maintenance/maintain.js';
import { main } from '../src/operations/command.js';

await main({
  usage: 'Usage: node scripts/maintenance.js [--apply]',
  parse: ([flag, ...rest]) =>
    rest.length === 0 && [undefined, '--apply'].includes(flag) ? { apply: flag === '--apply' } : undefined,
  run: ({ config, input, say }) =>
    withSession(config.databaseUrl, (session) => maintain({ session, apply: input.apply, say })),
});
