// Needs git and the built program: dry runs, answered by the offline model's server; no Temporal, sandbox or engine.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../src/config/package-root';
import { Analysis } from '../../src/domain/plan/analysis';
import { Plan } from '../../src/domain/plan/plan';
import { NO_USAGE } from '../../src/domain/usage/usage';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { objectiveInput } from '../../bench/smooth-activities';
import { SURVEY } from '../activities/ports';
import { openCommandLine, type CommandLine } from '../e2e/command-line';
import { dryRun } from '../../src/cli/start/dry-run';
import type { PreparedObjective } from '../../src/cli/start/prepare-objective';
import type { CommandContext } from '../../src/cli/command';
import { captureTerminal } from './fixtures';

const OBJECTIVE = 'Add user authentication system with OAuth2 and JWT';
const Range = z.object({ low: z.number(), high: z.number() });
const DryRun = z.object({
  type: z.literal('dry-run'),
  sources: z.record(z.string(), z.string()),
  trustHash: z.string().regex(/^[0-9a-f]{64}$/),
  sandbox: z.string(),
  analysis: Analysis,
  plan: Plan,
  groups: z.array(z.object({ kind: z.string() })),
  estimate: z.object({
    source: z.string(),
    rough: z.boolean(),
    tokens: Range,
    usd: Range.nullable(),
    durationMs: Range.nullable(),
    byRole: z.array(z.object({ role: z.string(), model: z.string(), tokens: Range, usd: Range.nullable() })),
    criticalPath: z.array(z.string()),
  }),
  usage: z.object({ requests: z.number(), usd: z.number().nullable() }),
  exitCode: z.literal(0),
});

const open: CommandLine[] = [];
const opened = async (variables: Readonly<Record<string, string>> = {}): Promise<CommandLine> => {
  const made = await openCommandLine(variables);
  open.push(made);
  return made;
};
let folder: string;
let provider: OfflineModel;
let claude: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dry-run-'));
  provider = await startOfflineModel({ playbooks: await loadPlaybooks(join(packageRoot(), 'playbooks')) });
  claude = { ANTHROPIC_BASE_URL: provider.url('auth', 'default'), ANTHROPIC_API_KEY: 'no-key-at-all' };
});
afterAll(async () => {
  await provider.stop();
  for (const one of open) await one.dispose();
  await rm(folder, { recursive: true, force: true });
});

const PREPARED: PreparedObjective = {
  input: objectiveInput(),
  target: {
    source: { kind: 'sample', name: 'orders-service', version: '1' },
    identity: 'sample:orders-service@1',
    baseRef: 'main',
    baseCommit: 'a'.repeat(40),
    sample: 'orders-service',
    notes: [],
  },
  surveyed: {
    survey: SURVEY,
    trustHash: 'ab12'.repeat(16),
    configuration: null,
    commands: 'test     npm test',
    lacking: [],
    roles: [],
    roleNotes: [],
  },
  sandbox: 'none',
  recording: null,
  sources: { repository: 'default', model: 'default', budget: 'default' },
};

/** A PATH with nothing on it but git. */
async function onlyGit(): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await symlink(execFileSync('which', ['git'], { encoding: 'utf8' }).trim(), join(bin, 'git'));
  return bin;
}

/** A repository with a test command that would leave a mark. */
async function repository(): Promise<string> {
  const path = await mkdtemp(join(folder, 'shop-'));
  const scripts = { test: `touch ${join(folder, 'ran')}` };
  await writeFile(join(path, 'package.json'), JSON.stringify({ name: 'shop', version: '1.0.0', scripts }));
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: path, encoding: 'utf8' });
  git('init', '--quiet', '--initial-branch', 'main');
  git('add', '.');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '--quiet', '--message', 'first');
  return path;
}

