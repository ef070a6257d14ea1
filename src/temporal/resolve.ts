import { realpath } from 'node:fs/promises';
import type { ConnectionOptions } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Environment } from '../config/environment';
import { ensureHome, type Home } from '../config/home';
import { resolveTemporalBinary } from './binary';
import { findConfiguredServer, verifyConfiguredServer } from './configured-server';
import { findDevServers } from './dev-server';
import { answersAsTemporal } from './grpc-probe';
import { hasGuard, tryLease, type Lease } from './lease';
import { isPortFree } from './ports';
import { findRecordedServer, leaseEmbeddedServer, type GuardStart } from './server';

/** A Temporal server that answered, and how to reach it. */
export interface TemporalConnection {
  /** Named by the user, our own, or one that happened to run on this machine's usual port. */
  readonly kind: 'configured' | 'embedded' | 'local';
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl?: string;
  /** For `Connection.connect`. */
  readonly clientOptions: Pick<ConnectionOptions, 'address' | 'tls' | 'apiKey' | 'metadata'>;
  /** For `NativeConnection.connect`. */
  readonly nativeOptions: NativeConnectionOptions;
  /** Lets go of the server; the embedded one stops with its last client. */
  release(): Promise<void>;
}

export interface ConnectTemporalOptions {
  readonly environment: Environment;
  readonly home: Home;
  /** Told in words what takes time: a download, a start. */
  readonly onProgress?: (text: string) => void;
  /** `keep` leaves an embedded server running without clients until `stopKeeping`. */
  readonly hold?: 'lease' | 'keep';
  /** Where a server of this machine usually listens. */
  readonly localAddress?: string;
  readonly guard?: Partial<GuardStart>;
}

const LOCAL_ADDRESS = '127.0.0.1:7233';
const LOCAL_UI_PORT = 8233;
const LOCAL_UI = `http://127.0.0.1:${String(LOCAL_UI_PORT)}`;
const EMBEDDED_NAMESPACE = 'default';

/**
 * The server to use, started if need be: the configured one, the one in `server.json`, one on the usual local
 * port, else an embedded one.
 * @throws TemporalUnreachableError when a configured server does not answer or none can be started.
 */
export async function connectTemporal(options: ConnectTemporalOptions): Promise<TemporalConnection> {
  const configured = await findConfigured(options);
  if (configured !== undefined) return configured;
  await ensureHome(options.home);
  const home = await realpath(options.home.home);
  const recorded = await findRecordedServer(home);
  if (recorded !== undefined && !(await isOurs(home, recorded.pid))) {
    // Somebody wrote the record by hand: the server is used, not owned.
    return embedded({ server: recorded, release: () => Promise.resolve() });
  }
  if (recorded === undefined && !(await hasGuard(home))) {
    const local = await findLocal(options);
    if (local !== undefined) return local;
  }
  let isTold = recorded !== undefined;
  const lease = await leaseEmbeddedServer({
    home,
    binary: async () => {
      const binary = await resolveTemporalBinary({ ...options, cache: options.home.cache });
      // Asked again when the last guard was just ending.
      if (!isTold) options.onProgress?.('Starting the embedded Temporal server');
      isTold = true;
      return binary;
    },
    hold: options.hold ?? 'lease',
    guard: { path: options.environment.path, ...options.guard },
  });
  return embedded(lease);
}

/**
 * The server to use if one runs; undefined when none does. Starts nothing.
 * @throws TemporalUnreachableError when a configured server does not answer.
 */
export async function findRunningServer(
  options: ConnectTemporalOptions,
): Promise<TemporalConnection | undefined> {
  const configured = await findConfigured(options);
  if (configured !== undefined) return configured;
  const home = await realpath(options.home.home).catch(() => options.home.home);
  const lease = (await hasGuard(home)) ? await tryLease(home) : undefined;
  if (lease !== undefined) return embedded(lease);
  const recorded = await findRecordedServer(home);
  if (recorded !== undefined) return embedded({ server: recorded, release: () => Promise.resolve() });
  return findLocal(options);
}

async function findConfigured(options: ConnectTemporalOptions): Promise<TemporalConnection | undefined> {
  const configured = findConfiguredServer(options.environment);
  if (configured === undefined) return undefined;
  await verifyConfiguredServer(configured);
  return {
    kind: 'configured',
    address: configured.address,
    namespace: configured.namespace,
    clientOptions: configured.options,
    nativeOptions: configured.options,
    release: () => Promise.resolve(),
  };
}

async function findLocal(options: ConnectTemporalOptions): Promise<TemporalConnection | undefined> {
  const address = options.localAddress ?? LOCAL_ADDRESS;
  if (!(await answersAsTemporal(address))) return undefined;
  return {
    kind: 'local',
    address,
    namespace: options.environment.temporal.namespace ?? EMBEDDED_NAMESPACE,
    ...(address === LOCAL_ADDRESS && !(await isPortFree(LOCAL_UI_PORT)) ? { uiUrl: LOCAL_UI } : {}),
    clientOptions: { address },
    nativeOptions: { address },
    release: () => Promise.resolve(),
  };
}

async function isOurs(home: string, pid: number): Promise<boolean> {
  return (await findDevServers(home)).some((info) => info.pid === pid);
}

function embedded(lease: Lease): TemporalConnection {
  const { address, ui } = lease.server;
  return {
    kind: 'embedded',
    address,
    namespace: EMBEDDED_NAMESPACE,
    uiUrl: ui,
    clientOptions: { address },
    nativeOptions: { address },
    release: () => lease.release(),
  };
}
