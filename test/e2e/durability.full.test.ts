// Needs Temporal, PostgreSQL and the npm registry or its cache: kills separate processes of a real run.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { MESSAGES } from '../../src/domain/objective/messages';
import { leftovers, readDelivered } from './delivered';
import { OBJECTIVE, openCommandLine, resultLine, type CommandLine } from './command-line';

let cli: CommandLine;
beforeEach(async () => {
  cli = await openCommandLine();
});
afterEach(() => cli.dispose());

const RUN_TIMEOUT_MS = 900_000;

async function objectiveOf(home: string): Promise<string> {
  const listed = await readFile(join(home, 'server.json'), 'utf8');
  const { address } = z.object({ address: z.string() }).parse(JSON.parse(listed));
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    for await (const workflow of client.workflow.list({ query: 'WorkflowType = "objectiveWorkflow"' }))
      return workflow.workflowId;
    throw new Error('no objective was started');
  } finally {
    await connection.close();
  }
}

test(
  'kill -9 of the command line in mid-run, then attach: it goes on and delivers, each task merged once',
  async () => {
    const first = cli.start('start-objective', OBJECTIVE, '--scenario', 'clean', '--json');
    await first.seen(/backend-T002[^\n]*merged/);
    const id = await objectiveOf(cli.home);
    await first.killGroup();
    const attached = await cli.run('attach', id, '--json');
    expect(attached.code).toBe(0);
    const result = resultLine(attached.stdout);
    expect(result.outcome).toBe('delivered');
    const { report } = await readDelivered(cli, result);
    expect(
      report.tasks.every((task) => task.state === 'merged' && task.attempts.every((a) => a.level === 0)),
    ).toBe(true);
    expect(await leftovers(cli)).toEqual([]);
  },
  RUN_TIMEOUT_MS,
);

test(
  'kill -9 of everything, server and guard too, then attach; a raw JSON signal answers its question',
  async () => {
    const first = cli.start('start-objective', OBJECTIVE, '--scenario', 'human', '--json');
    await first.seen(/backend-T002[^\n]*merged/);
    const id = await objectiveOf(cli.home);
    await cli.killServer();
    await first.killGroup();

    const asked = await cli.run('attach', id, '--json');
    expect(asked.code).toBe(4);
    expect(asked.stdout).toContain('backend-T007-E1');

    const server = cli.start('server');
    await server.seen(/http:\/\/127\.0\.0\.1/);
    const { address } = z
      .object({ address: z.string() })
      .parse(JSON.parse(await readFile(join(cli.home, 'server.json'), 'utf8')));
    const connection = await Connection.connect({ address });
    await new Client({ connection }).workflow.getHandle(id).signal(MESSAGES.resolveEscalation, {
      escalationId: 'backend-T007-E1',
      decision: 'retry',
      option: 'mend',
      by: 'grace',
    });
    await connection.close();

    const final = await cli.run('attach', id, '--json');
    expect(final.code).toBe(0);
    const { report } = await readDelivered(cli, resultLine(final.stdout));
    expect(report.decisions).toMatchObject([{ decision: 'retry', by: 'grace', channel: 'signal' }]);
    await server.killGroup();
  },
  RUN_TIMEOUT_MS,
);
