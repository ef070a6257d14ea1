import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../src/config/package-root';
import { eventually } from '../support/eventually';

export const OBJECTIVE = 'Add user authentication system with OAuth2 and JWT';

const PROGRAM = join(packageRoot(), 'bin', 'backend-coordinator.js');

type Variables = Readonly<Record<string, string>>;

/** Environment of a newcomer's machine: no key, no server named, a home of its own; programs stay cached. */
function environmentOf(home: string, variables: Variables): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG } = process.env;
  return { PATH, HOME, LANG, COORDINATOR_HOME: home, NO_COLOR: '1', ...variables };
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command in a process group of its own. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when the output so far matches. */
  seen(pattern: RegExp): Promise<void>;
  /** SIGKILL for the whole group, and nothing but it. */
  killGroup(): Promise<void>;
}

/** A running command whose three streams are a pseudo-terminal; stdout is what it shows. */
interface RunningOnTerminal extends Running {
  type(text: string): void;
}

/** The product as a user runs it, in a temporary home that is gone afterwards. */
export interface CommandLine {
  readonly home: string;
  start(...argv: string[]): Running;
  run(...argv: string[]): Promise<Ended>;
  /** The same on a terminal of its own, at which somebody may type. */
  startOnTerminal(...argv: string[]): RunningOnTerminal;
  /** Kills the embedded server and its guard, as a crash of the machine would. */
  killServer(): Promise<void>;
  dispose(): Promise<void>;
}

/** @param variables what the user has set beside that */
export async function openCommandLine(variables: Variables = {}): Promise<CommandLine> {
  const home = await mkdtemp(join(tmpdir(), 'coordinator-e2e-'));
  const running = new Set<Running>();
  const keep = <T extends Running>(one: T): T => {
    running.add(one);
    void one.ended.finally(() => running.delete(one));
    return one;
  };
  const start = (...argv: string[]): Running =>
    keep(spawnCommand(home, [process.execPath, PROGRAM, ...argv], variables));
  return {
    home,
    start,
    run: (...argv) => start(...argv).ended,
    startOnTerminal: (...argv) => {
      const command = [process.execPath, PROGRAM, ...argv].map((word) => `'${word}'`).join(' ');
      const one = keep(
        spawnCommand(
          home,
          // Of util-linux; it lends its child a terminal, whose size the child is told as a person's would be.
          [
            'script',
            '--quiet',
            '--return',
            '--command',
            `stty rows 40 cols 120; exec ${command}`,
            join(home, 'terminal.log'),
          ],
          { TERM: 'xterm-256color', ...variables },
        ),
      );
      return Object.assign(one, {
        type: (text: string) => {
          one.child.stdin?.write(text);
        },
      });
    },
    killServer: async () => {
      const server = z
        .object({ pid: z.number() })
        .parse(JSON.parse(await readFile(join(home, 'server.json'), 'utf8')));
      const guard = await parentOf(server.pid);
      // The guard first, or it would bring its server back; both were started by our own commands in this home.
      if (guard !== null && guard > 1) process.kill(guard, 'SIGKILL');
      process.kill(server.pid, 'SIGKILL');
    },
    dispose: async () => {
      for (const one of running) await one.killGroup();
      await serverGone(home);
      await rm(home, { recursive: true, force: true });
    },
  };
}

function spawnCommand(
  home: string,
  [program = '', ...args]: readonly string[],
  variables: Variables,
): Running {
  const child = spawn(program, args, {
    env: environmentOf(home, variables),
    cwd: home,
    stdio: [program === process.execPath ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
    for (const look of watchers) look();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
    for (const look of watchers) look();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  return {
    child,
    ended,
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(stdout) && !pattern.test(stderr)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
        void ended.then(({ code }) => {
          reject(
            new Error(
              `It ended with ${String(code)} before ${String(pattern)} was seen:\n${stdout}\n${stderr}`,
            ),
          );
        });
      }),
    killGroup: async () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        process.kill(-child.pid, 'SIGKILL');
      }
      await ended;
    },
  };
}

async function parentOf(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  const match = /^PPid:\s+(\d+)$/m.exec(status);
  return match === null ? null : Number(match[1]);
}

/** Waits until the embedded server of a home has stopped, which it does when its last client is gone. */
export async function serverGone(home: string): Promise<void> {
  await eventually(
    () => existsSync(join(home, 'server.json')),
    (isThere) => !isThere,
  );
}

/** The last line of a `--json` stream. */
export const ResultLine = z.strictObject({
  type: z.literal('result'),
  objective: z.string(),
  outcome: z.string().nullable(),
  exitCode: z.number(),
  branch: z.string().nullable(),
  commit: z.string().nullable(),
  report: z.string().nullable(),
  pullRequest: z.string().optional(),
});
export type ResultLine = z.infer<typeof ResultLine>;

export function resultLine(stdout: string): ResultLine {
  return ResultLine.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

/** The link into the web inbox, as it is printed for people. */
export async function saidLink(inbox: Running): Promise<string> {
  let said = '';
  inbox.child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  await inbox.seen(/Ctrl-C ends it/);
  return /http:\S+\/enter\?token=[\w-]+/.exec(said)?.[0] ?? '';
}
