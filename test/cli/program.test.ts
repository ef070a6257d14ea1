// Needs no server, and the compiled files: the command line from arguments to exit code, with services that must not be asked.
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { COMMANDS } from '../../src/cli/commands';
import { main } from '../../src/cli/main';
import { exitCodeTable, parseCommandLine } from '../../src/cli/program';
import type { Services } from '../../src/cli/services';
import { packageRoot } from '../../src/config/package-root';
import { EXIT_CODES } from '../../src/domain/common/exit-codes';

const untouched = (): Services => {
  throw new Error('no service may be asked for this');
};

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await main({
    argv,
    commands: COMMANDS,
    streams: { stdin: new PassThrough(), stdout, stderr },
    variables: { HOME: '/nonexistent-home' },
    signal: new AbortController().signal,
    cwd: '/',
    services: untouched,
  });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
}

test('--help lists every command and every exit code', async () => {
  const { code, out } = await run('--help');
  expect(code).toBe(0);
  for (const command of COMMANDS) expect(out).toContain(command.name);
  for (const row of EXIT_CODES) expect(exitCodeTable()).toContain(row.meaning);
  expect(out).toContain(exitCodeTable());
});

test.each(COMMANDS.map((command) => command.name))('%s --help shows its flags and --json', async (name) => {
  const { code, out } = await run(name, '--help');
  expect(code).toBe(0);
  expect(out).toContain('--json');
  for (const option of COMMANDS.find((command) => command.name === name)?.options ?? []) {
    expect(out).toContain(option.flags);
  }
});

test.each([
  [['bogus'], /^There is no command bogus/],
  [['list', '--bogus'], /^Unknown option '--bogus'/],
  [['status'], /^Missing required argument 'id'/],
  [['start-objective'], /^Missing required argument/],
  [['list', 'extra'], /^Too many arguments/],
])('%j is one sentence and exit 2', async (argv, message) => {
  const { code, err } = await run(...argv);
  expect(code).toBe(2);
  expect(err.trim()).toMatch(message);
  expect(err.trim().split('\n')).toHaveLength(1);
});

test('no words at all show the help and end with 2', async () => {
  expect(await run()).toMatchObject({ code: 2, out: expect.stringContaining('Usage') });
});

test('a bad environment variable is one sentence and exit 2', async () => {
  const stderr = new PassThrough();
  const code = await main({
    argv: ['list'],
    commands: COMMANDS,
    streams: { stdin: new PassThrough(), stdout: new PassThrough(), stderr },
    variables: { COORDINATOR_MODEL: 'gpt' },
    signal: new AbortController().signal,
    cwd: '/',
    services: untouched,
  });
  expect(code).toBe(2);
  expect(String(stderr.read())).toMatch(/COORDINATOR_MODEL/);
});

test('an internal error is one sentence without a stack, exit 1', async () => {
  const { code, err } = await run('list');
  expect(code).toBe(1);
  expect(err).toMatch(/^Internal error: no service may be asked for this/);
  expect(err).not.toContain(' at ');
});

test('--no-wait reaches the command as wait: false', async () => {
  const invocation = await parseCommandLine(['start-objective', 'x', '--no-wait'], {
    commands: COMMANDS,
    version: '0',
    print: () => undefined,
  });
  expect(invocation).toMatchObject({ kind: 'command', args: ['x'], flags: { wait: false } });
});

describe('the bin', () => {
  const program = join(packageRoot(), 'bin', 'backend-coordinator.js');
  const bin = (...argv: string[]): string =>
    spawnSync(process.execPath, [program, ...argv], { encoding: 'utf8' }).stdout;

  test('shows for --help what the program would, kept since the build', async () => {
    expect(bin('--help')).toBe((await run('--help')).out);
  });

  // The second is answered without the program.
  test.each(['playbooks', '--help'])(
    '%s says in a sentence that its output cannot be written, and ends with 2',
    (asked) => {
      // As a file on a disk that is full.
      const full = openSync('/dev/full', 'w');
      const { status, stderr } = spawnSync(process.execPath, [program, asked], {
        encoding: 'utf8',
        stdio: ['ignore', full, 'pipe'],
      });
      closeSync(full);
      expect([status, stderr]).toEqual([
        2,
        expect.stringMatching(/^The output cannot be written \(ENOSPC[^\n]*elsewhere\.\n$/),
      ]);
    },
  );

  test('--help for a reader that left is no error', () => {
    // The program begins when nobody holds the other end of the pipe any more.
    const script =
      '{ read -r _ < "$1"; "$2" "$3" --help; echo "ended with $?" >&2; } | { exec 0<&-; echo gone > "$1"; }';
    const folder = mkdtempSync(join(tmpdir(), 'reader-left-'));
    try {
      const gone = join(folder, 'gone');
      execFileSync('mkfifo', [gone]);
      const { stderr } = spawnSync('sh', ['-c', script, 'sh', gone, process.execPath, program], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('ended with 0\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  // `resume` is in the module of `pause`: it cannot be loaded by its name alone.
  test.each(['escalations', 'resume'])('%s --help is that of the table', async (name) => {
    expect(bin(name, '--help')).toBe((await run(name, '--help')).out);
  });
});
