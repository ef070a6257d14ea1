// Needs git and npm; bubblewrap for one test (skipped and counted without it). No server, no Temporal, no PostgreSQL.
import childProcess from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GateReport, type Receipt } from '../../src/domain/quality-gate/receipt';
import type { Survey } from '../../src/domain/target/survey';
import { summarise } from '../../src/domain/quality-gate/gate-summary';
import { BootstrapRefused } from '../../src/gate/bootstrap-refused';
import { judgeItems } from '../../src/domain/quality-gate/gate-verdict';
import { CouldNotRun } from '../../src/gate/could-not-run';
import { createCheckRunner } from '../../src/gate/check-runner';
import { createGateRunner, type GateSetting } from '../../src/gate/gate-runner';
import { isRunning } from '../../src/gate/install-lock';
import { createSandbox, probeSandbox } from '../../src/sandbox/sandbox';
import {
  commitAll,
  containing,
  createMemoryStore,
  matching,
  createSetting,
  receiptOf,
  SURVEY,
  writeFiles,
} from './support';
import { hasBubblewrap } from '../support/bubblewrap';

const REF = 'b'.repeat(64);

let base: string;
let checkout: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'gate-'));
  checkout = join(base, 'check out');
  mkdirSync(checkout);
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

interface Given {
  readonly survey?: Partial<Survey>;
  readonly setting?: GateSetting;
  readonly scope?: 'task' | 'objective';
  /** A state committed before. */
  readonly base?: State;
  readonly signal?: AbortSignal;
}

interface State {
  readonly commit: string;
  readonly tree: string;
  readonly copy: string;
}

/** What tests write while they run is not part of the tree. */
const IGNORED = 'pid\nruns\nseen\nmade\n';

/** The checkout as it stands, as a commit. */
function commitState(): State {
  writeFiles(checkout, { '.gitignore': IGNORED });
  const state = commitAll(checkout, join(base, 'mirror.git'));
  const copy = join(base, `copy-${state.commit}`);
  cpSync(checkout, copy, { recursive: true });
  return { ...state, copy };
}

async function gate(given: Given = {}): Promise<GateReport> {
  const state = commitState();
  const before = given.base;
  const report = await createGateRunner({ checkers: [], ...(given.setting ?? createSetting(base)) }).run({
    target: {
      path: checkout,
      gitDir: join(base, 'mirror.git'),
      commit: state.commit,
      tree: state.tree,
      base: before?.commit ?? state.commit,
    },
    survey: { ...SURVEY, ...given.survey },
    scope: given.scope ?? 'task',
    ...(before === undefined
      ? {}
      : {
          base: {
            commit: before.commit,
            open: () => Promise.resolve({ path: before.copy, dispose: () => Promise.resolve() }),
          },
        }),
    signal: given.signal ?? new AbortController().signal,
  });
  return GateReport.parse(report);
}

async function tests(given: Given = {}): Promise<Receipt> {
  return receiptOf((await gate(given)).receipts, 'tests');
}

function scripts(content: Record<string, string>): void {
  writeFiles(checkout, { 'package.json': { name: 'tiny', scripts: content } });
}

const NODE_TEST = "require('node:test')('adds', () => {});\n";

test('an objective gets 40 items; without other checkers only build, tests and lint are decided', async () => {
  scripts({ test: 'node --test', lint: 'echo untidy && exit 1', build: 'echo built' });
  writeFiles(checkout, { 'test/a.test.js': NODE_TEST });
  const report = await gate({
    scope: 'objective',
    survey: { build: ['npm', 'run', 'build'], lint: ['npm', 'run', 'lint'] },
  });
  const verdicts = Object.fromEntries(report.receipts.map(({ subject, verdict }) => [subject, verdict]));
  expect(verdicts).toEqual({ build: 'pass', tests: 'pass', 'style-guide': 'fail' });
  expect(judgeItems(report.receipts)).toHaveLength(40);
  expect(receiptOf(report.receipts, 'tests')).toMatchObject({
    checker: { kind: 'tool', exitCode: 0 },
    tree: report.tree,
    sandbox: 'none',
    note: '1 tests ran (node:test)',
  });
  expect(summarise({ report, ref: REF })).toMatchObject({
    green: false,
    red: [{ subject: 'style-guide' }],
    counts: { fail: 1, 'needs-review': 39, pass: 0 },
  });
});

