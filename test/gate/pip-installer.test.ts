// Needs python3 with pip 22.3 or later (skipped and counted without it); bubblewrap for some; an index on a loopback port.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atLeast, parseVersion } from '../../src/domain/target/engine-version';
import type { Survey } from '../../src/domain/target/survey';
import { createEngines } from '../../src/engines/engines';
import { createBootstrap } from '../../src/gate/bootstrap';
import { createCheckRunner } from '../../src/gate/check-runner';
import { pipEnvironment } from '../../src/gate/pip/pip-command';
import type { Bootstrap, Provision } from '../../src/ports/gate';
import { runCommand } from '../../src/process/run-command';
import { createSandbox, probeSandbox } from '../../src/sandbox/sandbox';
import { createRunShell } from '../../src/worker/run-shell';
import { type PythonIndex, startPythonIndex } from './python-index';
import { containing, createSetting, matching, SURVEY, writeFiles } from './support';
import { hasBubblewrap } from '../support/bubblewrap';

const PATH = process.env['PATH'] ?? '';
const pip = spawnSync('python3', ['-m', 'pip', '--version'], { cwd: tmpdir() });
const withPip = atLeast(parseVersion(String(pip.stdout)), [22, 3]) ? describe : describe.skip;
const confined = hasBubblewrap ? test : test.skip;

const PYTHON: Survey = {
  ...SURVEY,
  stack: 'python',
  packageManager: 'pip',
  install: ['python3', '-m', 'pip', 'install', '-r', 'requirements.txt'],
  test: ['python3', '-m', 'unittest', 'discover', '-v'],
};
const signal = new AbortController().signal;

