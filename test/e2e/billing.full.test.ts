// Needs Temporal, a JDK 17, and Maven with its registry or its cache: one full run on the Java sample.
import { levelsOf, leftovers, readDelivered } from './delivered';
import { openCommandLine, resultLine, serverGone, type CommandLine } from './command-line';

let cli: CommandLine;
beforeAll(async () => {
  cli = await openCommandLine();
});
afterAll(() => cli.dispose());

test('credit notes are built in Java, what JUnit finds is mended at level 1, and the audit is granted a file', async () => {
  const run = await cli.run('start-objective', 'Add credit notes to the billing service', '--json');
  expect(run.stderr).toContain('offline model (playbook billing, scenario default)');
  expect(run.code).toBe(0);
  const result = resultLine(run.stdout);

  const { report, files, show } = await readDelivered(cli, result);
  expect(report.tasks.map((task) => task.state)).toEqual(report.tasks.map(() => 'merged'));
  expect(levelsOf(report, 'backend-T002')).toEqual([0, 1]);
  expect(report.tasks.flatMap((task) => task.attempts)).toHaveLength(report.tasks.length + 1);
  // The audit asks for code that was there before; that is no new attempt.
  expect(report.tasks.find((task) => task.id === 'backend-T005')?.context?.exceptions).toContainEqual({
    path: 'src/main/java/com/example/billing/http/ProblemHandler.java',
    reason: 'granted',
  });
  const tests = report.gate?.preconditions.find((row) => row.subject === 'tests');
  expect(tests?.verdict).toBe('pass');
  expect(tests?.note).toMatch(/^\d+ tests ran \(surefire\)$/);
  expect(report.gate?.items.find((row) => row.slug === 'style-guide')).toMatchObject({ verdict: 'pass' });
  expect(files).toEqual(
    expect.arrayContaining([
      'src/main/java/com/example/billing/controller/CreditNoteController.java',
      'docs/security/credit-notes-audit.md',
    ]),
  );
  expect(files.filter((path) => path.startsWith('target/'))).toEqual([]);
  expect(await show('openapi.yaml')).toContain('/v1/credit-notes/{creditNoteId}');
  expect(await leftovers(cli)).toEqual([]);
  await serverGone(cli.home);
}, 900_000);
