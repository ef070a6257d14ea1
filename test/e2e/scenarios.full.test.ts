// Needs Temporal, PostgreSQL and the npm registry or its cache: every scenario through the command line, one home.
import { deliver, levelsOf, leftovers, readDelivered } from './delivered';
import { OBJECTIVE, openCommandLine, resultLine, serverGone, type CommandLine } from './command-line';

let cli: CommandLine;
beforeAll(async () => {
  cli = await openCommandLine();
});
afterAll(() => cli.dispose());

const RUN_TIMEOUT_MS = 600_000;

afterEach(async () => {
  expect(await leftovers(cli)).toEqual([]);
});

test(
  'clean: every task passes at its first attempt',
  async () => {
    const result = await deliver(cli, 'clean');
    const { report } = await readDelivered(cli, result);
    expect(report.tasks.flatMap((task) => task.attempts.map((attempt) => attempt.level))).toEqual(
      Array(8).fill(0),
    );
    expect(report.metrics.find((metric) => metric.name === 'backend_success_rate')?.value).toBe(1);
  },
  RUN_TIMEOUT_MS,
);

test(
  'review: the coordinator reassigns a task that level 1 did not mend',
  async () => {
    const result = await deliver(cli, 'review');
    const { report } = await readDelivered(cli, result);
    expect(levelsOf(report, 'backend-T006')).toEqual([0, 1, 1, 3]);
    const task = report.tasks.find((row) => row.id === 'backend-T006');
    expect(task?.attempts.at(-1)).toMatchObject({
      specialist: 'nodejs-expert',
      because: 'reassigned to @nodejs-expert',
    });
    expect(task?.state).toBe('merged');
  },
  RUN_TIMEOUT_MS,
);

test(
  'gap: what the comparison misses at the end becomes a task, and is delivered with the rest',
  async () => {
    const result = await deliver(cli, 'gap');
    expect(result.outcome).toBe('delivered');
    const { report, show } = await readDelivered(cli, result);
    expect(report.tasks.map(({ id, kind, state }) => [id, kind, state]).at(-1)).toEqual([
      'backend-T009',
      'repair',
      'merged',
    ]);
    expect(await show('test/sessions/purge-documented.test.js')).toContain('purge');
  },
  RUN_TIMEOUT_MS,
);

test(
  'conflict: two tasks change the same lines, the second resolves it with both intents',
  async () => {
    const result = await deliver(cli, 'conflict');
    const { report, show } = await readDelivered(cli, result);
    const levels = [levelsOf(report, 'backend-T003'), levelsOf(report, 'backend-T004')];
    expect(levels.filter((row) => row.at(-1) === 3)).toHaveLength(1);
    const routes = await show('src/routes/index.js');
    expect(routes).not.toMatch(/^<<<<<<<|^>>>>>>>/m);
    expect(routes).toContain('auth');
    expect(routes).toContain('oauth');
  },
  RUN_TIMEOUT_MS,
);

test(
  'red-together: two tasks are green alone and red together, and one attempt of the second mends it',
  async () => {
    const result = await deliver(cli, 'red-together');
    expect(result.outcome).toBe('delivered');
    const { report, show } = await readDelivered(cli, result);
    const levels = [levelsOf(report, 'backend-T003'), levelsOf(report, 'backend-T004')];
    expect(levels.map((row) => row.join()).sort()).toEqual(['0', '0,3']);
    const withdrawn = (report.events ?? []).filter(({ text }) => text.includes('red together: withdrawn'));
    expect(withdrawn).toHaveLength(1);
    const [limits, routes] = [await show('test/auth/limits.test.js'), await show('src/oauth/routes.js')];
    expect(limits.includes("!url.startsWith('/v1/auth/oauth/')")).toBe(!routes.includes('max: 30,'));
  },
  RUN_TIMEOUT_MS,
);

