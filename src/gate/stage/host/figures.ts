import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { FiguresResult } from '../protocol';
import { listeningInodes } from './sockets';

const ANSWER_TIMEOUT_MS = 3_000;
const PAGE_BYTES = 4096;

interface ProbeFigures {
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly heapBytes: number;
}

/** What the processes of the service use. */
export interface Figures {
  /** For the service's environment: tells the probe inside where to connect. */
  readonly environment: Readonly<Record<string, string>>;
  readonly ready: Promise<void>;
  /** @param of.collect garbage is collected first, where the runtime can be asked to */
  read(of: { readonly pids: readonly number[]; readonly collect: boolean }): Promise<FiguresResult>;
}

/** Listens for the probes that Node processes of the service load; whoever never connects is measured from outside. */
export function createFigures(scratch: string): Figures {
  const path = join(scratch, 'figures.sock');
  const probes = new Map<number, (collect: boolean) => Promise<ProbeFigures | null>>();
  const server = createServer((socket) => {
    attend(socket, (pid, ask) => {
      probes.set(pid, ask);
      socket.on('close', () => probes.delete(pid));
    });
  });
  rmSync(path, { force: true });
  const ready = new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  ready.catch(() => undefined);
  return {
    environment: { SERVICE_FIGURES_SOCKET: path },
    ready,
    async read({ pids, collect }) {
      const serving = ownersOf(listeningInodes(), pids);
      const looked = serving.length > 0 ? serving : pids;
      const asked = [...probes].filter(([pid]) => serving.length === 0 || serving.includes(pid));
      const answers = (await Promise.all(asked.map(([, ask]) => ask(collect)))).filter(
        (answer) => answer !== null,
      );
      const rss = looked.map(residentBytes).filter((bytes) => bytes !== null);
      const most = (of: (figures: ProbeFigures) => number): number | null =>
        answers.length === 0 ? null : Math.max(...answers.map(of));
      return {
        rssBytes: rss.length === 0 ? null : rss.reduce((sum, bytes) => sum + bytes, 0),
        loopDelayP99Ms: most(({ p99Ms }) => p99Ms),
        loopDelayMaxMs: most(({ maxMs }) => maxMs),
        heapBytes: answers.length === 0 ? null : answers.reduce((sum, { heapBytes }) => sum + heapBytes, 0),
      };
    },
  };
}

function attend(
  socket: Socket,
  register: (pid: number, ask: (collect: boolean) => Promise<ProbeFigures | null>) => void,
): void {
  const waiting: ((figures: ProbeFigures | null) => void)[] = [];
  socket.on('error', () => undefined);
  socket.on('close', () => {
    for (const resolve of waiting.splice(0)) resolve(null);
  });
  const ask = (collect: boolean): Promise<ProbeFigures | null> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      setTimeout(() => resolve(null), ANSWER_TIMEOUT_MS).unref();
      socket.write(collect ? 'c' : 'f');
    });
  createInterface({ input: socket }).on('line', (line) => {
    const message = parse(line);
    if (message === null) socket.destroy();
    else if (typeof message['pid'] === 'number') register(message['pid'], ask);
    else waiting.shift()?.(toFigures(message));
  });
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function toFigures({ p99Ms, maxMs, heapBytes }: Record<string, unknown>): ProbeFigures | null {
  return typeof p99Ms === 'number' && typeof maxMs === 'number' && typeof heapBytes === 'number'
    ? { p99Ms, maxMs, heapBytes }
    : null;
}

/** Those of the processes that hold a listening socket: not the `npm` in front of them. */
function ownersOf(inodes: ReadonlySet<string>, pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    try {
      return readdirSync(`/proc/${String(pid)}/fd`).some((fd) => {
        const [, inode] = /^socket:\[(\d+)\]$/.exec(link(`/proc/${String(pid)}/fd/${fd}`)) ?? [];
        return inode !== undefined && inodes.has(inode);
      });
    } catch {
      return false;
    }
  });
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function residentBytes(pid: number): number | null {
  try {
    const [, resident] = readFileSync(`/proc/${String(pid)}/statm`, 'latin1').split(' ');
    return Number(resident) * PAGE_BYTES;
  } catch {
    return null;
  }
}
