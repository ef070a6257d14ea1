import { CannotTell } from '../checker';
import type { Inspection } from '../inspection';
import type { InspectionSetting } from '../open-inspection';
import type { MigratedDatabase } from './database';

export interface ServiceOptions {
  /** Variables beside the configured ones; null takes one away. */
  readonly env?: Readonly<Record<string, string | null>>;
  /** Whether the configured seed is loaded first. */
  readonly seed: boolean;
}

export interface ProbeRequest {
  readonly method: string;
  /** With query, beginning with `/`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

export interface ProbeResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most 256 KiB. */
  readonly body: string;
  readonly ms: number;
}

export interface LoadRequest {
  readonly requests: readonly ProbeRequest[];
  /** Requests in all, round robin over `requests`; a closed loop. */
  readonly amount: number;
  readonly connections: number;
}

/** Every sample of one load run. */
export interface LoadRun {
  readonly samplesMs: readonly number[];
  readonly non2xx: number;
  readonly errors: number;
}

/** What the process used, as the operating system and Node tell. */
export interface ProcessFigures {
  readonly rssBytes: number;
  /** Of the event loop since the last look, in milliseconds; null where it cannot be told. */
  readonly loopDelayP99Ms: number | null;
}

/**
 * The target's service, running in the sandbox beside the process that speaks to it: both share one network namespace
 * with nothing else in it.
 */
export interface RunningService {
  readonly argv: readonly string[];
  /** The database it was started with; null for a service without one. */
  readonly database: MigratedDatabase | null;
  request(request: ProbeRequest): Promise<ProbeResponse>;
  load(request: LoadRequest): Promise<LoadRun>;
  figures(): Promise<ProcessFigures>;
  /** Whether the service's own process is still there. */
  isAlive(): boolean;
  /** Everything it has written so far, unredacted: for looking into, never to be kept as it is. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts the service on a database of its own; `stop` ends its whole process group and drops the database. */
export function startRunningService(
  _inspection: Inspection,
  _setting: InspectionSetting,
  _options: ServiceOptions,
): Promise<RunningService> {
  return Promise.reject(new CannotTell('the service cannot be started yet'));
}
