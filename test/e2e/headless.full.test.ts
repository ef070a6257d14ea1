// Needs Temporal, PostgreSQL, bash and the npm registry or its cache: the shell commands of the example for GitHub
// Actions, run one after another as its jobs would, from the question to the delivered branch.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../src/config/package-root';
import { runCommand } from '../../src/process/run-command';
import { eventLines } from './event-lines';
import { OBJECTIVE, openCommandLine, serverGone, type CommandLine } from './command-line';

const Workflow = z.object({
  jobs: z.object({
    objective: z.object({
      steps: z.array(z.object({ name: z.string().optional(), run: z.string().optional() })),
    }),
  }),
});

let cli: CommandLine;
let folder: string;
let program: string;
beforeAll(async () => {
  cli = await openCommandLine();
  folder = await mkdtemp(join(tmpdir(), 'coordinator-ci-'));
  // The offline model asks in the scenario `human` only, which the example has no reason to name.
  program = join(folder, 'coordinator.js');
  const real = JSON.stringify(join(packageRoot(), 'bin', 'backend-coordinator.js'));
  const scenario = `if (process.argv[2] === 'start-objective') process.argv.splice(3, 0, '--scenario', 'human');`;
  await writeFile(program, `${scenario}\nrequire(${real});\n`);
});
afterAll(async () => {
  await cli.dispose();
  await rm(folder, { recursive: true, force: true });
});

interface StepEnd {
  readonly code: number | null;
  readonly stderr: string;
  readonly summary: string;
}

/** Runs a step as the runner does: `bash -e` in the job's folder, without a terminal. */
async function step(name: string, variables: Readonly<Record<string, string>> = {}): Promise<StepEnd> {
  const text = await readFile(join(packageRoot(), 'docs', 'examples', 'github-actions.yml'), 'utf8');
  const { steps } = Workflow.parse(parse(text)).jobs.objective;
  const script = steps.find((row) => row.name === name)?.run;
  if (script === undefined) throw new Error(`The example has no step ${name}.`);
  const summary = join(folder, 'summary.md');
  await writeFile(summary, '');
  const { PATH = '', HOME = '' } = process.env;
  const run = await runCommand({
    argv: ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
    cwd: folder,
    env: {
      ...{ PATH, HOME, CI: 'true', GITHUB_ACTOR: 'ada', COORDINATOR_HOME: cli.home, COORDINATOR: program },
      ...{ OBJECTIVE, REPOSITORY: '', TRUST: '', ANSWER: '' },
      ...{ GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: join(folder, 'output') },
      ...variables,
    },
    timeoutMs: 900_000,
    maxOutputBytes: 1_000_000,
  });
  await serverGone(cli.home);
  return {
    code: run.end.kind === 'exited' ? run.end.code : null,
    stderr: run.stderr,
    summary: await readFile(summary, 'utf8'),
  };
}

const events = async () => eventLines(await readFile(join(folder, 'events.ndjson'), 'utf8'));
const lastEvent = async () => (await events()).at(-1);

test('a job ends with 4 and the command to answer, again the same; answered, it delivers; once more, nothing new begins', async () => {
  const refused = await step('Build', { TRUST: 'no hash' });
  expect({ code: refused.code, stderr: refused.stderr }).toEqual({
    code: 2,
    stderr: expect.stringMatching(/^--trust: /),
  });
  expect(refused.summary).toContain('Nothing was started (code 2); the log of this step says why.');

  const asked = await step('Build');
  expect([asked.code, asked.summary, asked.stderr]).toEqual([
    4,
    expect.stringMatching(/resolve objective-\S+ backend-T007-E1 --decision retry --option mend/),
    expect.any(String),
  ]);
  expect(asked.summary).toContain('waits for a decision');
  const printed = await events();
  expect(printed.map(({ type }) => type).slice(-3)).toEqual(['escalation', 'needs-human', 'result']);
  const result = printed.at(-1);
  const objective = result?.type === 'result' ? result.objective : '';

  expect((await step('Build')).code).toBe(4);
  expect(await lastEvent()).toMatchObject({ type: 'result', objective, exitCode: 4 });

  const unknown = await step('Answer', { ANSWER: 'gc --yes' });
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('begins with resolve')]);
  // What a shell would run is a word like any other.
  const guidance = '"Store a hash; $(touch ran) `touch ran`."';
  const answer = `resolve backend-T007-E1 --decision retry --option mend --guidance ${guidance}`;
  expect((await step('Answer', { ANSWER: answer })).code).toBe(0);
  expect(existsSync(join(folder, 'ran'))).toBe(false);
  expect((await step('Build')).code).toBe(0);
  const delivered = await lastEvent();
  expect(delivered).toMatchObject({ type: 'result', objective, outcome: 'delivered', exitCode: 0 });

  const again = await step('Build');
  expect(again.code).toBe(0);
  expect(await lastEvent()).toEqual(delivered);
}, 1_800_000);
