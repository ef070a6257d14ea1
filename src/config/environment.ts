import { z } from 'zod';
import { ConfigurationError } from '../domain/common/user-error';

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
  COORDINATOR_DECISION_KEY: z.string().trim().min(32, { error: 'use at least 32 characters' }).optional(),
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
  GITHUB_TOKEN: text,
  GH_TOKEN: text,
  GH_ENTERPRISE_TOKEN: text,
  GITHUB_API_URL: z.url({ protocol: /^https?$/, error: 'use an http(s) address' }).optional(),
  GITHUB_SERVER_URL: z.url({ protocol: /^https?$/, error: 'use an http(s) address' }).optional(),
  GH_HOST: text,
  GITLAB_TOKEN: text,
  GITLAB_HOST: text,
  XDG_STATE_HOME: text,
  XDG_CACHE_HOME: text,
  HOME: text,
  INIT_CWD: text,
  NO_COLOR: text,
  CI: text,
  TERM: text,
  PATH: text,
  VISUAL: text,
  EDITOR: text,
});

const NOTIFY_PREFIX = 'COORDINATOR_NOTIFY_';
/** Secrets that are this product's own business: no process it starts gets them. */
const FORGE_TOKENS = ['GITHUB_TOKEN', 'GH_TOKEN', 'GH_ENTERPRISE_TOKEN', 'GITLAB_TOKEN'] as const;
const OWN_SECRETS = ['COORDINATOR_MCP_TOKEN', 'COORDINATOR_DECISION_KEY', ...FORGE_TOKENS];

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
  /** What vouches for people who decide; undefined: the home's own key. */
  readonly decisionKey: string | undefined;
  readonly temporal: {
    readonly address: string | undefined;
    readonly namespace: string | undefined;
    readonly cliPath: string | undefined;
    readonly profile: string | undefined;
    readonly configFile: string | undefined;
  };
  readonly anthropic: { readonly apiKey: string | undefined; readonly baseUrl: string | undefined };
  /** Where pull requests are opened, and with what. */
  readonly forge: {
    readonly github: {
      readonly token: string | undefined;
      readonly ghToken: string | undefined;
      readonly enterpriseToken: string | undefined;
      readonly apiUrl: string | undefined;
      readonly serverUrl: string | undefined;
      readonly host: string | undefined;
    };
    readonly gitlab: { readonly token: string | undefined; readonly host: string | undefined };
  };
  readonly xdgStateHome: string | undefined;
  readonly xdgCacheHome: string | undefined;
  readonly userHome: string | undefined;
  /** Where the user stood when calling npm; relative paths resolve against it. */
  readonly initCwd: string | undefined;
  readonly noColor: boolean;
  readonly ci: boolean;
  /** A terminal that knows lines only. */
  readonly dumbTerminal: boolean;
  readonly path: string;
  /** The program a person edits with, and its arguments, as a shell would read them. */
  readonly editor: string | undefined;
  /**
   * All variables as they are, secrets included: only for tools the user's own shell would run, never logged. The MCP
   * token, the key of decisions, the tokens of forges and the secrets of notifications are no business of theirs.
   */
  readonly inherited: Readonly<Record<string, string>>;
  /** Secrets of notifications: variables that begin with COORDINATOR_NOTIFY_. */
  readonly notify: Readonly<Record<string, string>>;
  /** What a worker of ours in a process of its own gets beside that: it opens pull requests and tells people. */
  readonly forWorkers: Readonly<Record<string, string>>;
}

/**
 * Reads and checks the environment; an empty variable counts as unset.
 * @throws ConfigurationError naming the first bad variable (its value is not repeated: it may be a secret).
 */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) if (value !== undefined) inherited[name] = value;
  const set = Object.fromEntries(Object.entries(inherited).filter(([, value]) => value.trim() !== ''));
  const notify = Object.fromEntries(Object.entries(set).filter(([name]) => name.startsWith(NOTIFY_PREFIX)));
  const tokens = FORGE_TOKENS.flatMap((name) => {
    const value = set[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  for (const name of OWN_SECRETS) Reflect.deleteProperty(inherited, name);
  for (const name of Object.keys(inherited))
    if (name.startsWith(NOTIFY_PREFIX)) Reflect.deleteProperty(inherited, name);
  const parsed = Variables.safeParse(set);
  if (!parsed.success) throw badVariable(parsed.error);
  const read = parsed.data;
  return {
    coordinatorHome: read.COORDINATOR_HOME,
    model: read.COORDINATOR_MODEL,
    gitRemote: read.COORDINATOR_GIT_REMOTE,
    replicaUrl: read.COORDINATOR_REPLICA_URL,
    mcpToken: read.COORDINATOR_MCP_TOKEN,
    decisionKey: read.COORDINATOR_DECISION_KEY,
    metricsAddress: splitAddress(read.COORDINATOR_METRICS_ADDRESS),
    temporal: {
      address: read.TEMPORAL_ADDRESS,
      namespace: read.TEMPORAL_NAMESPACE,
      cliPath: read.TEMPORAL_CLI_PATH,
      profile: read.TEMPORAL_PROFILE,
      configFile: read.TEMPORAL_CONFIG_FILE,
    },
    anthropic: { apiKey: read.ANTHROPIC_API_KEY, baseUrl: read.ANTHROPIC_BASE_URL },
    forge: {
      github: {
        token: read.GITHUB_TOKEN ?? read.GH_TOKEN,
        ghToken: read.GH_TOKEN,
        enterpriseToken: read.GH_ENTERPRISE_TOKEN,
        apiUrl: read.GITHUB_API_URL,
        serverUrl: read.GITHUB_SERVER_URL,
        host: read.GH_HOST,
      },
      gitlab: { token: read.GITLAB_TOKEN, host: read.GITLAB_HOST },
    },
    xdgStateHome: read.XDG_STATE_HOME,
    xdgCacheHome: read.XDG_CACHE_HOME,
    userHome: read.HOME,
    initCwd: read.INIT_CWD,
    noColor: read.NO_COLOR !== undefined,
    ci: read.CI !== undefined && read.CI !== 'false' && read.CI !== '0',
    dumbTerminal: read.TERM === 'dumb',
    path: read.PATH ?? '',
    editor: read.VISUAL ?? read.EDITOR,
    inherited,
    notify,
    forWorkers: { ...notify, ...Object.fromEntries(tokens) },
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
