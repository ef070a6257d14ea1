// Needs Temporal and git: a newcomer's way on an empty home, from init to an objective that is watched again.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readSettings } from '../../src/config/settings-file';
import { OBJECTIVE, openCommandLine, resultLine, type CommandLine } from './command-line';

const Estimated = z.looseObject({
  plan: z.looseObject({ tasks: z.array(z.looseObject({ id: z.string() })) }),
  estimate: z.looseObject({ source: z.enum(['home', 'shipped']), durationMs: z.unknown() }),
});
const Initialised = z.strictObject({
  settings: z.looseObject({ path: z.string(), written: z.literal(true) }),
  draft: z.null(),
  variables: z.array(z.unknown()),
  doctor: z.looseObject({ ready: z.literal(true) }),
  dryRun: Estimated,
  next: z.string(),
  exitCode: z.literal(0),
});
const Doctor = z.looseObject({
  ready: z.literal(true),
  checks: z.array(z.looseObject({ name: z.string(), found: z.string() })),
});
const Status = z.looseObject({
  state: z.string(),
  budgetUsd: z.number(),
  tasks: z.array(z.looseObject({ id: z.string(), title: z.string() })),
});

let cli: CommandLine;
beforeAll(async () => {
  cli = await openCommandLine();
});
afterAll(() => cli.dispose());

async function json<T>(schema: z.ZodType<T>, ...argv: string[]): Promise<T> {
  const { code, stdout, stderr } = await cli.run(...argv, '--json');
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${String(code)}:\n${stdout}\n${stderr}`);
  return schema.parse(JSON.parse(stdout));
}

test('init, doctor, a dry run and a start agree on settings and plan, and the start is attached to', async () => {
  const made = await json(Initialised, 'init', '--repo', 'sample', '--model', 'offline', '--budget-usd', '4');
  expect(await readSettings(cli)).toEqual({ version: 1, model: 'offline', budgetUsd: 4 });
  const { checks } = await json(Doctor, 'doctor');
  expect(checks.find(({ name }) => name === 'settings')?.found).toContain('model offline, budget 4.00 USD');
  const seen = await json(Estimated, 'start-objective', OBJECTIVE, '--dry-run');
  expect(seen.plan).toEqual(made.dryRun.plan);
  // Until now no server ran and nothing was kept but the mirror.
  expect((await readdir(cli.home)).sort()).toEqual(['repositories', 'samples', 'settings.yaml']);

  const started = await cli.run('start-objective', OBJECTIVE, '--approve-plan', '--no-wait', '--json');
  expect(started.code).toBe(4);
  expect(started.stderr).toMatch(/^Budget at most 4\.00 USD \(settings\.yaml; /m);
  const { objective } = resultLine(started.stdout);
  const waiting = await json(Status, 'status', objective);
  expect(waiting).toMatchObject({ state: 'awaiting-approval', budgetUsd: 4 });
  expect(waiting.tasks.map(({ id }) => id)).toEqual(seen.plan.tasks.map(({ id }) => id));

  // The same start again watches what is under way.
  const again = await cli.run('start-objective', OBJECTIVE, '--approve-plan', '--no-wait', '--json');
  expect(again.code).toBe(4);
  expect(again.stderr).toContain(`Already under way, watching it: ${objective}`);
  const ended = await cli.run('plan', objective, 'reject', '--comment', 'only looking');
  expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 });
  const last = await cli.run('attach', objective, '--no-wait', '--json');
  expect(resultLine(last.stdout)).toMatchObject({ outcome: 'rejected', exitCode: 3 });
  expect(await readdir(join(cli.home, 'reports'))).toContain(`${objective}.json`);
  // Nothing was built, so nothing was measured: the shipped figures go on being used.
  expect((await json(Estimated, 'start-objective', OBJECTIVE, '--dry-run')).estimate.source).toBe('shipped');
}, 600_000);
