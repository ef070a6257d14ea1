import { z } from 'zod';
import { ContextPathRule } from '../context/context-files';
import { CoordinationSettings } from '../coordination/coordination-settings';
import { DecisionRules } from '../escalation/decision-rules';
import { GateSlug } from '../quality-gate/gate-items';
import { ModelOverride } from '../usage/model-settings';
import { ROOT_FOLDER, ServiceFolder } from './service-folder';
import { RoleName } from '../department/specialists';
import { ConfigurationError } from '../common/user-error';

/** Name of the file in a target repository that says how to work with it. */
export const CONFIGURATION_FILE = 'coordinator.config.json';

const Argv = z.array(z.string().min(1)).min(1).max(50);
const Path = z.string().min(1).max(500);
const Milliseconds = z.int().min(1000).max(3_600_000);
const Variables = z.record(z.string(), z.string());

const TestCommand = z.strictObject({ cmd: Argv, timeoutMs: Milliseconds.optional() });

const Coverage = z.strictObject({
  cmd: Argv,
  format: z.enum(['istanbul-summary', 'coverage-py', 'jacoco']),
  report: Path,
  min: z.number().min(0).max(100).default(80),
});

const Run = z.strictObject({
  cmd: Argv,
  portEnv: z.string().default('PORT'),
  health: z.string().startsWith('/').optional(),
  readyTimeoutMs: Milliseconds.optional(),
  env: Variables.optional(),
  requiredEnv: z.array(z.string()).optional(),
});

const Api = z.strictObject({
  kind: z.enum(['openapi', 'graphql']),
  spec: Path,
  basePath: z.string().optional(),
});

const Database = z.strictObject({
  engine: z.enum(['postgres', 'none', 'other']),
  version: z.string().optional(),
  urlEnv: z.string().optional(),
  migrations: z
    .strictObject({ tool: z.string(), dir: Path, up: Argv.nullish(), down: Argv.nullish() })
    .optional(),
  seed: Argv.optional(),
});

const Login = z.strictObject({ op: z.string(), body: z.json(), tokenPointer: z.string().startsWith('/') });

const Service = z.strictObject({
  name: z.string().min(1).max(100),
  /** Folder of the service: its commands run there, and the paths below are those in it. */
  path: ServiceFolder.default(ROOT_FOLDER),
  stack: z.enum(['node', 'python', 'java', 'unknown']).optional(),
  framework: z.string().nullable().optional(),
  install: Argv.nullable().optional(),
  build: Argv.nullable().optional(),
  test: TestCommand.nullable().optional(),
  lint: Argv.nullable().optional(),
  coverage: Coverage.optional(),
  run: Run.optional(),
  api: Api.optional(),
  database: Database.optional(),
  auth: z
    .strictObject({
      login: Login.optional(),
      users: z.array(z.string()).optional(),
      header: z.string().optional(),
    })
    .optional(),
  cors: z.strictObject({ origins: z.array(z.string()) }).optional(),
  /** Operations that need no caller. */
  publicOps: z.array(z.string()).optional(),
  sla: z
    .strictObject({
      p95Ms: z.number().positive(),
      connections: z.int().positive().optional(),
      seconds: z.int().positive().optional(),
    })
    .optional(),
  logs: z.strictObject({ format: z.enum(['json', 'text']) }).optional(),
  docs: z
    .strictObject({ deploy: Path.optional(), limitations: Path.optional(), backup: Path.optional() })
    .optional(),
});

const ItemNumber = z.string().regex(/^(?:[1-9]|[123]\d|40)$/, 'give the slug of a gate item or its number');

/** A gate item its owner does not want checked, by slug or number, with the reason and perhaps a last day. */
const ConfiguredWaiver = z.strictObject({
  item: z.union([GateSlug, ItemNumber], { error: 'give the slug of a gate item or its number, 1 to 40' }),
  reason: z.string().min(1).max(1000),
  by: z.string().min(1).max(200),
  expires: z.iso.date().optional(),
});

/**
 * Content of `coordinator.config.json`: what a repository's owner knows better than detection. Fields left out are
 * detected, `null` says there is none. It counts as committed in the base, never as changed by a task.
 */
export const ServiceConfiguration = z
  .strictObject({
    version: z.literal(1),
    services: z.array(Service).min(1).max(50),
    /** Name of the service that is worked on, where there are several; the first one otherwise. */
    service: z.string().optional(),
    /** What files are about, where paths and contents do not tell; it cannot widen what a role is given. */
    context: z.strictObject({ rules: z.array(ContextPathRule).max(200) }).optional(),
    gate: z
      .strictObject({
        // One policy each so far; the keys are there for a configuration that spells it out.
        failOn: z.array(z.literal('fail')).length(1).optional(),
        couldNotRun: z.literal('needs-review').optional(),
        baseline: z.literal('merge-base').optional(),
        waivers: z.array(ConfiguredWaiver).max(100).optional(),
      })
      .optional(),
    /** Other services, validation of contracts, rehearsals and the watch after a deployment. */
    coordination: CoordinationSettings.optional(),
    /** Who may decide what, reminders, and what silence decides. */
    decisions: DecisionRules.optional(),
    /** What single roles think with; see `settleSettings` for what a repository may ask for. */
    roles: z.record(RoleName, ModelOverride).optional(),
  })
  .refine(({ service, services }) => service === undefined || services.some(({ name }) => name === service), {
    error: 'names none of the services; give the name of one of them',
    path: ['service'],
  });
export type ServiceConfiguration = z.infer<typeof ServiceConfiguration>;
export type ConfiguredService = ServiceConfiguration['services'][number];

/** The service that is worked on. */
export function serviceUnderWork({ services, service }: ServiceConfiguration): ConfiguredService {
  const found = service === undefined ? services[0] : services.find(({ name }) => name === service);
  if (found === undefined) throw new Error('The schema let a configuration without its service through.');
  return found;
}

/** Shape of `coordinator.config.json` for editors, as JSON Schema. */
export function configurationJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(ServiceConfiguration, { io: 'input' }), title: CONFIGURATION_FILE };
}

/**
 * Parses the text of a configuration file.
 * @param source name of the file for messages
 * @throws ConfigurationError naming the first key that is wrong
 */
export function parseConfiguration(text: string, source: string = CONFIGURATION_FILE): ServiceConfiguration {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`${source} is not JSON (${why}); correct it or remove it.`, {
      cause: error,
    });
  }
  const parsed = ServiceConfiguration.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(sentenceFor(source, parsed.error), { cause: parsed.error });
}

function sentenceFor(source: string, error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return `${source} is not valid; compare it with the documented example.`;
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => keyPath([...issue.path, key])).join(', ');
    return `${source} has the unknown key ${keys}; remove it or correct its spelling.`;
  }
  const where = issue.path.length === 0 ? 'as a whole' : `at ${keyPath(issue.path)}`;
  return `${source} is wrong ${where}: ${issue.message}; correct this value.`;
}

function keyPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${String(key)}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}
