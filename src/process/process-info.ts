import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A running process as the system lists it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly command: string;
  /** Tells two processes apart that had the same pid one after the other. */
  readonly startedAt: string;
}

/** What tells one process for good, as it may be written down. */
export type ProcessMark = Pick<ProcessInfo, 'pid' | 'startedAt'>;

/** Whether the very process still runs; another one that got its pid does not count. */
export async function isRunning(mark: ProcessMark): Promise<boolean> {
  return (await findProcess(mark.pid))?.startedAt === mark.startedAt;
}

/** The process with this pid; undefined when it is gone or a zombie. */
export async function findProcess(pid: number): Promise<ProcessInfo | undefined> {
  if (process.platform === 'linux') return readProc(pid);
  return (await listWithPs(['-p', String(pid)]))[0];
}

/** Every process whose command line this user may read, zombies left out. */
export async function listProcesses(): Promise<ProcessInfo[]> {
  if (process.platform !== 'linux') return listWithPs(['-ax']);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(readProc));
  return found.filter((info) => info !== undefined);
}

async function readProc(pid: number): Promise<ProcessInfo | undefined> {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'latin1');
    // The name in parentheses may hold anything; after it come the state and, twentieth, the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const command = await readFile(`/proc/${String(pid)}/cmdline`, 'utf8');
    return { pid, command: command.split('\0').join(' ').trim(), startedAt: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

async function listWithPs(selection: readonly string[]): Promise<ProcessInfo[]> {
  // Start times are compared between processes, so they are written alike whatever zone and language each is in.
  const args = ['TZ=UTC', 'LC_ALL=C', 'ps', ...selection, '-o', 'pid=,stat=,lstart=,command='];
  // ps ends with 1 when nothing matches.
  const { stdout } = await promisify(execFile)('env', args, { maxBuffer: 16 * 1024 * 1024 }).catch(() => ({
    stdout: '',
  }));
  return stdout.split('\n').flatMap((line) => {
    const [, pid, state, startedAt, command] =
      /^\s*(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || state === undefined || startedAt === undefined || command === undefined)
      return [];
    return state.startsWith('Z') ? [] : [{ pid: Number(pid), command, startedAt }];
  });
}
