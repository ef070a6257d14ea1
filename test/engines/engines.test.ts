// Needs sh; bubblewrap for one test (skipped and counted without it). Engines are scripts in temporary folders.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngines, engineVersions, readEngineFacts } from '../../src/engines/engines';
import type { Engine, Engines } from '../../src/ports/engines';
import { runCommand } from '../../src/process/run-command';
import { createSandbox, probeSandbox } from '../../src/sandbox/sandbox';
import { writeFiles } from '../gate/support';
import { hasBubblewrap } from '../support/bubblewrap';

let home: string;
let bin: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'engines-')));
  bin = join(home, 'bin');
  mkdirSync(bin);
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function script(path: string, text: string): string {
  const file = join(home, path);
  writeFiles(home, { [path]: `#!/bin/sh\n${text}\n` });
  chmodSync(file, 0o755);
  return file;
}

const look = (environment: Record<string, string> = {}): Engines =>
  createEngines({ path: `relative:${bin}`, environment });

async function foundIn(engines: Engines, name: 'python3' | 'java' | 'mvn'): Promise<Engine> {
  const found = await engines.find(name);
  if (found.kind !== 'found') throw new Error(`${name} was not found: ${found.why}`);
  return found.engine;
}

/** A Python in a home folder behind a shim that logs its calls, with keys beside it. */
function pythonInHome(): void {
  script('versions/3.12/bin/python3.12', 'echo "Python runs"');
  writeFiles(home, { 'versions/3.12/lib/os.py': '', 'versions/3.12/etc/secret': 'KEY', '.ssh/id': 'KEY' });
  const facts = JSON.stringify({
    version: '3.12.1',
    executable: join(home, 'versions/3.12/bin/python3.12'),
    prefix: join(home, 'versions/3.12'),
  });
  script('bin/python3', `echo called >> ${join(home, 'calls')}\necho '${facts}'`);
}

test('what is not on PATH is missing, and node is the one that runs this', async () => {
  expect(await readEngineFacts(look())).toEqual({
    node: { version: process.versions.node },
    python3: { missing: 'not on PATH' },
    java: { missing: 'not on PATH' },
    mvn: { missing: 'not on PATH' },
  });
});

test('a program that does not run is missing, and the reason names it', async () => {
  const file = script('bin/python3', 'exit 1');
  expect(await look().find('python3')).toEqual({ kind: 'missing', why: `${file} does not run` });
});

test('behind a shim the Python itself is found; of its folder only programs and libraries are mounted', async () => {
  pythonInHome();
  const engines = look();
  const engine = await foundIn(engines, 'python3');
  expect(engine).toMatchObject({
    version: '3.12.1',
    program: join(home, 'versions/3.12/bin/python3.12'),
    path: [join(home, 'versions/3.12/bin')],
    readOnly: [join(home, 'versions/3.12/bin'), join(home, 'versions/3.12/lib')],
  });
  await engines.find('python3');
  expect(String(spawnSync('cat', [join(home, 'calls')]).stdout)).toBe('called\n');
});

(hasBubblewrap ? test : test.skip)(
  'in the sandbox it runs, and nothing beside it in the home folder is there',
  async () => {
    pythonInHome();
    const { program, readOnly } = await foundIn(look(), 'python3');
    const worktree = join(home, 'worktree');
    mkdirSync(worktree);
    const sandbox = createSandbox(await probeSandbox({ PATH: '/usr/local/bin:/usr/bin:/bin' }));
    const run = await runCommand(
      sandbox.wrap(
        {
          argv: [
            'sh',
            '-c',
            `${program}; ls -A ${home} ${home}/versions/3.12; cat ${home}/.ssh/id; touch ${program}x`,
          ],
          cwd: worktree,
          timeoutMs: 20_000,
        },
        { worktree, readOnly, network: 'none' },
      ),
    );
    expect(run.stdout).toContain('Python runs');
    expect(run.stdout).not.toMatch(/\.ssh|etc|KEY/);
    expect(run.end).not.toEqual({ kind: 'exited', code: 0 });
  },
);

test('JAVA_HOME wins over PATH, and a JRE is no JDK', async () => {
  const print = (folder: string): string =>
    `echo "    java.home = ${join(home, folder)}" >&2; echo "    java.version = 21.0.1" >&2`;
  script('bin/java', print('jre'));
  script('jdk/bin/java', print('jdk'));
  script('jdk/bin/javac', '');
  writeFiles(home, { 'jdk/conf/security/java.security': '', 'jdk/lib/modules': '' });
  expect(await look().find('java')).toMatchObject({ kind: 'missing', why: expect.stringContaining('JRE') });
  expect(await foundIn(look({ JAVA_HOME: join(home, 'jdk') }), 'java')).toMatchObject({
    version: '21.0.1',
    env: { JAVA_HOME: join(home, 'jdk') },
    readOnly: ['bin', 'lib', 'conf'].map((part) => join(home, 'jdk', part)),
  });
});

test("Maven's settings, which may hold passwords, are not mounted; what it starts with is, also behind links", async () => {
  writeFiles(home, {
    'etc/m2.conf': '',
    'etc/settings.xml': '<password/>',
    'etc/logging/simplelogger.properties': '',
    'maven/lib/core.jar': '',
    'maven/boot/classworlds.jar': '',
  });
  script(
    'maven/bin/mvn',
    `printf '\\033[1mApache Maven 3.9.9\\033[m\\nMaven home: ${join(home, 'maven')}\\n'`,
  );
  symlinkSync(join(home, 'etc/m2.conf'), join(home, 'maven/bin/m2.conf'));
  symlinkSync(join(home, 'etc'), join(home, 'maven/conf'));
  symlinkSync(join(home, 'maven/bin/mvn'), join(bin, 'mvn'));
  const engine = await foundIn(look(), 'mvn');
  expect(engine).toMatchObject({ version: '3.9.9', program: join(home, 'maven/bin/mvn') });
  expect(engine.readOnly).toEqual(
    expect.arrayContaining(['maven/lib', 'etc/m2.conf', 'etc/logging'].map((part) => join(home, part))),
  );
  expect(engine.readOnly.some((path) => /settings|etc$|conf$/.test(path.replace(/m2\.conf$/, '')))).toBe(
    false,
  );
});

test('versions of what a survey needs make one text', async () => {
  pythonInHome();
  const needs = [
    { name: 'python3' as const, requires: null },
    { name: 'mvn' as const, requires: null },
  ];
  expect(await engineVersions(look(), needs)).toBe('python3 3.12.1, mvn missing');
});