test('on an empty home the sample is analysed, planned and estimated offline, in tokens only', async () => {
  const { run, home } = await opened();
  const { code, stdout: out, stderr: err } = await run('start-objective', OBJECTIVE, '--dry-run', '--json');
  expect({ code, lines: out.trim().split('\n').length }).toEqual({ code: 0, lines: 1 });
  const made = DryRun.parse(JSON.parse(out));
  expect(made.plan.tasks).toHaveLength(8);
  expect(made.sources).toEqual({ repository: 'default', model: 'default', budget: 'default' });
  expect(made.estimate).toMatchObject({ source: 'shipped', rough: false, usd: null, durationMs: null });
  expect(made.estimate.tokens.high).toBeGreaterThan(made.estimate.tokens.low);
  expect(made.estimate.criticalPath[0]).toBe('backend-T001');
  expect(made.usage).toMatchObject({ requests: 2, usd: null });
  expect(err).toMatch(/Estimate \(the middle half of what was measured: \d+ tasks of \d+ objectives/);
  expect(err).toContain(`Trust hash ${made.trustHash}`);
  // No server, no journal, nothing to attach to.
  expect((await readdir(home)).sort()).toEqual(['repositories', 'samples']);
});

test('another repository is planned without trust, sandbox or engine, and nothing of it is touched', async () => {
  const path = await repository();
  const { run, home } = await opened({ ...claude, PATH: await onlyGit() });
  const refs = (): string => execFileSync('git', ['for-each-ref'], { cwd: path, encoding: 'utf8' });
  const before = refs();
  const {
    code,
    stdout: out,
    stderr: err,
  } = await run('start-objective', OBJECTIVE, '--repo', path, '--dry-run', '--json');
  expect({ code, err }).toMatchObject({ code: 0 });
  const made = DryRun.parse(JSON.parse(out));
  expect(made.sandbox).toMatch(/^none; a start would be refused/);
  expect(err).toMatch(/npm test/);
  expect(refs()).toBe(before);
  expect(
    execFileSync('git', ['worktree', 'list'], { cwd: path, encoding: 'utf8' }).trim().split('\n'),
  ).toHaveLength(1);
  expect(existsSync(join(folder, 'ran'))).toBe(false);
  expect(existsSync(join(home, 'trust.json'))).toBe(false);
});

test('Claude’s estimate is in dollars, called rough, and the dry run says what it cost itself', async () => {
  const { run } = await opened(claude);
  const {
    code,
    stdout: out,
    stderr: err,
  } = await run(
    ...['start-objective', OBJECTIVE, '--repo', 'sample', '--dry-run', '--json', '--budget-usd', '0.5'],
  );
  expect({ code, err }).toMatchObject({ code: 0 });
  const made = DryRun.parse(JSON.parse(out));
  expect(made.estimate.rough).toBe(true);
  expect(made.estimate.usd?.high).toBeGreaterThan(made.estimate.usd?.low ?? 0);
  const sum = made.estimate.byRole.reduce((total, row) => total + (row.usd?.high ?? 0), 0);
  expect(made.estimate.usd?.high).toBeCloseTo(sum);
  expect(made.usage.usd).toBeGreaterThan(0);
  expect(err).toMatch(/rough: figures of .* offline model .*Claude was not measured/);
  expect(err).toMatch(/This dry run cost 0\.\d{4} USD/);
});

test('a budget the asking itself would exceed ends it with 3, and nothing was spent', async () => {
  const { run } = await opened(claude);
  const {
    code,
    stdout: out,
    stderr: err,
  } = await run(
    ...['start-objective', OBJECTIVE, '--repo', 'sample', '--dry-run', '--json', '--budget-usd', '0.0001'],
  );
  expect(code).toBe(3);
  expect(err).toMatch(/There is no plan: The next call needs about/);
  expect(JSON.parse(out)).toMatchObject({ plan: null, estimate: null, usage: { requests: 0 }, exitCode: 3 });
});

test('a plan that was refused each time ends it with 3 and the reasons', async () => {
  const errors = ['The dependencies run in a circle, backend-T001 → backend-T001; remove one of them.'];
  const { terminal, out, err } = captureTerminal();
  const foreseen = { analysis: null, end: { kind: 'refused', errors }, usage: NO_USAGE, roles: {} };
  const context = {
    terminal,
    services: { foresee: () => Promise.resolve(foreseen), reportsDir: folder },
    signal: new AbortController().signal,
  } as unknown as CommandContext;
  const { exitCode, value } = await dryRun(context, PREPARED);
  expect(exitCode).toBe(3);
  expect(value).toMatchObject({ plan: null, estimate: null, refusals: errors, exitCode: 3 });
  expect(err()).toContain(errors[0]);
  expect(out()).toContain('This dry run used 0 requests');
});

test('a hash that does not fit is refused in a dry run too', async () => {
  const { run } = await opened(claude);
  const path = await repository();
  const { code, stderr: err } = await run(
    ...['start-objective', OBJECTIVE, '--repo', path, '--dry-run', '--trust', 'f'.repeat(64)],
  );
  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/--trust f+ does not fit/) });
});

test('settings that cannot be read are one sentence with their line, exit 2', async () => {
  const { run, home } = await opened();
  await writeFile(join(home, 'settings.yaml'), 'version: 1\nmodel: gpt\n');
  const { code, stderr } = await run('start-objective', OBJECTIVE, '--dry-run');
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /settings\.yaml:2 is wrong at model: use auto, anthropic or offline; correct it\.\n$/,
  );
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
