// Needs nothing but the loopback interface.
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pieces } from '../../src/inbox/exchange';
import { openStream } from '../../src/inbox/event-stream';
import { listen, stopListening } from '../../src/http/listen';

let server: Server;
let socket: Socket;
afterEach(async () => {
  socket.destroy();
  await stopListening(server);
});

/** Sends until the system takes no more, so that some of it waits here. */
async function fill(response: ServerResponse, show: (pieces: Pieces) => void): Promise<void> {
  for (let piece = 0; response.writableLength < 1_000_000; piece += 1) {
    show({ part: `${String(piece)} ${'x'.repeat(500_000)}` });
    await sleep(5);
  }
}

test('a browser that reads slowly takes the end whenever it gets to it, without heartbeats after it', async () => {
  let ended = (): void => undefined;
  const end = new Promise<void>((resolve) => (ended = resolve));
  server = createServer((_request, response) => {
    response.on('error', (error) => failures.push(error));
    openStream(
      response,
      (show, end) => {
        void fill(response, show).then(() => {
          end();
          ended();
        });
        return () => undefined;
      },
      { until: new AbortController().signal, heartbeatMs: 5 },
    );
  });
  const failures: Error[] = [];
  const { port } = new URL(await listen(server, { host: '127.0.0.1', port: 0 }));
  socket = connect(Number(port), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  socket.pause();
  await end;
  await sleep(60);
  expect(failures).toEqual([]);
  let all = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => (all += text));
  socket.resume();
  while (!all.includes('event: end')) await sleep(5);
  expect(all).toContain('event: pieces');
});