test(
  'human: without a terminal it ends with 4 and the command to answer; resolve says when nobody works; attach carries it on',
  async () => {
    const run = await cli.run('start-objective', OBJECTIVE, '--scenario', 'human', '--no-wait', '--json');
    expect(run.code).toBe(4);
    const asked = resultLine(run.stdout);
    expect(asked).toMatchObject({ outcome: null, exitCode: 4 });
    await serverGone(cli.home);

    const open = await cli.run('escalations', asked.objective);
    expect(open.stdout).toContain('backend-T007-E1');
    expect(open.stdout).toMatch(/security-concern/);

    const resolved = await cli.run(
      ...[
        'resolve',
        asked.objective,
        'backend-T007-E1',
        '--decision',
        'retry',
        '--option',
        'mend',
        '--by',
        'ada',
      ],
    );
    expect(resolved.code).toBe(0);
    const again = await cli.run(
      'resolve',
      asked.objective,
      'backend-T007-E1',
      '--decision',
      'skip',
      '--by',
      'bob',
    );
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('already decided: retry by ada');

    const attached = await cli.run('attach', asked.objective, '--json');
    expect(attached.code).toBe(0);
    const result = resultLine(attached.stdout);
    expect(result).toMatchObject({ outcome: 'delivered', exitCode: 0 });
    const { report } = await readDelivered(cli, result);
    expect(report.decisions).toMatchObject([
      { escalationId: 'backend-T007-E1', decision: 'retry', by: 'ada', channel: 'update' },
    ]);
    expect(report.tasks.at(-1)).toMatchObject({ id: 'backend-T009', kind: 'repair', state: 'merged' });

    const late = await cli.run(
      'resolve',
      asked.objective,
      'backend-T007-E1',
      '--decision',
      'skip',
      '--by',
      'bob',
    );
    expect(late.code).toBe(2);
    expect(late.stderr).toMatch(/finished|already/);
    expect(late.stderr).not.toMatch(/\n\s+at /);
  },
  RUN_TIMEOUT_MS,
);

/** An answer to a question, as somebody types it. */
async function answer(objective: string, question: string, option: string): Promise<void> {
  const flags = ['--decision', 'retry', '--option', option, '--by', 'ada'];
  const resolved = await cli.run('resolve', objective, question, ...flags);
  expect([resolved.code, resolved.stderr]).toEqual([0, expect.not.stringContaining('not offered')]);
}

test(
  'breaking: an operation and a column that are taken away are asked about with what breaks; told so, both only add',
  async () => {
    const run = await cli.run('start-objective', OBJECTIVE, '--scenario', 'breaking', '--no-wait', '--json');
    expect(run.code).toBe(4);
    const asked = resultLine(run.stdout);
    await serverGone(cli.home);

    const open = await cli.run('escalations', asked.objective);
    expect(open.stdout).toMatch(/backend-T001-E1 \(breaking-change\)/);
    expect(open.stdout).toMatch(
      /evidence: \[api\] openapi\.yaml: \/v1\/orders\/\{orderId\}\/cancel: the path is gone/,
    );
    expect(open.stdout).toMatch(/backend-T002-E1 \(breaking-change\)/);
    expect(open.stdout).toMatch(
      /evidence: \[migration\] migrations\/\d+_authentication\.up\.sql: drops column customer_reference of table orders/,
    );
    const [ofApi = '', ofSchema = ''] = open.stdout.split(/(?=backend-T002-E1 \()/);
    for (const option of ['additive (recommended)', 'deprecate', 'new-version', 'accept'])
      expect(ofApi).toContain(`  ${option}: `);
    expect(ofSchema).toContain('  additive (recommended): ');
    expect(ofSchema).not.toContain('  new-version: ');

    await answer(asked.objective, 'backend-T001-E1', 'deprecate');
    await answer(asked.objective, 'backend-T002-E1', 'additive');
    const attached = await cli.run('attach', asked.objective, '--json');
    expect(attached.code).toBe(0);
    const result = resultLine(attached.stdout);
    expect(result).toMatchObject({ outcome: 'delivered', exitCode: 0 });

    const { report, files, show } = await readDelivered(cli, result);
    expect(levelsOf(report, 'backend-T001')).toEqual([0, 4]);
    expect(levelsOf(report, 'backend-T002')).toEqual([0, 4]);
    expect(report.decisions.map(({ trigger, option }) => [trigger, option])).toEqual([
      ['breaking-change', 'deprecate'],
      ['breaking-change', 'additive'],
    ]);
    const spec = await show('openapi.yaml');
    expect(spec).toMatch(/operationId: cancelOrder\n.*\n.*\n +deprecated: true/);
    const migrations = files.filter((path) => /^migrations\/.*\.up\.sql$/.test(path));
    expect(migrations).toHaveLength(3);
    for (const path of migrations) expect(await show(path)).not.toMatch(/drop column/i);
    expect(report.contracts).toMatchObject([{ state: 'tested' }]);
    const [change] = report.databaseChanges ?? [];
    expect(change?.rehearsal).toMatchObject({ destructive: [], oldVersionWorks: true, problems: [] });
  },
  RUN_TIMEOUT_MS,
);
