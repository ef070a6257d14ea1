// Needs no server: runs sh, node and sleep in temporary folders.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isGroupAlive } from '../../src/process/process-group';
import { type CommandSpec, runCommand } from '../../src/process/run-command';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-command-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function shell(script: string, more: Partial<CommandSpec> = {}): CommandSpec {
  return { argv: ['sh', '-c', script], cwd: folder, timeoutMs: 20_000, ...more };
}

async function groupIdIn(file: string): Promise<number> {
  return Number((await readFile(join(folder, file), 'utf8')).trim());
}

describe('how a command ends', () => {
  test('exit code and both streams come back apart', async () => {
    const run = await runCommand(shell('echo out; echo err >&2; exit 3'));
    expect(run).toMatchObject({ end: { kind: 'exited', code: 3 }, stdout: 'out\n', stderr: 'err\n' });
    expect(run.stdoutBytes).toBe(4);
    expect(run.durationMs).toBeGreaterThan(0);
  });

  test('a signal is reported by name', async () => {
    const run = await runCommand(shell('kill -KILL $$'));
    expect(run.end).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
  });

  test('an unknown program is not started and the reason names it', async () => {
    const run = await runCommand({ argv: ['no-such-program'], cwd: folder, timeoutMs: 1_000 });
    expect(run.end).toMatchObject({
      kind: 'not-started',
      reason: expect.stringContaining('no-such-program'),
    });
  });

  test('a missing working folder is named, not taken for a missing program', async () => {
    const cwd = join(folder, 'gone');
    const run = await runCommand({ argv: ['true'], cwd, timeoutMs: 1_000 });
    expect(run.end).toMatchObject({ kind: 'not-started', reason: expect.stringContaining(cwd) });
  });

  test('an argument no program can take is a reason, not an exception', async () => {
    const run = await runCommand({ argv: ['echo', 'a\0b'], cwd: folder, timeoutMs: 1_000 });
    expect(run.end.kind).toBe('not-started');
  });

  test('standard input reaches the command, and one that ignores it ends as usual', async () => {
    const text = 'x'.repeat(300_000);
    expect((await runCommand(shell('wc -c', { stdin: text }))).stdout.trim()).toBe('300000');
    expect((await runCommand(shell('exit 0', { stdin: text }))).end).toEqual({ kind: 'exited', code: 0 });
  });

  test('nothing of the environment is inherited', async () => {
    const run = await runCommand(shell('env', { env: { PATH: '/usr/bin:/bin', ONLY: 'this' } }));
    const names = run.stdout.split('\n').map((line) => line.split('=')[0]);
    expect(names).toEqual(expect.arrayContaining(['ONLY', 'PATH']));
    expect(names.filter((name) => name === 'HOME' || name === 'USER')).toEqual([]);
  });
});

describe('the whole process group ends', () => {
  test('on a time-out, a child that ignores SIGTERM included', async () => {
    const run = await runCommand(
      shell('echo $$ > group; (trap "" TERM; while :; do sleep 1; done) & wait', { timeoutMs: 2_000 }),
    );
    expect(run.end).toEqual({ kind: 'timed-out' });
    expect(isGroupAlive(await groupIdIn('group'))).toBe(false);
  });

  test('on an abort', async () => {
    const controller = new AbortController();
    const run = await runCommand(
      shell('echo $$ > group; echo up; sleep 9999 & wait', {
        signal: controller.signal,
        onOutput: () => {
          controller.abort();
        },
      }),
    );
    expect(run.end).toEqual({ kind: 'aborted' });
    expect(isGroupAlive(await groupIdIn('group'))).toBe(false);
  });

  test('an abort before the start starts nothing', async () => {
    const run = await runCommand(shell('touch started', { signal: AbortSignal.abort() }));
    expect(run.end).toEqual({ kind: 'aborted' });
    await expect(readFile(join(folder, 'started'))).rejects.toThrow('ENOENT');
  });

  test('after an exit, a background child that holds the pipes', async () => {
    const run = await runCommand(shell('echo $$ > group; sleep 9999 & echo done'));
    expect(run).toMatchObject({ end: { kind: 'exited', code: 0 }, stdout: 'done\n' });
    expect(isGroupAlive(await groupIdIn('group'))).toBe(false);
  });

  test('after an exit, a background child that let go of the pipes', async () => {
    const run = await runCommand(shell('echo $$ > group; sleep 9999 >/dev/null 2>&1 & exit 0'));
    expect(run.end).toEqual({ kind: 'exited', code: 0 });
    expect(isGroupAlive(await groupIdIn('group'))).toBe(false);
  });
});

describe('output', () => {
  test('of 100 MB keeps head and tail, counts the rest and stays in bounded memory', async () => {
    const before = process.memoryUsage().rss;
    const run = await runCommand(
      shell('echo first; yes | head -c 100000000; echo last', { timeoutMs: 60_000 }),
    );
    expect(run.stdoutBytes).toBe(100_000_011);
    expect(run.stdout.length).toBeLessThan(256 * 1024 + 100);
    expect(run.stdout.startsWith('first\n')).toBe(true);
    expect(run.stdout.endsWith('last\n')).toBe(true);
    expect(run.stdout).toContain(`\n... ${String(100_000_011 - 256 * 1024)} bytes left out ...\n`);
    expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1024 * 1024);
  });

  test.each([
    ['abcdefg', 'abcdefg'],
    ['abcdefgh', 'abcdefgh'],
    ['abcdefghi', 'abcd\n... 1 bytes left out ...\nfghi'],
    ['abcdefghijklmnopqrs', 'abcd\n... 11 bytes left out ...\npqrs'],
  ])('%s with a limit of 8 bytes', async (text, expected) => {
    const run = await runCommand({
      argv: ['printf', '%s', text],
      cwd: folder,
      timeoutMs: 5_000,
      maxOutputBytes: 8,
    });
    expect(run.stdout).toBe(expected);
  });

  test('that is binary and has no newline does no harm', async () => {
    const run = await runCommand(
      shell('head -c 300000 /dev/zero | tr "\\0" "\\377"', { maxOutputBytes: 1000 }),
    );
    expect(run.stdoutBytes).toBe(300_000);
    expect(run.stdout).toContain('299000 bytes left out');
  });
});
