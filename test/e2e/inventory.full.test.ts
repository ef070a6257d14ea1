// Needs Temporal, PostgreSQL, Python 3.11 and the registry of pip or its cache: one full run on the Python sample.
import { levelsOf, leftovers, readDelivered } from './delivered';
import { openCommandLine, resultLine, serverGone, type CommandLine } from './command-line';

let cli: CommandLine;
beforeAll(async () => {
  cli = await openCommandLine();
});
afterAll(() => cli.dispose());

test('reservations of stock are built in Python, and the failing test is mended at level 1', async () => {
  const objective = 'Add stock reservations with expiry to the inventory API';
  const run = await cli.run('start-objective', objective, '--json');
  expect(run.stderr).toContain('offline model (playbook inventory, scenario default)');
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
    expect.arrayContaining(['app/reservations/router.py', 'tests/reservations/test_end.py']),
  );
  expect(files.filter((path) => /__pycache__|\.venv|_cache\//.test(path))).toEqual([]);
  expect(await show('openapi.yaml')).toContain('/v1/reservations/{reservation_id}/confirm');
  expect(await leftovers(cli)).toEqual([]);
  await serverGone(cli.home);
}, 900_000);
