import { connect } from 'node:net';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Environment } from '../config/environment';
import { errorMessageOf } from '../config/error-code';
import { ConfigurationError, TemporalUnreachableError } from '../domain/common/user-error';

/** A server the user named by TEMPORAL_ADDRESS or a profile of Temporal's own configuration file. */
export interface ConfiguredServer {
  readonly address: string;
  readonly namespace: string;
  readonly options: Pick<NativeConnectionOptions, 'address' | 'tls' | 'apiKey' | 'metadata'>;
}

const VERIFY_WITHIN_MS = 4_000;

/**
 * What the environment and Temporal's configuration file name; undefined when they name no address.
 * @throws ConfigurationError when the file or the profile cannot be read.
 */
export function findConfiguredServer(environment: Environment): ConfiguredServer | undefined {
  let config;
  try {
    config = loadClientConnectConfig({ overrideEnvVars: { ...environment.inherited } });
  } catch (error) {
    const reason = errorMessageOf(error);
    throw new ConfigurationError(
      `Temporal's client configuration cannot be read (${reason}); check TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE and the TEMPORAL_TLS variables.`,
      { cause: error },
    );
  }
  const { address, tls, apiKey, metadata } = config.connectionOptions;
  if (address === undefined || address.trim() === '') return undefined;
  return {
    address,
    namespace: config.namespace ?? 'default',
    options: {
      address,
      ...(tls === undefined ? {} : { tls }),
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(metadata === undefined ? {} : { metadata }),
    },
  };
}

/** Makes one real connection; @throws TemporalUnreachableError within five seconds, at once on a closed local port. */
export async function verifyConfiguredServer(server: ConfiguredServer): Promise<void> {
  try {
    if (await isClosedLocalPort(server.address)) throw new Error('connection refused');
    const { Connection } = await import('@temporalio/client');
    const connection = await Connection.connect({ ...server.options, connectTimeout: VERIFY_WITHIN_MS });
    await connection.close();
  } catch (error) {
    throw new TemporalUnreachableError(
      `No Temporal server answers at ${server.address}; start it, correct TEMPORAL_ADDRESS, or unset it and run \`npm run server\` for an embedded one.`,
      { cause: error },
    );
  }
}

// gRPC dials a refused port again and again until its deadline. Other hosts may be reached through a proxy only.
async function isClosedLocalPort(address: string): Promise<boolean> {
  const [, host, port] = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]):(\d+)$/.exec(address) ?? [];
  if (host === undefined || port === undefined) return false;
  const socket = connect({ host: host.replace(/[[\]]/g, ''), port: Number(port) });
  return new Promise((resolve) => {
    const finish = (isClosed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isClosed);
    };
    const timer = setTimeout(finish, 500, false);
    socket.once('connect', () => {
      finish(false);
    });
    socket.once('error', () => {
      finish(true);
    });
  });
}
