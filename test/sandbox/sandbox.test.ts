// Needs bubblewrap (skipped and counted without it), git and npm; no server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandRun, type CommandSpec, runCommand } from '../../src/process/run-command';
import { createSandbox, probeSandbox, type Sandbox, type SandboxPolicy } from '../../src/sandbox/sandbox';
import { hasBubblewrap } from '../support/bubblewrap';

const PATH = '/usr/local/bin:/usr/bin:/bin';
const withBubblewrap = hasBubblewrap ? describe : describe.skip;
const asRoot = process.getuid?.() === 0 ? test : test.skip;

let base: string;
let worktree: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'sandbox-'));
  worktree = join(base, 'work tree');
  mkdirSync(worktree);
});
afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

function specOf(script: string, more: Partial<CommandSpec> = {}): CommandSpec {
  return { argv: ['sh', '-c', script], cwd: worktree, timeoutMs: 20_000, ...more };
}

withBubblewrap('in bubblewrap', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = createSandbox(await probeSandbox({ PATH }));
  });

  function inside(
    script: string,
    policy: Partial<SandboxPolicy> = {},
    more: Partial<CommandSpec> = {},
  ): Promise<CommandRun> {
    const whole: SandboxPolicy = { worktree, readOnly: [], network: 'none', ...policy };
    return runCommand(sandbox.wrap(specOf(script, more), whole));
  }

  test('a file written in the worktree stays', async () => {
    const run = await inside('echo kept > file; cat file');
    expect(run).toMatchObject({ end: { kind: 'exited', code: 0 }, stdout: 'kept\n' });
    expect(readFileSync(join(worktree, 'file'), 'utf8')).toBe('kept\n');
  });

  test.each(['/outside', '/usr/outside', '/etc/outside', '/usr/bin/sh'])(
    'writing %s fails and changes nothing',
    async (path) => {
      const before = existsSync(path);
      const run = await inside(`echo x > ${path}`);
      expect(run.end).toEqual({ kind: 'exited', code: expect.any(Number) });
      expect(run.end).not.toEqual({ kind: 'exited', code: 0 });
      expect(existsSync(path)).toBe(before);
    },
  );

  test('a neighbour of the worktree is neither seen nor changed', async () => {
    writeFileSync(join(base, 'neighbour'), 'mine');
    const run = await inside('cat ../neighbour; echo changed > ../neighbour; rm -rf ..; true');
    expect(run.stdout).toBe('');
    expect(readFileSync(join(base, 'neighbour'), 'utf8')).toBe('mine');
  });

  test('a read-only folder is read and not written', async () => {
    const store = join(base, 'store');
    mkdirSync(store);
    writeFileSync(join(store, 'dependency'), 'code');
    const run = await inside(`cat ${store}/dependency; echo bad > ${store}/dependency`, {
      readOnly: [store],
    });
    expect(run.stdout).toBe('code');
    expect(readFileSync(join(store, 'dependency'), 'utf8')).toBe('code');
  });

  test('a read-only folder inside the worktree and a writable one elsewhere keep their modes', async () => {
    const [store, sockets] = [join(worktree, 'node_modules'), join(base, 'sockets')];
    mkdirSync(store);
    mkdirSync(sockets);
    const run = await inside(`touch ${sockets}/s && ! touch node_modules/x`, {
      readOnly: [store],
      readWrite: [sockets],
    });
    expect(run.end).toEqual({ kind: 'exited', code: 0 });
    expect(readdirSync(store)).toEqual([]);
    expect(readdirSync(sockets)).toEqual(['s']);
  });

  test('a loopback listener outside cannot be reached, one inside can', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const connect = (to: number): string =>
      `node -e 'require("net").connect(${String(to)}, "127.0.0.1").on("error", (e) => { console.log(e.code); process.exit(1); }).on("connect", () => process.exit(0))'`;
    const run = await inside(connect(port));
    expect(run).toMatchObject({ end: { kind: 'exited', code: 1 }, stdout: 'ECONNREFUSED\n' });
    expect(connections).toBe(0);
    const own = await inside(
      `node -e 'const s = require("net").createServer((c) => c.end("up")).listen(4321, "localhost", () => require("net").connect(4321, "localhost").on("data", (d) => { console.log(String(d)); process.exit(0); }))'`,
    );
    expect(own.stdout).toBe('up\n');
    server.close();
  });

  test('keys in a home folder cannot be read, and the home inside is empty and its own', async () => {
    const home = join(base, 'home');
    mkdirSync(join(home, '.ssh'), { recursive: true });
    writeFileSync(join(home, '.ssh', 'id_ed25519'), 'PRIVATE');
    const run = await inside(
      `cat ${home}/.ssh/id_ed25519 ~/.ssh/id_ed25519; ls -A ~ /root /home 2>&1; touch ~/ok`,
    );
    expect(run.stdout).not.toContain('PRIVATE');
    expect(run.end).toEqual({ kind: 'exited', code: 0 });
    expect(run.stdout).toContain('No such file');
  });

  test('a masked file and a masked folder can be neither read nor written', async () => {
    mkdirSync(join(worktree, 'denied'));
    writeFileSync(join(worktree, 'denied', 'plan'), 'SECRET PLAN');
    writeFileSync(join(worktree, '.env'), 'SECRET KEY');
    const masked = ['.env', 'denied', 'missing'].map((name) => join(worktree, name));
    const run = await inside(
      'cat .env denied/plan; cp .env copy; echo x > .env; echo x > denied/plan; touch denied/new; mv denied moved; rm -rf denied .env; ls -A',
      { masked },
    );
    expect(run.stdout).not.toContain('SECRET');
    expect(run.stdout.split('\n')).toEqual(expect.arrayContaining(['.env', 'denied']));
    expect(readFileSync(join(worktree, '.env'), 'utf8')).toBe('SECRET KEY');
    expect(readFileSync(join(worktree, 'denied', 'plan'), 'utf8')).toBe('SECRET PLAN');
    expect(readdirSync(join(worktree, 'denied'))).toEqual(['plan']);
  });

  test('a mask outside the worktree or a relative path is refused', () => {
    const policy: SandboxPolicy = { worktree, readOnly: [], network: 'none' };
    expect(() => sandbox.wrap(specOf('true'), { ...policy, masked: [base] })).toThrow(
      'not inside the worktree',
    );
    expect(() => sandbox.wrap(specOf('true'), { ...policy, readOnly: ['store'] })).toThrow('are absolute');
  });

  test('node, npm and git run', async () => {
    writeFileSync(join(worktree, 'package.json'), '{"scripts":{"hello":"node -p 6*7"}}');
    const run = await inside('git init -q . && git add -A && git status --short && npm run -s hello');
    expect(run).toMatchObject({ end: { kind: 'exited', code: 0 }, stdout: 'A  package.json\n42\n' });
  });

  test('the environment holds what was given and nothing of ours', async () => {
    const run = await inside('env', {}, { env: { GIVEN: 'yes' } });
    expect(run.stdout).toContain('GIVEN=yes');
    expect(run.stdout).toContain('HOME=/sandbox-home');
    expect(run.stdout).not.toContain('JEST_WORKER_ID');
  });

  test('a file may not grow without end', async () => {
    const run = await inside('head -c 1 /dev/zero > small; truncate -s 3G big');
    expect(run.end).not.toEqual({ kind: 'exited', code: 0 });
  });

  test('no process outlives a time-out', async () => {
    const mark = `9999.${String(process.pid)}1`;
    const run = await inside(
      `sleep ${mark} >/dev/null 2>&1 & setsid sleep ${mark} & wait`,
      {},
      { timeoutMs: 500 },
    );
    expect(run.end).toEqual({ kind: 'timed-out' });
    await nothingRuns(mark);
  });

  test('no process outlives a kill -9 of the one that started it', async () => {
    const mark = `9999.${String(process.pid)}2`;
    const { argv } = sandbox.wrap(specOf(`echo up; sleep ${mark} & sleep ${mark}`), {
      worktree,
      readOnly: [],
      network: 'none',
    });
    const script = `const [f, ...a] = JSON.parse(process.argv[1]); require('child_process').spawn(f, a, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] }); setInterval(() => {}, 1000)`;
    const starter = spawn(process.execPath, ['-e', script, JSON.stringify(argv)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(starter.stdout, 'data');
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    await nothingRuns(mark);
  });

  asRoot('a worktree of another user is written as that user', async () => {
    chownSync(base, 65534, 65534);
    chownSync(worktree, 65534, 65534);
    const run = await inside('touch mine; stat -c %u mine');
    expect(run).toMatchObject({ end: { kind: 'exited', code: 0 }, stdout: '65534\n' });
  });
});