test('exit 0 without a single test is not a pass', async () => {
  scripts({ test: 'node --test' });
  expect(await tests()).toMatchObject({ verdict: 'needs-review' });
  writeFiles(checkout, { 'test/a.test.js': 'console.log(1);\n' });
  expect(await tests()).toMatchObject({ verdict: 'needs-review', checker: { exitCode: 0 } });
});

test('an unknown runner passes by its exit code, and the receipt says so', async () => {
  scripts({ test: 'echo all good' });
  const receipt = await tests();
  expect(receipt.verdict).toBe('pass');
  expect(receipt.note).toContain('could not be read');
});

test('a missing script, a missing program and no command at all are no answer', async () => {
  scripts({});
  expect(await tests()).toMatchObject({ verdict: 'needs-review', note: containing('missing') });
  scripts({ test: 'no-such-program' });
  expect(await tests()).toMatchObject({
    verdict: 'needs-review',
    note: containing('not found'),
  });
  expect(await tests({ survey: { test: ['no-such-program'] } })).toMatchObject({ verdict: 'needs-review' });
  expect(await tests({ survey: { test: null } })).toMatchObject({
    verdict: 'needs-review',
    checker: { kind: 'rule' },
  });
});

test('a hanging test fails in bounded time and leaves no process', async () => {
  writeFiles(checkout, {
    'hang.js': `require('fs').writeFileSync('pid', String(process.pid));
      process.on('SIGTERM', () => {});
      setInterval(() => {}, 1000);`,
  });
  const receipt = await tests({
    survey: { test: ['sh', '-c', 'node hang.js; exit 1'], testTimeoutMs: 4000 },
  });
  expect(receipt).toMatchObject({ verdict: 'fail', checker: { exitCode: null } });
  expect(receipt.note).toContain('did not end');
  expect(isRunning(Number(readFileSync(join(checkout, 'pid'), 'utf8')))).toBe(false);
});

test('100 MB of output are bounded, and the end is kept', async () => {
  scripts({ test: 'node loud.js' });
  writeFiles(checkout, {
    'loud.js': `const line = 'x'.repeat(1023) + '\\n';
      for (let n = 0; n < 100 * 1024; n += 1) require('fs').writeSync(1, line);
      console.log('the end'); process.exitCode = 1;`,
  });
  const store = createMemoryStore();
  const receipt = await tests({ setting: createSetting(base, { store }) });
  const [text = ''] = store.texts();
  expect(receipt.verdict).toBe('fail');
  expect(text.length).toBeLessThan(1_200_000);
  expect(text).toContain('bytes left out');
  expect(receipt.evidence[0]).toMatchObject({ excerpt: matching(/the end$/) });
});

test('secrets in the output are redacted in excerpt and blob', async () => {
  const token = `ghp_${'a1B2'.repeat(9)}`;
  scripts({ test: `echo token ${token} && exit 1` });
  const store = createMemoryStore();
  const receipt = await tests({ setting: createSetting(base, { store }) });
  expect(JSON.stringify(receipt) + store.texts().join()).toContain('[redacted:github-token]');
  // The command line that npm echoes holds it too.
  expect(JSON.stringify(receipt) + store.texts().join()).not.toContain(token);
});

test('the environment of a check has none of ours in it', async () => {
  process.env['COORDINATOR_PLANTED'] = 'planted-value';
  try {
    scripts({ test: 'env && exit 1' });
    const store = createMemoryStore();
    await tests({ setting: createSetting(base, { store }) });
    expect(store.texts().join()).toContain('CI=1');
    expect(store.texts().join()).not.toContain('planted-value');
  } finally {
    delete process.env['COORDINATOR_PLANTED'];
  }
});

