import { readFileSync } from 'node:fs';

const LISTEN = '0A';

interface Listener {
  readonly port: number;
  readonly inode: string;
}

/** TCP sockets that listen in this network namespace; empty where there is no /proc. */
function listeners(): Listener[] {
  return ['tcp', 'tcp6'].flatMap((table) => {
    let text: string;
    try {
      text = readFileSync(`/proc/net/${table}`, 'latin1');
    } catch {
      return [];
    }
    return text
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[3] === LISTEN)
      .map((columns) => ({
        port: Number.parseInt((columns[1] ?? '').split(':').at(-1) ?? '', 16),
        inode: columns[9] ?? '',
      }));
  });
}

export function listeningPorts(): ReadonlySet<number> {
  return new Set(listeners().map(({ port }) => port));
}

export function listeningInodes(): ReadonlySet<string> {
  return new Set(listeners().map(({ inode }) => inode));
}
