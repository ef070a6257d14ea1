import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { Cancelled } from './cancelled';
import { tidyErrors } from './tidy-errors';

/** Longest message, in bytes; a longer one ends the connection. */
const MOST_BYTES = 4 * 1024 * 1024;
const LAST_ANSWERS_MS = 5_000;

/** Serves one client over a pair of streams until it closes its side, or the signal is aborted. */
export async function serveStdio(options: {
  readonly mcp: McpServer;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly signal: AbortSignal;
  readonly warn: (line: string) => void;
  /** How long answers may take once the client has closed its side. */
  readonly lastAnswersMs?: number;
}): Promise<void> {
  const { mcp, stdin, stdout, signal, warn, lastAnswersMs = LAST_ANSWERS_MS } = options;
  const transport = tidyErrors(new StdioServerTransport(stdin, stdout, { maxBufferSize: MOST_BYTES }));
  const open = new Set<string | number>();
  const send = transport.send.bind(transport);
  transport.send = async (message) => {
    await send(message);
    if ('id' in message && !('method' in message) && message.id !== undefined) open.delete(message.id);
  };
  transport.onerror = (error) => {
    if (error.message.includes('maximum size')) {
      warn(`A message was longer than ${String(MOST_BYTES)} bytes; the connection ends.`);
      return;
    }
    const code = error instanceof SyntaxError ? ErrorCode.ParseError : ErrorCode.InvalidRequest;
    const message = 'The line is no JSON-RPC message; one message in JSON stands on each line.';
    stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } })}\n`);
  };
  const gone = new Promise<void>((resolve) => {
    stdin.once('end', resolve);
    stdin.once('close', resolve);
    transport.onclose = resolve;
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
  await mcp.connect(transport);
  const receive = transport.onmessage;
  transport.onmessage = (message) => {
    if ('method' in message && 'id' in message) open.add(message.id);
    const cancelled = Cancelled.safeParse(message);
    if (cancelled.success) open.delete(cancelled.data.params.requestId);
    receive?.(message);
  };
  if (!signal.aborted) await gone;
  const until = performance.now() + lastAnswersMs;
  while (open.size > 0 && !signal.aborted && performance.now() < until) await sleep(20);
  await mcp.close();
}
