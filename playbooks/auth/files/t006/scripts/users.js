// node scripts/users.js list | show | disable | enable | remove | sign-out <email> | purge [days]
import { loadConfig } from '../src/config.js';
import { createPool } from '../src/db/pool.js';
import { createSessionsRepository } from '../src/sessions/repository.js';
import { createUsersRepository } from '../src/users/repository.js';

const PAGE = 200;
const KEEP_DAYS = 30;
const USAGE = 'Usage: node scripts/users.js list | show|disable|enable|remove|sign-out <email> | purge [days]';

const [command, argument] = process.argv.slice(2);

/** Commands about one user, who is found by address first. */
const ABOUT_ONE = {
  show: async (user, { sessions }) => ({ ...user, sessions: await sessions.listActive(user.id) }),
  disable: (user, { users }) => users.disable(user.id),
  enable: (user, { users }) => users.enable(user.id),
  remove: async (user, { users }) => ({ removed: await users.remove(user.id) }),
  'sign-out': async (user, { sessions }) => ({ ended: await sessions.revokeAll(user.id) }),
};

const about = Object.hasOwn(ABOUT_ONE, command ?? '') ? ABOUT_ONE[command] : undefined;
const days = Number(argument ?? KEEP_DAYS);
const usable = about ? Boolean(argument) : command === 'list' || (command === 'purge' && days >= 0);
if (!usable) {
  console.error(USAGE);
  process.exit(2);
}

let pool;
try {
  pool = createPool({ ...loadConfig(process.env), databasePoolSize: 1 });
  const repositories = { users: createUsersRepository(pool), sessions: createSessionsRepository(pool) };
  if (about) await runAbout(repositories);
  else if (command === 'purge') print(await repositories.sessions.purge({ days }));
  else await listAll(repositories.users);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await pool?.end();
}

async function runAbout(repositories) {
  const user = await repositories.users.findByEmail(argument);
  if (!user) throw new Error(`There is no user with the address ${argument}.`);
  print(await about(user, repositories));
}

async function listAll(users) {
  let page = [];
  do {
    page = await users.list({ limit: PAGE, after: page.at(-1) });
    page.forEach(print);
  } while (page.length === PAGE);
}

function print(value) {
  console.log(JSON.stringify(value));
}
