import { once } from 'node:events';
import type { Server } from 'node:http';
import { ConfigurationError } from '../domain/common/user-error';

/**
 * Binds a server and answers its address without a path, such as `http://127.0.0.1:7410`.
 * @throws ConfigurationError where the address cannot be had
 */
export async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw new ConfigurationError(
      `The address ${host}:${String(port)} cannot be had; choose another with --host and --port.`,
      { cause: error },
    );
  }
  const bound = server.address();
  const given = typeof bound === 'object' && bound !== null ? bound.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${String(given)}`;
}

/** Lets go of every connection, open streams too. */
export async function stopListening(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