describe('receipts', () => {
  const counter = (): string => readFileSync(join(checkout, 'runs'), 'utf8');

  test('the same tree runs nothing again; another tree, command or version of the check does', async () => {
    scripts({ test: 'printf x >> runs' });
    const first = await gate();
    const again = await gate();
    expect(again.receipts).toEqual(first.receipts);
    expect(counter()).toBe('x');
    writeFiles(checkout, { 'other.txt': 'other' });
    const other = await gate();
    expect(counter()).toBe('xx');
    expect(receiptOf(other.receipts, 'tests').tree).toBe(other.tree);
    expect(other.tree).not.toBe(first.tree);
    await gate({ survey: { test: ['sh', '-c', 'printf x >> runs'] } });
    expect(counter()).toBe('xxx');
  });

  test('another version of an engine is another check', async () => {
    scripts({ test: 'printf x >> runs' });
    const on = (engine: string): Promise<GateReport> =>
      gate({ setting: createSetting(base, { engineVersions: () => Promise.resolve(engine) }) });
    await on('java 17');
    await on('java 17');
    expect(counter()).toBe('x');
    await on('java 21');
    expect(counter()).toBe('xx');
  });

  test('a failure is remembered, a time-out and a check that could not run are not', async () => {
    scripts({ test: 'printf x >> runs; exit 1' });
    await gate();
    await gate();
    expect(counter()).toBe('x');
    const hang = { testTimeoutMs: 1000, test: ['sh', '-c', 'printf x >> runs; sleep 30'] };
    await gate({ survey: hang });
    await gate({ survey: hang });
    expect(counter()).toBe('xxx');
  });
});

describe('against the base', () => {
  test('what is red on the base too stays a failure and is not red', async () => {
    scripts({ test: 'exit 1' });
    const before = commitState();
    writeFiles(checkout, { 'new.txt': 'new' });
    const report = await gate({ base: before });
    expect(receiptOf(report.receipts, 'tests')).toMatchObject({
      verdict: 'fail',
      isNew: false,
      note: containing('also fails on the base'),
    });
    expect(summarise({ report, ref: REF }).green).toBe(true);
  });

  test('removing the tests that passed on the base is red', async () => {
    scripts({ test: 'node --test' });
    writeFiles(checkout, { 'test/a.test.js': NODE_TEST });
    const before = commitState();
    rmSync(join(checkout, 'test'), { recursive: true });
    const report = await gate({ base: before });
    expect(summarise({ report, ref: REF }).red[0]?.subject).toBe('tests');
  });
});

describe('what stands in the way', () => {
  test('dependencies the target broke fail its checks; unsupported ones leave them open', async () => {
    scripts({ test: 'true' });
    const refuse = (why: 'broken' | 'unsupported'): GateSetting => {
      const setting = createSetting(base);
      return {
        ...setting,
        bootstrap: { ...setting.bootstrap, ensure: () => Promise.reject(new BootstrapRefused('no', why)) },
      };
    };
    expect(await tests({ setting: refuse('broken') })).toMatchObject({ verdict: 'fail', note: 'no' });
    expect(await tests({ setting: refuse('unsupported') })).toMatchObject({ verdict: 'needs-review' });
  });

  test('no PostgreSQL for a service that needs one is an error, not a verdict', async () => {
    scripts({ test: 'true' });
    await expect(gate({ survey: { database: 'postgres' } })).rejects.toMatchObject({
      name: 'Gate.CouldNotRun',
      message: containing('this test has no PostgreSQL'),
    });
  });

  test('each test run gets a fresh database, dropped afterwards also when it fails', async () => {
    scripts({ test: 'echo $DATABASE_URL $COORDINATOR_REPLICA_URL > seen; exit 1' });
    const events: string[] = [];
    const setting = createSetting(base, {
      postgres: () =>
        Promise.resolve({
          adminUrl: 'postgres://admin@localhost/postgres',
          createDatabase: () => {
            events.push('created');
            return Promise.resolve({
              url: 'postgres://admin@localhost/fresh',
              drop: () => {
                events.push('dropped');
                return Promise.resolve();
              },
            });
          },
        }),
    });
    await gate({ setting, survey: { database: 'postgres' } });
    expect(events).toEqual(['created', 'dropped']);
    expect(readFileSync(join(checkout, 'seen'), 'utf8').trim()).toBe(
      'postgres://admin@localhost/fresh postgres://admin@localhost/postgres',
    );
  });

  test('an abort ends the checks and is thrown', async () => {
    scripts({ test: 'echo $$ > pid; exec sleep 60' });
    const stop = new AbortController();
    const running = gate({ signal: stop.signal });
    while (!existsSync(join(checkout, 'pid'))) await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });
});

