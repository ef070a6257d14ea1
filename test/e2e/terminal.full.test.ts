// Needs Temporal, and `script` of util-linux for a terminal: what becomes of a run when its terminal goes, or is left.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { OBJECTIVE, openCommandLine, serverGone, type CommandLine } from './command-line';

let cli: CommandLine;
beforeEach(async () => {
  cli = await openCommandLine();
});
afterEach(() => cli.dispose());

const TIMEOUT_MS = 300_000;

/** A command on a terminal of 80 columns. */
function onTerminal(...argv: string[]) {
  const quoted = [process.execPath, join(packageRoot(), 'bin', 'backend-coordinator.js'), ...argv].map(
    (word) => `'${word.replaceAll("'", `'\\''`)}'`,
  );
  const { PATH, HOME, LANG } = process.env;
  const script = spawn(
    'script',
    ['-qfe', '-c', `stty rows 30 cols 80; exec ${quoted.join(' ')}`, join(cli.home, 'typescript')],
    {
      env: { PATH, HOME, LANG, TERM: 'xterm', COORDINATOR_HOME: cli.home },
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    },
  );
  let screen = '';
  script.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString('utf8');
  });
  const ended = new Promise<number | null>((resolve) => script.once('close', resolve));
  return {
    script,
    ended,
    screen: () => screen,
    seen: async (text: string): Promise<void> => {
      for (let round = 0; round < 1200 && !screen.includes(text); round += 1) {
        if (script.exitCode !== null) throw new Error(`It ended before "${text}" was seen:\n${screen}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(screen).toContain(text);
    },
  };
}

/** The process that runs on the terminal of a `script`. */
async function childOf(pid: number): Promise<number> {
  const children = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
  return Number(children.trim().split(' ')[0]);
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function openObjective(): Promise<{ readonly objectiveId: string; readonly open: boolean }> {
  const listed = await cli.run('list', '--json');
  const { objectives } = JSON.parse(listed.stdout) as {
    objectives: { objectiveId: string; open: boolean }[];
  };
  return objectives[0]!;
}

test(
  'a terminal that is closed in mid-run leaves no process, and the objective on disk for attach',
  async () => {
    const tty = onTerminal('start-objective', OBJECTIVE, '--scenario', 'clean');
    await tty.seen('backend-T001');
    const child = await childOf(tty.script.pid!);
    expect(isAlive(child)).toBe(true);
    tty.script.kill('SIGKILL');
    await tty.ended;
    for (let round = 0; round < 600 && isAlive(child); round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(isAlive(child)).toBe(false);
    await serverGone(cli.home);
    const { objectiveId, open } = await openObjective();
    expect(open).toBe(true);
    const attached = cli.start('attach', objectiveId);
    await attached.seen(/backend-T00\d · /);
    expect((await cli.run('cancel', objectiveId)).code).toBe(0);
    expect((await attached.ended).code).toBe(3);
  },
  TIMEOUT_MS,
);

test(
  'd leaves it to a worker in the background, and the terminal as it was',
  async () => {
    const tty = onTerminal('start-objective', OBJECTIVE, '--scenario', 'clean');
    await tty.seen('d detach');
    tty.script.stdin.write('d');
    expect(await tty.ended).toBe(0);
    expect(tty.screen()).toContain('It goes on in the background');
    const { objectiveId, open } = await openObjective();
    expect(open).toBe(true);
    try {
      expect((await cli.run('cancel', objectiveId)).stdout).toMatch(/cancelling/);
    } finally {
      await cli.run('worker', '--stop');
      await cli.run('server', '--stop');
    }
  },
  TIMEOUT_MS,
);