withPip('with pip', () => {
  let base: string;
  let checkout: string;
  let store: string;
  let index: PythonIndex;
  let bootstrap: Bootstrap;

  beforeEach(async () => {
    base = mkdtempSync(join(tmpdir(), 'pip-installer-'));
    checkout = join(base, 'checkout');
    store = join(base, 'dependencies');
    mkdirSync(checkout);
    mkdirSync(join(base, 'mirror.git'));
    const ran = join(base, 'setup-ran');
    index = await startPythonIndex(base, {
      plain: {},
      tool: { requires: ['plain>=1'] },
      greedy: { setup: `open(${JSON.stringify(ran)}, "w").write("ran")\n` },
    });
    bootstrap = createBootstrap({ store, environment: environment(), engines: engines() });
  });
  afterEach(async () => {
    await index.close();
    rmSync(base, { recursive: true, force: true });
  });

  function environment(): Record<string, string> {
    return {
      PATH,
      HOME: process.env['HOME'] ?? base,
      PIP_INDEX_URL: index.url,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_CACHE_DIR: join(base, 'pip-cache'),
      PIP_RETRIES: '0',
    };
  }
  const engines = (): ReturnType<typeof createEngines> =>
    createEngines({ path: PATH, environment: process.env as Record<string, string> });
  const ensure = (survey = PYTHON, path = checkout): Promise<Provision> =>
    bootstrap.ensure({ path, survey, signal });
  const requirements = (text: string): void => {
    writeFiles(checkout, { 'requirements.txt': text });
  };

  test('a package and what it needs are installed once, in an environment of their own', async () => {
    requirements('tool==1.0.0\n');
    writeFiles(join(base, 'sibling'), { 'requirements.txt': '# the same\ntool == 1.0.0\n' });
    const [first, second] = await Promise.all([ensure(), ensure(PYTHON, join(base, 'sibling'))]);
    expect(second).toEqual(first);
    expect(index.fetched.sort()).toEqual(['plain-1.0.0-py3-none-any.whl', 'tool-1.0.0-py3-none-any.whl']);
    expect(readdirSync(store)).toHaveLength(1);
    expect(first.path[0]).toBe(join(first.env['VIRTUAL_ENV'] ?? '', 'bin'));
    // Nothing still points to where it was made.
    const [script = ''] = readFileSync(join(first.path[0] ?? '', 'tool'), 'utf8').split('\n');
    expect(script).toBe(`#!${join(first.path[0] ?? '', 'python')}`);
  });

  confined(
    'in the sandbox tests find them without network, and so does the shell of a specialist',
    async () => {
      requirements('tool==1.0.0\n');
      writeFiles(checkout, {
        'test_it.py': [
          'import subprocess, unittest, tool, plain',
          'class T(unittest.TestCase):',
          '    def test_script(self):',
          '        self.assertIn("tool runs from", subprocess.check_output(["tool"], text=True))',
          '    def test_network(self):',
          '        import urllib.request',
          `        with self.assertRaises(Exception): urllib.request.urlopen(${JSON.stringify(index.url)}, timeout=5)`,
          '',
        ].join('\n'),
      });
      const sandbox = createSandbox(await probeSandbox({ PATH }));
      const gitDir = join(base, 'mirror.git');
      const checks = createCheckRunner(createSetting(base, { sandbox, bootstrap, dependencyStore: store }));
      const run = await checks.runChecks({ path: checkout, gitDir, survey: PYTHON, only: ['test'], signal });
      expect(run).toEqual({ passed: true, output: containing('2 tests ran (unittest)') });
      expect(existsSync(join(checkout, '__pycache__'))).toBe(false);

      const shell = createRunShell({ sandbox, bootstrap, dependencyStore: store });
      const worktree = { path: checkout, head: '', conflicts: [], gitDir };
      const request = { worktree, masked: [], survey: PYTHON, timeoutMs: 30_000, signal };
      expect(await shell({ ...request, command: 'tool && python3 -c "import plain"' })).toMatchObject({
        exitCode: 0,
        output: matching(/^tool runs from .*\/dependencies\//),
      });
      requirements('tool @ git+https://host/tool\n');
      expect(await shell({ ...request, command: 'echo still here' })).toMatchObject({
        exitCode: 0,
        output: matching(/without dependencies: .*git\+https.*still here/s),
      });
    },
  );

  confined('the engine comes alone where nothing is installed, from wherever it lies', async () => {
    const provision = await ensure({ ...PYTHON, install: null });
    const sandbox = createSandbox(await probeSandbox({ PATH }));
    const { readOnly } = provision;
    const spec = {
      argv: ['python3', '-c', 'import ssl, sqlite3, sys; print(sys.version_info[:2])'] as const,
      cwd: checkout,
      timeoutMs: 20_000,
      env: { PATH: [...provision.path, '/usr/local/bin', '/usr/bin', '/bin'].join(':') },
    };
    const policy = { worktree: checkout, readOnly, network: 'none' as const };
    const run = await runCommand(sandbox.wrap({ ...spec, argv: [...spec.argv] }, policy));
    const here = spawnSync('python3', ['-c', 'import sys; print(sys.version_info[:2])'], { cwd: tmpdir() });
    expect(run).toMatchObject({ end: { kind: 'exited', code: 0 }, stdout: String(here.stdout) });
    expect(existsSync(store)).toBe(false);
  });

  test('a package of sources only is refused, and its setup.py did not run; nor did that of the target', async () => {
    writeFiles(checkout, {
      'setup.py': `open(${JSON.stringify(join(base, 'setup-ran'))}, "w").write("ran")\n`,
    });
    requirements('greedy==1.0.0\n');
    await expect(ensure()).rejects.toMatchObject({
      name: 'Gate.BootstrapRefused',
      why: 'broken',
      message: matching(/wheel.*greedy/s),
    });
    requirements('plain==1.0.0\n');
    await ensure();
    expect(existsSync(join(base, 'setup-ran'))).toBe(false);
    expect(index.fetched).toEqual(['plain-1.0.0-py3-none-any.whl']);
    expect(readdirSync(store).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('hashes are honoured', async () => {
    const hash = index.hashOf('plain-1.0.0-py3-none-any.whl');
    requirements(`plain==1.0.0 --hash=sha256:${hash}\n`);
    await ensure();
    requirements(`plain==1.0.0 --hash=sha256:${'0'.repeat(64)}\n`);
    await expect(ensure()).rejects.toMatchObject({ why: 'broken', message: matching(/HASHES/) });
    requirements(`tool==1.0.0 --hash=sha256:${index.hashOf('tool-1.0.0-py3-none-any.whl')}\n`);
    await expect(ensure()).rejects.toMatchObject({ why: 'broken', message: matching(/require-hashes/) });
  });

  test('a registry that does not answer is no fault of the work', async () => {
    requirements('plain==1.0.0\n');
    await index.close();
    await expect(ensure()).rejects.toMatchObject({ name: 'Gate.CouldNotRun' });
  });

  test('the dependencies of a pyproject.toml are installed, and the project itself is not built', async () => {
    const ran = JSON.stringify(join(base, 'setup-ran'));
    writeFiles(checkout, {
      'pyproject.toml':
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n' +
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["plain==1.0.0"]\n',
      'backend.py': `open(${ran}, "w").write("ran")\n`,
      'src/shop/__init__.py': '',
    });
    const provision = await ensure({ ...PYTHON, install: ['pip', 'install', '-r', 'pyproject.toml'] });
    expect(provision.env['PYTHONPATH']).toBe(join(checkout, 'src'));
    expect(index.fetched).toEqual(['plain-1.0.0-py3-none-any.whl']);
    expect(existsSync(join(base, 'setup-ran'))).toBe(false);
    writeFiles(checkout, { 'pyproject.toml': '[project\n' });
    await expect(
      ensure({ ...PYTHON, install: ['pip', 'install', '-r', 'pyproject.toml'] }),
    ).rejects.toMatchObject({
      why: 'broken',
    });
  });

  test('a file reached through a link is not read', async () => {
    writeFiles(base, { 'outside/dev.txt': 'plain==1.0.0\n' });
    symlinkSync(join(base, 'outside'), join(checkout, 'requirements'));
    const survey = { ...PYTHON, install: ['pip', 'install', '-r', 'requirements/dev.txt'] };
    await expect(ensure(survey)).rejects.toMatchObject({ why: 'broken', message: matching(/no plain file/) });
  });

  test('an install command that names no file is not guessed at', async () => {
    await expect(ensure({ ...PYTHON, install: ['pip', 'install', '.'] })).rejects.toMatchObject({
      why: 'unsupported',
    });
  });

  test('a package is added to the first file and installed', async () => {
    requirements('plain==1.0.0\n');
    const add = { path: checkout, survey: PYTHON, signal, name: 'tool', version: '1.0.0' };
    expect(await bootstrap.addDependency(add)).toEqual({ changedFiles: ['requirements.txt'] });
    expect(readFileSync(join(checkout, 'requirements.txt'), 'utf8')).toBe('plain==1.0.0\ntool==1.0.0\n');
    const { path } = await ensure();
    expect(existsSync(join(path[0] ?? '', 'tool'))).toBe(true);
  });

  test('a package that cannot be had changes nothing', async () => {
    requirements('plain==1.0.0\n');
    for (const name of ['greedy', 'nowhere', 'git+https://host/x', '--index-url']) {
      const add = { path: checkout, survey: PYTHON, signal, name, version: '1.0.0' };
      await expect(bootstrap.addDependency(add)).rejects.toMatchObject({ name: 'Gate.BootstrapRefused' });
    }
    expect(readFileSync(join(checkout, 'requirements.txt'), 'utf8')).toBe('plain==1.0.0\n');
    expect(existsSync(join(base, 'setup-ran'))).toBe(false);
  });
});

test('model keys and settings that would make pip do more stay out of its environment', () => {
  const kept = pipEnvironment({
    HOME: '/home/u',
    HTTPS_PROXY: 'http://p',
    PIP_INDEX_URL: 'http://r',
    PIP_TARGET: '/x',
    PIP_NO_BINARY: ':all:',
    PIP_USER: '1',
    PYTHONSTARTUP: '/x',
    PYTHONPATH: '/x',
    ANTHROPIC_API_KEY: 'k',
  });
  expect(kept).toMatchObject({
    HOME: '/home/u',
    HTTPS_PROXY: 'http://p',
    PIP_INDEX_URL: 'http://r',
    PIP_USER: '0',
  });
  expect(Object.keys(kept).join()).not.toMatch(/TARGET|NO_BINARY|PYTHONSTARTUP|PYTHONPATH|ANTHROPIC/);
});