(hasBubblewrap ? test : test.skip)(
  'in the sandbox: the checkout is writable, git is not, no network',
  async () => {
    const sandbox = createSandbox(await probeSandbox({ PATH: '/usr/local/bin:/usr/bin:/bin' }));
    scripts({ test: 'node probe.js' });
    writeFiles(checkout, {
      'probe.js': `const fs = require('fs');
      fs.writeFileSync('made', 'x');
      try { fs.writeFileSync(${JSON.stringify(join(base, 'mirror.git', 'planted'))}, 'x'); console.log('git is writable'); }
      catch { console.log('git is read-only'); }
      console.log(Object.keys(require('os').networkInterfaces()).filter((name) => name !== 'lo').length, 'networks');`,
    });
    const store = createMemoryStore();
    const receipt = await tests({ setting: createSetting(base, { sandbox, store }) });
    expect(receipt).toMatchObject({ verdict: 'pass', sandbox: 'bubblewrap' });
    expect(store.texts().join()).toContain('git is read-only');
    expect(store.texts().join()).toContain('0 networks');
    expect(existsSync(join(checkout, 'made'))).toBe(true);
    expect(existsSync(join(base, 'mirror.git', 'planted'))).toBe(false);
  },
);

describe('for a specialist', () => {
  async function runChecks(
    only: readonly ('build' | 'test' | 'lint')[],
    setting = createSetting(base),
  ): Promise<{ passed: boolean; output: string }> {
    return createCheckRunner(setting).runChecks({
      path: checkout,
      gitDir: join(base, 'mirror.git'),
      survey: { ...SURVEY, lint: ['npm', 'run', 'lint'] },
      only,
      signal: new AbortController().signal,
    });
  }

  test('the text starts with the command and how it ended', async () => {
    scripts({ test: 'echo expected 1, got 2 && exit 3', lint: 'true' });
    const { passed, output } = await runChecks(['test', 'lint', 'build']);
    expect(passed).toBe(false);
    expect(output).toMatch(
      /^build: the repository has no build command\n\n\$ npm test\nexit code 3 after .*expected 1, got 2/s,
    );
    expect(output).toContain('$ npm run lint\nexit code 0');
    expect((await runChecks(['lint'])).passed).toBe(true);
  });

  test('a machine without room for a process is no result of the checks', async () => {
    scripts({ test: 'true' });
    const full = Object.assign(new Error('spawn npm EAGAIN'), { code: 'EAGAIN' });
    jest.spyOn(childProcess, 'spawn').mockImplementationOnce(() => {
      throw full;
    });
    await expect(runChecks(['test'])).rejects.toMatchObject({
      name: 'Gate.CouldNotRun',
      message: expect.stringContaining('EAGAIN; the machine is short of processes'),
    });
    jest.restoreAllMocks();
    expect((await runChecks(['test'])).passed).toBe(true);
  });

  test('dependencies that cannot be brought in are a result: the manifest as it stands may be why', async () => {
    const setting = createSetting(base);
    const ensure = (): Promise<never> => Promise.reject(new CouldNotRun('npm ci did not work (E403)'));
    const bootstrap = { ...setting.bootstrap, ensure };
    expect(await runChecks(['test'], { ...setting, bootstrap })).toEqual({
      passed: false,
      output: expect.stringMatching(/^\$ .*\nnpm ci did not work \(E403\)$/),
    });
  });

  test('it runs anew each time, on the worktree as it stands', async () => {
    scripts({ test: 'printf x >> runs' });
    await runChecks(['test']);
    await runChecks(['test']);
    expect(readFileSync(join(checkout, 'runs'), 'utf8')).toBe('xx');
  });
});
