import { z } from 'zod';
import { ConfigurationError } from '../domain/user-error';

const text = z.string().trim().min(1).optional();

const Variables = z.object({
  COORDINATOR_HOME: text,
  COORDINATOR_MODEL: z
    .enum(['auto', 'anthropic', 'offline'], { error: 'use auto, anthropic or offline' })
    .optional(),
  COORDINATOR_GIT_REMOTE: text,
  COORDINATOR_METRICS_ADDRESS: z
    .string()
    .regex(/^[^\s/:]+:\d{1,5}$/, { error: 'use host:port, such as 127.0.0.1:9464' })
    .optional(),
  COORDINATOR_MCP_TOKEN: text,
  COORDINATOR_REPLICA_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'use postgres://user:password@host:port/database' })
    .optional(),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s/]+:\d{1,5}$/, { error: 'use host:port, such as 127.0.0.1:7233' })
    .optional(),
  TEMPORAL_NAMESPACE: text,
  TEMPORAL_CLI_PATH: text,
  TEMPORAL_PROFILE: text,
  TEMPORAL_CONFIG_FILE: text,
  ANTHROPIC_API_KEY: text,
  ANTHROPIC_BASE_URL: z.url({ protocol: /^https?$/, error: 'use an http(s) address' }).optional(),
  XDG_STATE_HOME: text,
  XDG_CACHE_HOME: text,
  HOME: text,
  INIT_CWD: text,
  NO_COLOR: text,
  CI: text,
  PATH: text,
});

/** Everything the product takes from the environment; the only place that reads `process.env`. */
export interface Environment {
  readonly coordinatorHome: string | undefined;
  /** undefined: as the settings of the installation say, else auto. */
  readonly model: 'auto' | 'anthropic' | 'offline' | undefined;
  readonly gitRemote: string | undefined;
  readonly replicaUrl: string | undefined;
  /** Where a worker serves its metrics; undefined: nowhere. */
  readonly metricsAddress: { readonly host: string; readonly port: number } | undefined;
  /** What clients of the MCP server send. */
  readonly mcpToken: string | undefined;
  readonly temporal: {
    readonly address: string | undefined;
    readonly namespace: string | undefined;
    readonly cliPath: string | undefined;
    readonly profile: string | undefined;
    readonly configFile: string | undefined;
  };
  readonly anthropic: { readonly apiKey: string | undefined; readonly baseUrl: string | undefined };
  readonly xdgStateHome: string | undefined;
  readonly xdgCacheHome: string | undefined;
  readonly userHome: string | undefined;
  /** Where the user stood when calling npm; relative paths resolve against it. */
  readonly initCwd: string | undefined;
  readonly noColor: boolean;
  readonly ci: boolean;
  readonly path: string;
  /**
   * All variables as they are, secrets included: only for tools the user's own shell would run, never logged. The MCP
   * token is no business of theirs.
   */
  readonly inherited: Readonly<Record<string, string>>;
}

/**
 * Reads and checks the environment; an empty variable counts as unset.
 * @throws ConfigurationError naming the first bad variable (its value is not repeated: it may be a secret).
 */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) if (value !== undefined) inherited[name] = value;
  const set = Object.fromEntries(Object.entries(inherited).filter(([, value]) => value.trim() !== ''));
  delete inherited['COORDINATOR_MCP_TOKEN'];
  const parsed = Variables.safeParse(set);
  if (!parsed.success) throw badVariable(parsed.error);
  const read = parsed.data;
  return {
    coordinatorHome: read.COORDINATOR_HOME,
    model: read.COORDINATOR_MODEL,
    gitRemote: read.COORDINATOR_GIT_REMOTE,
    replicaUrl: read.COORDINATOR_REPLICA_URL,
    mcpToken: read.COORDINATOR_MCP_TOKEN,
    metricsAddress: splitAddress(read.COORDINATOR_METRICS_ADDRESS),
    temporal: {
      address: read.TEMPORAL_ADDRESS,
      namespace: read.TEMPORAL_NAMESPACE,
      cliPath: read.TEMPORAL_CLI_PATH,
      profile: read.TEMPORAL_PROFILE,
      configFile: read.TEMPORAL_CONFIG_FILE,
    },
    anthropic: { apiKey: read.ANTHROPIC_API_KEY, baseUrl: read.ANTHROPIC_BASE_URL },
    xdgStateHome: read.XDG_STATE_HOME,
    xdgCacheHome: read.XDG_CACHE_HOME,
    userHome: read.HOME,
    initCwd: read.INIT_CWD,
    noColor: read.NO_COLOR !== undefined,
    ci: read.CI !== undefined && read.CI !== 'false' && read.CI !== '0',
    path: read.PATH ?? '',
    inherited,
  };
}

function splitAddress(address: string | undefined): Environment['metricsAddress'] {
  const [host, port] = address?.split(':') ?? [];
  return host === undefined || port === undefined ? undefined : { host, port: Number(port) };
}

function badVariable(error: z.ZodError): ConfigurationError {
  const issue = error.issues[0];
  const name = String(issue?.path[0] ?? 'a variable');
  return new ConfigurationError(
    `The environment variable ${name} cannot be used: ${issue?.message ?? 'bad value'}.`,
  );
}
