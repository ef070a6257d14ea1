import { createServer } from 'node:http';
import { HttpRefusal } from '../app.js';

const MAX_BODY_BYTES = 64 * 1024;

/**
 * An HTTP server for an app. It does not listen yet.
 *
 * @param {{ handle: (request: import('../app.js').AppRequest) => Promise<import('../app.js').AppResponse> }} app
 * @param {{ trustedProxies: number }} options
 */
export function createHttpServer(app, { trustedProxies }) {
  const server = createServer(async (request, response) => {
    const { status, headers, body } = await app.handle({
      method: request.method,
      url: request.url,
      headers: request.headers,
      address: clientAddress(request, trustedProxies),
      body: () => readBody(request),
    });
    // What is left of a refused body is not read, and a server that ends waits for its connections.
    const last = !request.complete || !server.listening;
    response.writeHead(status, last ? { ...headers, connection: 'close' } : headers).end(body);
  });
  return server;
}

/** Each proxy appends whom it heard; only what our own appended is true. */
export function clientAddress({ socket, headers }, trustedProxies) {
  const heard = (headers['x-forwarded-for'] ?? '').split(',').map((part) => part.trim());
  return (trustedProxies > 0 && heard.at(-trustedProxies)) || (socket.remoteAddress ?? 'unknown');
}

async function readBody(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new HttpRefusal(413, 'TOO_LARGE', `A request has at most ${MAX_BODY_BYTES} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
