import { z } from 'zod';
import { GateSlug } from './gate-items';

const Argv = z.array(z.string().min(1)).min(1).max(50);
const Path = z.string().min(1).max(500);

/** Lines that tests must reach without a configuration (charter: quality gate, code quality), in percent. */
const DEFAULT_COVERAGE = 80;
/** Response time the 95th percentile stays below without a configuration (charter: quality gate, performance). */
const DEFAULT_P95_MS = 200;

/** An item the owner accepts as it is, until `expires` (the last day it holds). */
export const Waiver = z.strictObject({
  item: GateSlug,
  reason: z.string().min(1).max(1000),
  by: z.string().min(1).max(200),
  expires: z.iso.date().optional(),
});
export type Waiver = z.infer<typeof Waiver>;

/**
 * What the gate knows of a service besides its commands, as configured or as found; null: not known. Read from the base
 * commit, never from the branch under test.
 */
export const GateSettings = z.strictObject({
  /** A run of the tests that writes a report over all sources. */
  coverage: z
    .strictObject({ cmd: Argv, format: z.enum(['istanbul-summary', 'coverage-py', 'jacoco']), report: Path })
    .nullable(),
  /** Percent of lines. */
  coverageMin: z.number().min(0).max(100),
  /** How the service is started; it listens on the port in `portEnv` of 127.0.0.1. */
  run: z
    .strictObject({
      cmd: Argv,
      portEnv: z.string(),
      /** Path that answers with 2xx when it is ready; null: any answer counts. */
      health: z.string().nullable(),
      readyTimeoutMs: z.int().positive(),
      env: z.record(z.string(), z.string()),
      /** Variables it must refuse to start without. */
      requiredEnv: z.array(z.string()),
    })
    .nullable(),
  api: z
    .strictObject({
      kind: z.enum(['openapi', 'graphql']),
      /** File in the repository, or a path the running service answers with its spec. */
      spec: Path,
      from: z.enum(['file', 'endpoint']),
      basePath: z.string().nullable(),
    })
    .nullable(),
  database: z
    .strictObject({
      urlEnv: z.string(),
      /** Major version in production, where known. */
      version: z.string().nullable(),
      up: Argv.nullable(),
      down: Argv.nullable(),
      seed: Argv.nullable(),
    })
    .nullable(),
  login: z
    .strictObject({ op: z.string(), body: z.json(), tokenPointer: z.string().startsWith('/') })
    .nullable(),
  /** Names of the test users; `{user}` in the log-in's body stands for one of them. */
  users: z.array(z.string()),
  /** Header that carries a token: `Authorization: Bearer {token}`. */
  authHeader: z.string(),
  corsOrigins: z.array(z.string()).nullable(),
  /** Operations that need no caller, by operationId. */
  publicOps: z.array(z.string()).nullable(),
  sla: z.strictObject({
    p95Ms: z.number().positive(),
    connections: z.int().positive(),
  }),
  logFormat: z.enum(['json', 'text']).nullable(),
  docs: z.strictObject({
    deploy: Path.nullable(),
    limitations: Path.nullable(),
    backup: Path.nullable(),
  }),
  waivers: z.array(Waiver).max(100),
});
export type GateSettings = z.infer<typeof GateSettings>;

/** What holds where nothing is configured or found. */
export const NO_SETTINGS: GateSettings = {
  coverage: null,
  coverageMin: DEFAULT_COVERAGE,
  run: null,
  api: null,
  database: null,
  login: null,
  users: [],
  authHeader: 'Authorization: Bearer {token}',
  corsOrigins: null,
  publicOps: null,
  sla: { p95Ms: DEFAULT_P95_MS, connections: 5 },
  logFormat: null,
  docs: { deploy: null, limitations: null, backup: null },
  waivers: [],
};
