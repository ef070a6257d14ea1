import { z } from 'zod';

const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'a name is lower-case kebab-case');
const Table = z.string().min(1).max(200);
const Path = z.string().min(1).max(500);
/** A method and a path template of the API, e.g. `GET /orders/{id}`. */
const Endpoint = z.string().regex(/^[A-Z]+ \/\S*$/, 'an endpoint looks like GET /orders/{id}');

const Share = z.strictObject({
  tables: z.array(Table).max(500).default([]),
  endpoints: z.array(Endpoint).max(500).default([]),
  /** Files in this repository that hold a contract: an API spec, or expectations of a consumer. */
  contracts: z.array(Path).max(100).default([]),
});

/** A service that is not this one, with what it owns of what this repository touches, and what it consumes from it. */
export const OtherService = z.strictObject({
  name: Name,
  owns: Share.prefault({}),
  consumes: Share.prefault({}),
});
export type OtherService = z.infer<typeof OtherService>;

/** Who validates a contract: a human, the frontend-coordinator role, or nobody who speaks up before a deadline. */
export const ContractPolicy = z.enum(['human', 'agent', 'auto']);
export type ContractPolicy = z.infer<typeof ContractPolicy>;

const ContractSettings = z.strictObject({
  review: ContractPolicy.default('agent'),
  /** With `auto`: how long anybody may object, in hours. */
  deadlineHours: z.number().positive().max(720).default(24),
  /** Told of every revision; `secretEnv` names the variable of the worker that holds the key of its signature. */
  webhook: z
    .strictObject({ url: z.url({ protocol: /^https?$/ }), secretEnv: z.string().optional() })
    .optional(),
  /** Expectations of consumers in the repository: exchanges the service is held to (see docs/contracts.md). */
  expectations: z.array(Path).max(50).default([]),
});

const ReplicaSettings = z.strictObject({
  /** Rows generated for the largest table. */
  rows: z.int().min(0).max(5_000_000).default(100_000),
});

const Limit = z
  .strictObject({ max: z.number().optional(), min: z.number().optional() })
  .refine(({ max, min }) => max !== undefined || min !== undefined, 'a limit has a max or a min');

/** One thing looked at after a deployment; each answers one number that has to keep within its limit. */
export const WatchCheck = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('sql'),
    name: Name,
    /** Variable of the worker with the address of the database. */
    urlEnv: z.string(),
    /** A query of one row and one column. */
    query: z.string().min(1).max(4000),
    limit: Limit,
  }),
  z.strictObject({
    kind: z.literal('http'),
    name: Name,
    url: z.url({ protocol: /^https?$/ }),
    /** The status, the time to the last byte in milliseconds, or a number in the JSON body. */
    value: z
      .union([z.literal('status'), z.literal('milliseconds'), z.string().startsWith('/')])
      .default('status'),
    limit: Limit,
  }),
  z.strictObject({
    kind: z.literal('prometheus'),
    name: Name,
    /** Base address of the Prometheus server. */
    url: z.url({ protocol: /^https?$/ }),
    /** PromQL of one sample. */
    query: z.string().min(1).max(4000),
    limit: Limit,
  }),
]);
export type WatchCheck = z.infer<typeof WatchCheck>;

export const WatchSettings = z.strictObject({
  /** How long a deployment is watched, in hours, and how often, in minutes. */
  hours: z.number().positive().max(720).default(24),
  everyMinutes: z.number().positive().max(1440).default(5),
  /** Breaches in a row that raise a question. */
  breaches: z.int().min(1).max(100).default(1),
  checks: z.array(WatchCheck).max(50).default([]),
});
export type WatchSettings = z.infer<typeof WatchSettings>;

/** What a repository says of its surroundings; the key `coordination` of `coordinator.config.json`, every part optional. */
export const CoordinationSettings = z.strictObject({
  otherServices: z.array(OtherService).max(100).default([]),
  contracts: ContractSettings.prefault({}),
  replica: ReplicaSettings.prefault({}),
  watch: WatchSettings.prefault({}),
});
export type CoordinationSettings = z.infer<typeof CoordinationSettings>;

/** What holds where nothing is configured. */
export const NO_COORDINATION: CoordinationSettings = CoordinationSettings.parse({});
