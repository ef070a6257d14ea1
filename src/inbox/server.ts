import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createNameCheck } from '../http/guard';
import { listen, stopListening } from '../http/listen';
import type { Desk } from '../ports/desk';
import { createAccess } from './access';
import type { Inbox, PlanText } from './exchange';
import { createHandler } from './handler';
import { createLive } from './live';
import type { Pictures } from './pictures';

/** Connections at once. */
const MOST_CONNECTIONS = 256;

export interface InboxServer {
  /** Without a path: `http://127.0.0.1:7420`. */
  readonly url: string;
  /** A link that logs in once; the one before it is dead. */
  newLink(): string;
  stop(): Promise<void>;
}

/**
 * Serves the pages until it is stopped.
 * @throws ConfigurationError where the address cannot be had
 */
export async function serveInbox(options: {
  readonly desk: Desk;
  readonly pictures: Pictures;
  /** Who decides here, as it is recorded. */
  readonly by: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly planText?: PlanText | undefined;
  /** How often browsers are told something new, in milliseconds. */
  readonly everyMs?: { readonly objective: number; readonly list: number };
}): Promise<InboxServer> {
  const { desk, pictures, by, host, port, planText } = options;
  const live = createLive(desk, options.everyMs);
  const access = createAccess();
  const inbox: Inbox = { desk, live, pictures, by, planText, now: () => new Date() };
  const misnamed = createNameCheck(host);
  const handle = createHandler({ inbox, access });
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000 },
    (request: IncomingMessage, response: ServerResponse) => {
      const wrong = misnamed(request);
      if (wrong !== null) {
        response.writeHead(wrong.status, {
          'content-type': 'text/plain; charset=utf-8',
          connection: 'close',
        });
        response.end(wrong.message);
        return;
      }
      void handle(request, response);
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  const url = await listen(server, { host, port });
  return {
    url,
    newLink: () => `${url}/enter?token=${access.newToken()}`,
    stop: async () => {
      live.stop();
      await stopListening(server);
    },
  };
}
