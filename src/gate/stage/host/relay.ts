import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { RelayCommand } from '../protocol';

/** Passes connections on to a database's socket until it is told not to. */
export interface Relay {
  setReachable(reachable: boolean): Promise<void>;
}

/** Listens, and connects whoever comes with the target. Unreachable means what a stopped server means: refused. */
export async function openRelay({ listen, target }: RelayCommand): Promise<Relay> {
  const sockets = new Set<Socket>();
  const hold = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  let server: Server | null = null;
  const open = async (): Promise<void> => {
    if ('path' in listen) await rm(listen.path, { force: true });
    server = createServer((client) => {
      const upstream = hold(connect(target));
      hold(client);
      client.setNoDelay(true);
      client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
      upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
      client.pipe(upstream).pipe(client);
    });
    const opened = server;
    await new Promise<void>((resolve, reject) => {
      opened.once('error', reject);
      if ('path' in listen) opened.listen(listen.path, resolve);
      else opened.listen(listen.port, '127.0.0.1', resolve);
    });
  };
  await open();
  return {
    async setReachable(reachable) {
      if (reachable === (server !== null)) return;
      if (reachable) {
        await open();
        return;
      }
      server?.close();
      server = null;
      for (const socket of sockets) socket.destroy();
    },
  };
}
