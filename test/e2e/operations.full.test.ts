// Needs Temporal, PostgreSQL and the npm registry or its cache: one full run of operations on the orders sample.
import { levelsOf, leftovers, readDelivered } from './delivered';
import { openCommandLine, resultLine, serverGone, type CommandLine } from './command-line';

let cli: CommandLine;
beforeAll(async () => {
  cli = await openCommandLine();
});
afterAll(() => cli.dispose());

test('backup, restore and maintenance are built, and the sequences a restore forgets are mended at level 1', async () => {
  const objective = 'Set up database operations: backups, a restore drill and a maintenance plan';
  const run = await cli.run('start-objective', objective, '--json');
  expect(run.stderr).toContain('offline model (playbook operations, scenario default)');
  expect(run.code).toBe(0);
  const result = resultLine(run.stdout);

  const { report, files, show } = await readDelivered(cli, result);
  expect(report.tasks.map((task) => task.state)).toEqual(report.tasks.map(() => 'merged'));
  expect(levelsOf(report, 'backend-T003')).toEqual([0, 1]);
  expect(report.tasks.flatMap((task) => task.attempts)).toHaveLength(report.tasks.length + 1);
  expect(report.gate?.preconditions.find((row) => row.subject === 'tests')).toMatchObject({
    verdict: 'pass',
  });
  expect(report.gate?.items.find((row) => row.slug === 'style-guide')).toMatchObject({ verdict: 'pass' });
  expect(files).toEqual(
    expect.arrayContaining([
      'scripts/restore-drill.js',
      'docs/maintenance.md',
      'test/security/operations.test.js',
    ]),
  );
  expect(await show('src/backup/restore.js')).toContain('setval');
  expect(await leftovers(cli)).toEqual([]);
  await serverGone(cli.home);
}, 900_000);
