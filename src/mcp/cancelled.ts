import type { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { ErrorCode, isJSONRPCRequest, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

/** What is cancelled is not answered (MCP, "Cancellation"). */
export const Cancelled = z.looseObject({
  method: z.literal('notifications/cancelled'),
  params: z.looseObject({ requestId: z.union([z.string(), z.number()]) }),
});

/**
 * Has a connected transport end the stream of a call that is cancelled: only an answer would, there is none, and the
 * client keeps the stream open.
 */
export function endCancelled(transport: StreamableHTTPServerTransport): void {
  // Requests without an answer, with what the library hands along with each: it is the same for those of one POST.
  const open = new Map<RequestId, unknown>();
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    if ('id' in message && !('method' in message) && message.id !== undefined) open.delete(message.id);
    return send(message, options);
  };
  const receive = transport.onmessage;
  transport.onmessage = (message, extra) => {
    if (isJSONRPCRequest(message)) open.set(message.id, extra?.requestInfo);
    receive?.(message, extra);
    const id = Cancelled.safeParse(message).data?.params.requestId;
    if (id === undefined || !open.has(id)) return;
    const post = open.get(id);
    open.delete(id);
    if (![...open.values()].includes(post)) transport.closeSSEStream(id);
    // Has the library forget the call. Where its stream is closed nothing is written, and it says so; where others of
    // the same POST go on, it ends the stream with their last answer.
    send({
      jsonrpc: '2.0',
      id,
      error: { code: ErrorCode.ConnectionClosed, message: 'It was cancelled.' },
    }).catch(() => undefined);
  };
}