/** Resolves once no process has the mark in its command line; else the test's own time-out fails it. */
async function nothingRuns(mark: string): Promise<void> {
  const commandLine = (id: string): string => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  const runs = (): boolean =>
    readdirSync('/proc').some((id) => /^\d+$/.test(id) && commandLine(id).includes(`sleep\0${mark}`));
  while (runs()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('without bubblewrap', () => {
  test('the probe says what is missing and what to do', async () => {
    const probe = await probeSandbox({ PATH: base });
    expect(probe.level).toBe('none');
    expect(probe.detail).toMatch(/bwrap is not on PATH; install bubblewrap .* --allow-unsandboxed/);
  });

  test('a bwrap that fails is no sandbox, and its message is told', async () => {
    writeFileSync(
      join(base, 'bwrap'),
      '#!/bin/sh\necho "No permissions to create new namespace" >&2; exit 1\n',
      {
        mode: 0o755,
      },
    );
    const probe = await probeSandbox({ PATH: base });
    expect(probe.level).toBe('none');
    expect(probe.detail).toContain('No permissions to create new namespace');
  });

  test('a bwrap that cannot mount /proc is used without it', async () => {
    writeFileSync(
      join(base, 'bwrap'),
      '#!/bin/sh\ncase "$*" in *--proc*) echo "proc: not permitted" >&2; exit 1;; esac\n',
      { mode: 0o755 },
    );
    expect(await probeSandbox({ PATH: base })).toMatchObject({ level: 'bubblewrap', variant: 'no-proc' });
  });

  test('level none changes the environment only', async () => {
    const sandbox = createSandbox({ level: 'none', detail: '' });
    const wrapped = sandbox.wrap(specOf('env', { env: { GIVEN: 'yes' } }), {
      worktree,
      readOnly: [],
      network: 'none',
    });
    expect(wrapped.argv).toEqual(['sh', '-c', 'env']);
    const run = await runCommand(wrapped);
    expect(run.stdout).toContain('GIVEN=yes');
    expect(run.stdout).not.toContain('JEST_WORKER_ID');
  });
});
