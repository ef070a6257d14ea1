// Needs Temporal and the npm registry or its cache: one full run on the GraphQL sample.
import { levelsOf, leftovers, readDelivered } from './delivered';
import { openCommandLine, resultLine, serverGone, type CommandLine } from './command-line';

let cli: CommandLine;
beforeAll(async () => {
  cli = await openCommandLine();
});
afterAll(() => cli.dispose());

test('reviews are added to a GraphQL schema and resolved in batches, with one recovery and one consultation', async () => {
  const objective = 'Add product reviews to the catalog GraphQL schema';
  const run = await cli.run('start-objective', objective, '--json');
  expect(run.stderr).toContain('offline model (playbook catalog, scenario default)');
  expect(run.code).toBe(0);
  const result = resultLine(run.stdout);

  const { report, files, show } = await readDelivered(cli, result);
  expect(report.tasks.map((task) => task.state)).toEqual(report.tasks.map(() => 'merged'));
  expect(levelsOf(report, 'backend-T001')).toEqual([0, 1]);
  expect(levelsOf(report, 'backend-T002')).toEqual([0, 2]);
  expect(report.tasks.flatMap((task) => task.attempts)).toHaveLength(report.tasks.length + 2);
  expect(report.gate?.preconditions.find((row) => row.subject === 'tests')).toMatchObject({
    verdict: 'pass',
  });
  expect(report.gate?.items.find((row) => row.slug === 'style-guide')).toMatchObject({ verdict: 'pass' });
  expect(files).toEqual(
    expect.arrayContaining(['src/reviews/resolvers.js', 'test/security/reviews.test.js', 'scripts/load.js']),
  );
  expect(await show('schema.graphql')).toContain('addReview(');
  expect(await show('src/graphql/rules.js')).toContain('costRule');
  expect(await leftovers(cli)).toEqual([]);
  await serverGone(cli.home);
}, 900_000);
