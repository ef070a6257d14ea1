import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A process of the test's own, in a process group of its own and, where bubblewrap is there, a pid namespace. */
export interface OwnProcess {
  readonly output: () => string;
  /** Resolves when the output matches; rejects when the process ends before. */
  seen(pattern: RegExp): Promise<void>;
  /** SIGKILL for the group; the pid namespace takes everything that left the group along. */
  kill(): Promise<void>;
  /** SIGTERM for the group; resolves when it has ended by itself. */
  terminate(): Promise<void>;
}

/** Starts a command; nothing outside its group is ever signalled. */
export function startProcess(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  kind: 'killed' | 'stopped' = 'killed',
): OwnProcess {
  // Whoever is to be asked to stop gets the signal itself: a namespace would end at once with its first process.
  const confined =
    kind === 'killed' && hasProgram('bwrap')
      ? [
          'bwrap',
          '--dev-bind',
          '/',
          '/',
          '--proc',
          '/proc',
          '--unshare-pid',
          '--die-with-parent',
          '--',
          ...argv,
        ]
      : argv;
  const [file = '', ...args] = confined;
  const child = spawn(file, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      for (const look of watchers) look();
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  return {
    output: () => output,
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(output)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
        void ended.then(() => {
          reject(new Error(`It ended before ${String(pattern)} was seen:\n${output}`));
        });
      }),
    terminate: async () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        process.kill(-child.pid, 'SIGTERM');
      }
      await ended;
    },
    kill: async () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        process.kill(-child.pid, 'SIGKILL');
      }
      await ended;
    },
  };
}

function hasProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
