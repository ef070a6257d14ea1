// Needs Temporal, PostgreSQL and the npm registry or its cache: contracts through the command line, one home.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../src/config/package-root';
import { ContractStatus } from '../../src/domain/contract/contract-status';
import { deliver, leftovers, levelsOf, readDelivered } from './delivered';
import { OBJECTIVE, openCommandLine, resultLine, serverGone, type CommandLine } from './command-line';

let cli: CommandLine;
beforeAll(async () => {
  cli = await openCommandLine();
});
afterAll(() => cli.dispose());
afterEach(async () => {
  expect(await leftovers(cli)).toEqual([]);
});

const RUN_TIMEOUT_MS = 900_000;

/** Asks the mock server of a bundle, which runs no longer than that. */
async function askMock<T>(script: string, ask: (url: string) => Promise<T>): Promise<T> {
  const mock = spawn(process.execPath, [script, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {},
  });
  try {
    const said = z.instanceof(Buffer).parse((await once(mock.stdout, 'data'))[0]);
    return await ask(/http:\/\/127\.0\.0\.1:\d+/.exec(said.toString())?.[0] ?? '');
  } finally {
    const ended = once(mock, 'exit');
    mock.kill('SIGTERM');
    await ended;
  }
}

test(
  'contract: the frontend asks for a change, the second revision is built, and its bundle is a server to build against',
  async () => {
    const result = await deliver(cli, 'contract');
    expect(result.outcome).toBe('delivered');
    const { report } = await readDelivered(cli, result);
    expect(levelsOf(report, 'backend-T001')).toEqual([0, 0]);

    const status = await cli.run('status', result.objective, '--json');
    const { contracts } = z
      .looseObject({ contracts: z.array(ContractStatus) })
      .parse(JSON.parse(status.stdout.trim().split('\n').at(-1) ?? ''));
    expect(contracts).toMatchObject([
      { name: 'openapi', path: 'openapi.yaml', taskId: 'backend-T001', revision: 2, state: 'tested' },
    ]);
    const listed = await cli.run('contract', result.objective);
    expect([listed.code, listed.stdout]).toEqual([
      0,
      expect.stringMatching(/^openapi +tested +revision 2 /m),
    ]);

    const folder = join(cli.home, 'bundle');
    const written = await cli.run('contract', result.objective, 'openapi', '--out', folder);
    expect([written.code, written.stdout]).toEqual([0, expect.stringContaining('Revision 2 of openapi')]);
    const login = await askMock(join(folder, 'mock-server.mjs'), async (url) => {
      const body = JSON.stringify({ email: 'ada@example.test', password: 'for-tests-only' });
      const response = await fetch(`${url}/v1/auth/login`, { method: 'POST', body });
      return { status: response.status, tokens: await response.json() };
    });
    // What the first revision left out.
    expect(login).toEqual({
      status: 200,
      tokens: expect.objectContaining({ expiresIn: expect.any(Number) }),
    });
  },
  RUN_TIMEOUT_MS,
);

test(
  'a contract that a human reviews: it ends with 4 and the command to approve, and attach carries it on',
  async () => {
    const sample = join(packageRoot(), 'examples', 'orders-service', 'coordinator.config.json');
    const configuration = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(sample, 'utf8')));
    const config = join(cli.home, 'reviewed-by-humans.json');
    await writeFile(
      config,
      JSON.stringify({ ...configuration, coordination: { contracts: { review: 'human' } } }),
    );
    const flags = ['--scenario', 'clean', '--config', config, '--no-wait', '--json'];
    const run = await cli.run('start-objective', OBJECTIVE, ...flags);
    expect(run.code).toBe(4);
    const asked = resultLine(run.stdout);
    const [, id = '', name = ''] = /contract (\S+) (\S+) --approve/.exec(run.stderr) ?? [];
    expect([id, name]).toEqual([asked.objective, 'openapi']);
    await serverGone(cli.home);

    const approved = await cli.run('contract', id, name, '--approve', '--by', 'ada');
    expect([approved.code, approved.stdout]).toEqual([0, expect.stringContaining('recorded: approve')]);
    const attached = await cli.run('attach', asked.objective, '--json');
    expect(attached.code).toBe(0);
    const result = resultLine(attached.stdout);
    expect(result).toMatchObject({ outcome: 'delivered', exitCode: 0 });
    const { report } = await readDelivered(cli, result);
    expect(report.contracts).toMatchObject([{ name: 'openapi', revision: 1, state: 'tested', by: 'ada' }]);
  },
  RUN_TIMEOUT_MS,
);
