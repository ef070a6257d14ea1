import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

const LOOPBACK = '127.0.0.1';

// Below the range the kernel gives outgoing connections (32768 on Linux, 49152 elsewhere): while a server is down,
// a client that keeps dialling a port of that range can be given the very port, and then it is taken.
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;

/** Different loopback ports that were free a moment ago; another process may still be quicker. */
export async function pickFreePorts(count: number): Promise<number[]> {
  const picked = new Set<number>();
  for (let tries = 0; picked.size < count; tries += 1) {
    if (tries > 1_000)
      throw new Error('No free loopback port was found; close programs that listen on many.');
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (await isPortFree(port)) picked.add(port);
  }
  return [...picked];
}

/** Whether the loopback port can be bound right now. */
export async function isPortFree(port: number): Promise<boolean> {
  try {
    await close(await listen(port));
    return true;
  } catch {
    return false;
  }
}

/** The port a listening TCP server was given. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on TCP.');
  return address.port;
}

function listen(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
