// Needs npm and pip with their registries, Python 3.11, a PostgreSQL of the chain; bubblewrap when it is there.
import type { TestRun } from '../../../src/gate/facts/test-run';
import { createRepository, inspectRepository } from './support';

async function runOf(example: string): Promise<TestRun> {
  const repository = createRepository({ example });
  const opened = await inspectRepository(repository);
  try {
    return await opened.inspection.tests();
  } finally {
    await opened.dispose();
    repository.dispose();
  }
}

test('a Fastify service: coverage by lines, injected requests, statements', async () => {
  const run = await runOf('orders-service');
  console.log(run.argv, run.outcome, run.run.durationMs, run.wrapsTests, run.output.slice(-1500));
  console.log(
    run.coverage.kind === 'absent'
      ? run.coverage
      : {
          ...run.coverage.value,
          files: [...run.coverage.value.files].map(([p, f]) => [p, f.executable.size, f.covered.size]),
        },
  );
  console.log(
    run.requests.kind === 'absent'
      ? run.requests
      : [run.requests.value.length, run.requests.value.slice(0, 6)],
  );
  console.log(run.statements.kind === 'absent' ? run.statements : run.statements.value.slice(0, 20));
});
