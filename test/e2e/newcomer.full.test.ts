// Needs Temporal, PostgreSQL, `script` of util-linux and the npm registry or its cache: the way of the README's "From start to
// report" at two terminals, with a script as the editor.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Report } from '../../src/domain/objective/report';
import { leftovers } from './delivered';
import { OBJECTIVE, openCommandLine, serverGone, type CommandLine } from './command-line';

/** Writes nonsense first; opened again on it, mends that and lowers what one task may cost. */
const EDITOR = `
  const { readFileSync, writeFileSync } = require('node:fs');
  const path = process.argv.at(-1);
  const text = readFileSync(path, 'utf8');
  const nonsense = 'specialist: nobody-at-all';
  writeFileSync(path, text.includes(nonsense)
    ? text.replace(nonsense, 'specialist: database-optimizer').replace(/(id: backend-T003)\\n( +)/, '$1\\n$2budgetUsd: 2.5\\n$2')
    : text.replace('specialist: database-optimizer', nonsense));
`;

let tools: string;
let cli: CommandLine;
beforeEach(async () => {
  tools = await mkdtemp(join(tmpdir(), 'newcomer-'));
  const script = join(tools, 'editor.js');
  await writeFile(script, EDITOR);
  cli = await openCommandLine({ USER: 'ada', EDITOR: `"${process.execPath}" "${script}"` });
});
afterEach(async () => {
  await cli.dispose();
  await rm(tools, { recursive: true, force: true });
});

test('starts an objective, edits its plan, steers a task, answers the question and opens the report', async () => {
  const first = cli.startOnTerminal('start-objective', OBJECTIVE, '--scenario', 'human', '--approve-plan');
  await first.seen(/Approve this plan/);
  const [id] = await open();
  first.type('\u001b[B\r');
  await first.seen(/plan\.yaml:\d+: /);
  await first.seen(/Open the editor again\?/);
  first.type('y\r');
  await first.seen(/USD[\s\S]*2\.5[\s\S]*Approve this plan/);
  expect((await cli.run('plan', id)).stdout).toMatch(/T003[^\n]*2\.5/);

  const second = await cli.run('plan', id, 'budget', 'T4', '3');
  expect([second.code, second.stderr]).toEqual([0, '']);
  // Whoever looks at it is shown what somebody else changed, before they approve.
  await first.seen(/T004 [^\n]* 3 {2}[\s\S]*Approve this plan/);
  first.type('\r');
  await first.seen(/T001[\s\S]*merged/);
  const steered = await cli.run('steer', id, 'Keep access tokens short-lived', '--task', 'T5');
  expect([steered.code, steered.stderr]).toEqual([0, '']);

  await first.seen(/Your decision/);
  expect((await cli.run('escalations', id)).stdout).toContain('backend-T007-E1');
  first.type('\r');
  await first.seen(/Guidance for the specialist/);
  first.type('Store a hash.\r');
  await first.seen(/Delivered\./);
  await first.seen(/Keep the Web UI up/);
  first.type('n\r');
  expect((await first.ended).code).toBe(0);
  await serverGone(cli.home);

  const told = await cli.run('report', id);
  expect(told.code).toBe(0);
  const page = /\/\S+\.html/.exec(told.stderr.trim().split('\n').at(-1) ?? '')?.[0] ?? '';
  expect(await readFile(page, 'utf8')).toContain('backend-T007-E1');
  const report = Report.parse(JSON.parse((await cli.run('report', id, '--json')).stdout));
  expect(report).toMatchObject({
    outcome: 'delivered',
    decisions: [
      { escalationId: 'backend-T007-E1', decision: 'retry', guidance: 'Store a hash.', by: 'ada@tty' },
    ],
  });
  expect((await cli.run('diff', id)).stdout).toContain('+++ b/');
  expect(await leftovers(cli)).toEqual([]);
}, 900_000);

async function open(): Promise<[string]> {
  const listed = await cli.run('list', '--json');
  return z
    .object({ objectives: z.tuple([z.object({ objectiveId: z.string() })]) })
    .transform(({ objectives }): [string] => [objectives[0].objectiveId])
    .parse(JSON.parse(listed.stdout));
}
