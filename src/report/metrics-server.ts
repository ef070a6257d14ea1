import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { errorMessageOf } from '../config/error-code';
import { readMetricsRegistry } from './metrics-registry';

/** Where metrics can be fetched from, and how to end it. */
export interface MetricsServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Answers `GET /metrics` in the text format of Prometheus on `host:port`.
 * @returns null where the address cannot be had, said through `warn`: a worker works without it
 */
export async function startMetricsServer(options: {
  readonly address: { readonly host: string; readonly port: number };
  readonly reportsDir: string;
  readonly warn: (text: string) => void;
}): Promise<MetricsServer | null> {
  const { address, reportsDir, warn } = options;
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    readMetricsRegistry(reportsDir)
      .then(async (registry) => {
        const text = await registry.metrics();
        response.writeHead(200, { 'content-type': registry.contentType }).end(text);
      })
      .catch(() => response.writeHead(500).end());
  });
  try {
    server.listen(address.port, address.host);
    await once(server, 'listening');
  } catch (error) {
    warn(
      `Metrics cannot be served on ${address.host}:${String(address.port)} (${errorMessageOf(error)}); the worker works without them.`,
    );
    return null;
  }
  server.unref();
  return { url: `http://${hostOf(server, address.host)}/metrics`, stop: () => stop(server) };
}

function hostOf(server: Server, host: string): string {
  const bound = server.address();
  return `${host}:${String(typeof bound === 'object' && bound !== null ? bound.port : 0)}`;
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
