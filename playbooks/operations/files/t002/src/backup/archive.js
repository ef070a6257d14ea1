import { spawn } from 'node:child_process';
import { chmod, rm } from 'node:fs/promises';

/**
 * Writes an archive with pg_dump, of what a snapshot shows, where there is a pg_dump of the server's major version.
 * Another version could write what the server's own tools do not read. The archive is an addition: without one the
 * backup is whole, and says why there is none.
 *
 * @param {object} options
 * @param {import('pg').Client} options.session
 * @param {string} options.snapshot As exported by the session's transaction.
 * @param {string} options.file
 * @param {{ command: string, path: string }} options.pgDump
 * @returns {Promise<{ tool: string } | { reason: string }>} What wrote it, or why nothing did.
 */
export async function writeArchive({ session, snapshot, file, pgDump }) {
  const version = await run(pgDump, ['--version'], {});
  if (version.code !== 0) return { reason: `${pgDump.command} did not run` };
  const tool = version.stdout.trim();
  const major = await serverMajor(session);
  if (Number(/ (\d+)/.exec(tool)?.[1]) !== major)
    return { reason: `the server is version ${major}, the client is ${tool}` };

  const args = ['--format=custom', '--no-owner', '--no-password', `--snapshot=${snapshot}`, `--file=${file}`];
  const dump = await run(pgDump, args, connectionEnvironment(session));
  if (dump.code !== 0) {
    await rm(file, { force: true });
    return { reason: `pg_dump ended with code ${dump.code}: ${dump.stderr.trim()}` };
  }
  await chmod(file, 0o600);
  return { tool };
}

/**
 * @param {import('pg').ClientBase} session
 * @returns {Promise<number>} 15 for PostgreSQL 15.4.
 */
export async function serverMajor(session) {
  const { rows } = await session.query(`select current_setting('server_version_num')::int / 10000 as major`);
  return rows[0].major;
}

/** In the environment and not among the arguments, where every user of the machine could read the password. */
function connectionEnvironment({ connectionParameters: { host, port, user, password, database, ssl } }) {
  const all = {
    PGHOST: host,
    PGPORT: port && String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    PGSSLMODE: ssl ? 'verify-full' : undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value));
}

function run({ command, path }, args, environment) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { PATH: path, LC_ALL: 'C', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', (error) => resolve({ code: null, stdout, stderr: error.message }));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
