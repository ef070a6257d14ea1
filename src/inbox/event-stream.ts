import type { ServerResponse } from 'node:http';
import type { Pieces, Reply } from './exchange';
import { STREAM_HEADERS } from './headers';
import { visible } from './visible';

/** Keeps a connection nothing happens on from being taken for a dead one. */
const HEARTBEAT_MS = 15_000;
/** A browser that reads nothing is let go, rather than kept in memory. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

/** Sends pieces that changed as server-sent events (HTML Living Standard, section 9.2) until the browser leaves or is let in no more. */
export function openStream(
  response: ServerResponse,
  open: Extract<Reply, { readonly kind: 'stream' }>['open'],
  { until, heartbeatMs = HEARTBEAT_MS }: { readonly until: AbortSignal; readonly heartbeatMs?: number },
): void {
  const sent = new Map<string, string>();
  response.writeHead(200, STREAM_HEADERS);
  response.write('retry: 2000\n\n');
  const show = (pieces: Pieces): void => {
    const changed = Object.entries(pieces).filter(([id, text]) => sent.get(id) !== text);
    if (changed.length === 0) return;
    for (const [id, text] of changed) sent.set(id, text);
    const data = JSON.stringify(Object.fromEntries(changed.map(([id, text]) => [id, visible(text)])));
    response.write(`event: pieces\ndata: ${data}\n\n`);
    if (response.writableLength > MOST_WAITING_BYTES) response.destroy();
  };
  const heartbeat = setInterval(() => response.write(': \n\n'), heartbeatMs);
  const end = (): void => {
    // A slow browser takes a while for the rest; written to after its end, a response fails for everybody.
    clearInterval(heartbeat);
    response.end('event: end\ndata: {}\n\n');
  };
  const stop = open(show, end);
  const letGo = (): void => {
    clearInterval(heartbeat);
    stop();
    // Without an end of what it shows: the browser asks once more, and hears that it has to log in.
    response.end();
  };
  if (until.aborted) letGo();
  else until.addEventListener('abort', letGo, { once: true });
  response.once('close', () => {
    until.removeEventListener('abort', letGo);
    clearInterval(heartbeat);
    stop();
  });
}
