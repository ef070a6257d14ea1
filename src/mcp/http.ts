import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { createGuard } from '../http/guard';
import { listen, stopListening } from '../http/listen';
import { endCancelled } from './cancelled';
import { tidyErrors } from './tidy-errors';

/** Where clients connect. */
const MCP_PATH = '/mcp';
/** Largest request, in bytes. */
const MOST_BYTES = 1024 * 1024;
/** Clients at once; the one that was silent longest, and waits for no answer, makes room. */
const MOST_SESSIONS = 64;

export interface HttpServer {
  readonly url: string;
  stop(): Promise<void>;
}

interface HttpSession {
  readonly mcp: McpServer;
  readonly transport: StreamableHTTPServerTransport;
  /** Requests that are not answered yet; a client that waits for an objective is silent, and there. */
  waiting: number;
}

/**
 * Serves clients over streamable HTTP, each with a session and a server of its own.
 * @throws ConfigurationError where the address cannot be had
 */
export async function serveHttp(options: {
  readonly createServer: () => McpServer;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly token: string;
  /** Keeps what nobody expected, and tells it in a sentence. */
  readonly explain: (error: unknown) => Promise<string>;
}): Promise<HttpServer> {
  const guard = createGuard(options);
  // In the order they were last heard of, oldest first.
  const sessions = new Map<string, HttpSession>();

  const openSession = async (): Promise<HttpSession> => {
    const mcp = options.createServer();
    const transport = tidyErrors(
      new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        maxRequestBodySize: MOST_BYTES,
        onsessioninitialized: async (id) => {
          if (sessions.size >= MOST_SESSIONS) await closeSession(quietest());
          sessions.set(id, session);
        },
        onsessionclosed: (id) => {
          sessions.delete(id);
        },
      }),
    );
    const session: HttpSession = { mcp, transport, waiting: 0 };
    await mcp.connect(transport);
    endCancelled(transport);
    return session;
  };
  const quietest = (): string | undefined => {
    const [oldest] = sessions.keys();
    return [...sessions].find(([, { waiting }]) => waiting === 0)?.[0] ?? oldest;
  };
  const closeSession = async (id: string | undefined): Promise<void> => {
    if (id === undefined) return;
    const session = sessions.get(id);
    sessions.delete(id);
    await session?.mcp.close();
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refusal = guard(request);
    if (refusal !== null) {
      answer(response, refusal.status, refusal.message, refusal.headers);
      return;
    }
    if (request.url?.split('?')[0] !== MCP_PATH) {
      answer(response, 404, `There is nothing here; clients connect to ${MCP_PATH}.`);
      return;
    }
    const id = request.headers['mcp-session-id'];
    if (id === undefined) {
      const session = await openSession();
      await session.transport.handleRequest(request, response);
      if (session.transport.sessionId === undefined) await session.mcp.close();
      return;
    }
    const session = typeof id === 'string' ? sessions.get(id) : undefined;
    if (session === undefined || typeof id !== 'string') {
      answer(response, 404, 'There is no such session; initialize again.');
      return;
    }
    sessions.delete(id);
    sessions.set(id, session);
    if (request.method === 'POST') {
      session.waiting += 1;
      response.once('close', () => (session.waiting -= 1));
    }
    await session.transport.handleRequest(request, response);
  };

  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, (request, response) => {
    handle(request, response).catch(async (error: unknown) => {
      const sentence = await options.explain(error);
      if (response.headersSent) response.destroy();
      else answer(response, 500, sentence, {}, ErrorCode.InternalError);
    });
  });
  server.maxConnections = 4 * MOST_SESSIONS;
  const address = await listen(server, options);
  return {
    url: `${address}${MCP_PATH}`,
    stop: async () => {
      await Promise.all([...sessions.keys()].map(closeSession));
      await stopListening(server);
    },
  };
}

function answer(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  code: ErrorCode = ErrorCode.InvalidRequest,
): void {
  // What is left of the request is not read.
  response.writeHead(status, { ...headers, 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }));
}
