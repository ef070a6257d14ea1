// Needs Temporal (an embedded server), git and the built package: an agent starts an objective and decides on its plan.
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { z } from 'zod';
import { packageRoot } from '../../src/config/package-root';
import { openCommandLine, OBJECTIVE, type CommandLine } from '../e2e/command-line';

const Started = z.looseObject({ id: z.string(), attached: z.boolean() });
const PROGRAM = join(packageRoot(), 'bin', 'backend-coordinator.js');

let line: CommandLine;
let client: Client;
beforeAll(async () => {
  line = await openCommandLine();
  client = new Client({ name: 'lead-agent', version: '1.0.0' });
  const { PATH = '', HOME = '' } = process.env;
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [PROGRAM, 'mcp'],
      env: { PATH, HOME, COORDINATOR_HOME: line.home, COORDINATOR_MODEL: 'offline' },
    }),
  );
});
afterAll(async () => {
  await client.close();
  await line.run('worker', '--stop');
  await line.run('server', '--stop');
  await line.dispose();
});

test('an objective is started in the background, its plan read and rejected, its report read', async () => {
  const call = (name: string, args: Record<string, unknown>) =>
    client.callTool({ name, arguments: args }, undefined, { timeout: 300_000 });
  const start = { objective: OBJECTIVE, scenario: 'clean', approvePlan: true };
  const { id, attached } = Started.parse((await call('start_objective', start)).structuredContent);
  expect(attached).toBe(false);
  expect((await call('start_objective', start)).structuredContent).toMatchObject({ id, attached: true });
  const waited = await call('wait_for_objective', { id, timeoutSeconds: 280 });
  expect(waited.structuredContent).toMatchObject({
    reason: 'needs-human',
    objective: { planAwaitsApproval: true, planVersion: 1 },
  });
  const [plan] = (await client.readResource({ uri: `coordinator://objectives/${id}/plan` })).contents;
  expect(JSON.parse(plan !== undefined && 'text' in plan ? plan.text : '')).toMatchObject({
    objective: id,
    version: 1,
    plan: { tasks: expect.arrayContaining([expect.objectContaining({ id: 'backend-T001' })]) },
  });
  const rejected = await call('review_plan', { id, decision: 'reject', baseVersion: 1, by: 'ada' });
  expect(rejected.structuredContent).toMatchObject({ applied: true });
  const ended = await call('wait_for_objective', { id, timeoutSeconds: 280 });
  expect(ended.structuredContent).toMatchObject({ reason: 'ended', objective: { outcome: 'rejected' } });
  const { structuredContent: report } = await call('get_report', { id, format: 'json' });
  expect(report).toMatchObject({
    report: { outcome: 'rejected', reason: expect.stringContaining('ada@mcp') },
  });
}, 600_000);
