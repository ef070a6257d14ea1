import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, chmod, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcessGroup } from '../process/process-group';
import { runCommand } from '../process/run-command';
import { deadline } from '../process/deadline';
import { queryOnce, socketUrl } from './databases';
import { createOwnedFolder, DATA_PREFIX, removeAbandonedFolders } from './owned-folder';
import type { PostgresPrograms } from './postgres-programs';
import { isReachable, type ServerUser } from './server-user';

const SOCKET_PREFIX = 'bcpg';
const INITDB_TIMEOUT_MS = 60_000;
const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 25;
// The address of a unix socket holds 107 bytes on Linux, 103 on macOS.
const LONGEST_SOCKET_PATH = 103;

// Throw-away data: speed before durability.
const SETTINGS = [
  'listen_addresses=',
  'unix_socket_permissions=0777',
  'fsync=off',
  'full_page_writes=off',
  'synchronous_commit=off',
  'max_connections=200',
  // Dropping a database waits for connections that are still to say who they are.
  'authentication_timeout=5s',
  // Nothing lives long enough to need it, and an owner who is no superuser cannot drop a database it is busy in.
  'autovacuum=off',
];

/**
 * Runs the server and ends it when the pipe on its own standard input closes, which happens however the parent
 * ends, kill -9 included. SIGQUIT: the data is thrown away, so no checkpoint. Then removes what it may remove.
 */
const WATCHDOG = `
data=$1; sockets=$2; shift 2
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
( while read -r _ <&3; do :; done; kill -QUIT $server 2>/dev/null ) &
watch=$!
wait $server
code=$?
kill $watch 2>/dev/null
rm -rf "\${data:?}"/* "\${sockets:?}"/* "$data" "$sockets" 2>/dev/null
exit $code
`;

interface PrivateServer {
  readonly socketDir: string;
  /** Superuser's address of the maintenance database. */
  readonly adminUrl: string;
  readonly stop: () => Promise<void>;
}

/** The folders of one private server, and the user who owns them. */
export interface ServerFolders {
  readonly run: string;
  readonly sockets: string;
  readonly user: ServerUser | undefined;
}

/** Makes the folders of a server, away from folders its user cannot reach, and clears those of dead owners. */
export async function prepareFolders(dataRoot: string, user: ServerUser | undefined): Promise<ServerFolders> {
  await mkdir(dataRoot, { recursive: true });
  const parent = isReachable(dataRoot, user) ? dataRoot : tmpdir();
  const socketParent = longestSocketPath(tmpdir()) > LONGEST_SOCKET_PATH ? '/tmp' : tmpdir();
  await removeAbandonedFolders(parent, DATA_PREFIX);
  await removeAbandonedFolders(socketParent, SOCKET_PREFIX);
  const run = await createOwnedFolder(parent, DATA_PREFIX);
  const sockets = await createOwnedFolder(socketParent, SOCKET_PREFIX);
  // Commands in a sandbox run as other users: they may pass through and connect, and only the server may write.
  await chmod(sockets, 0o755);
  if (user !== undefined) for (const folder of [run, sockets]) await chown(folder, user.uid, user.gid);
  return { run, sockets, user };
}

export async function removeFolders({ run, sockets }: ServerFolders): Promise<void> {
  for (const folder of [run, sockets]) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Makes a cluster and starts a server on it; rejects with the end of the server's log when it does not come up. */
export async function startPrivateServer(
  programs: PostgresPrograms,
  folders: ServerFolders,
  signal: AbortSignal | undefined,
): Promise<PrivateServer> {
  const data = join(folders.run, 'data');
  const env = environmentOf(programs);
  // Whoever may open the socket would be a superuser without it, and a superuser starts programs.
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(folders.run, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (folders.user !== undefined) await chown(passwordFile, folders.user.uid, folders.user.gid);
  const made = await runCommand({
    argv: [
      programs.initdb,
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
    ],
    cwd: folders.run,
    env,
    timeoutMs: INITDB_TIMEOUT_MS,
    ...(signal === undefined ? {} : { signal }),
    ...folders.user,
  });
  await rm(passwordFile, { force: true });
  signal?.throwIfAborted();
  if (made.end.kind !== 'exited' || made.end.code !== 0) {
    const reason = made.end.kind === 'not-started' ? made.end.reason : lastLines(made.stderr);
    throw new Error(`initdb failed (${made.end.kind}): ${reason}`);
  }
  const log = join(folders.run, 'server.log');
  const child = await spawnWatched(programs, folders, env, log);
  const stop = (): Promise<void> => stopServer(child, folders);
  const adminUrl = socketUrl(folders.sockets, password);
  try {
    await untilReady(child, adminUrl, signal);
  } catch (error) {
    const text = await readFile(log, 'utf8').catch(() => '');
    await stop();
    signal?.throwIfAborted();
    throw new Error(`postgres did not come up: ${lastLines(text)}`, { cause: error });
  }
  return { socketDir: folders.sockets, adminUrl, stop };
}

async function spawnWatched(
  programs: PostgresPrograms,
  { run, sockets, user }: ServerFolders,
  env: Record<string, string>,
  log: string,
): Promise<ChildProcess> {
  const preload =
    programs.preload.length === 0 ? [] : [`shared_preload_libraries=${programs.preload.join(',')}`];
  const settings = [...SETTINGS, ...preload, `unix_socket_directories=${sockets}`].flatMap((set) => [
    '-c',
    set,
  ]);
  const logFile = await open(log, 'a');
  try {
    const server = [programs.postgres, '-D', join(run, 'data'), ...settings];
    const child = spawn('/bin/sh', ['-c', WATCHDOG, 'watchdog', run, sockets, ...server], {
      cwd: '/',
      env,
      detached: true,
      stdio: ['pipe', logFile.fd, logFile.fd],
      ...user,
    });
    await once(child, 'spawn');
    child.stdin?.on('error', () => undefined);
    // A forgotten server must not keep the process alive; the closing pipe ends it.
    child.unref();
    return child;
  } finally {
    await logFile.close();
  }
}

async function stopServer(child: ChildProcess, folders: ServerFolders): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.ref();
    const exited = once(child, 'exit', { signal: deadline(undefined, STOP_TIMEOUT_MS) });
    child.stdin?.end();
    await exited.catch(async () => {
      if (child.pid !== undefined) await endProcessGroup(child.pid);
    });
  }
  await removeFolders(folders);
}

async function untilReady(
  child: ChildProcess,
  adminUrl: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    signal?.throwIfAborted();
    if (child.exitCode !== null) throw new Error(`postgres ended with code ${String(child.exitCode)}`);
    try {
      // Databases of others are closed to the roles made for checks.
      await queryOnce(adminUrl, 'REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC');
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function environmentOf(programs: PostgresPrograms): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(programs.libraryPath === undefined ? {} : { LD_LIBRARY_PATH: programs.libraryPath }),
  };
}

function longestSocketPath(parent: string): number {
  return join(parent, `${SOCKET_PREFIX}-9999999-99999999999.4294967295-abcdef`, '.s.PGSQL.5432.lock').length;
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ') || 'no output';
}
