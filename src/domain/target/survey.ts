import { z } from 'zod';
import { ContextPathRule } from '../context/context-files';
import { CoordinationSettings } from '../coordination/coordination-settings';
import { DecisionRules } from '../escalation/decision-rules';
import { EngineNeed } from './engine-need';
import { GateSettings } from '../quality-gate/gate-settings';

const Command = z.array(z.string().min(1)).min(1).max(50);

const STACKS = ['node', 'python', 'java', 'unknown'] as const;

/** How to work with a target repository, as found or as configured; commands are argv arrays, null: none known. */
export const Survey = z.strictObject({
  name: z.string(),
  stack: z.enum(STACKS),
  framework: z.string().nullable(),
  packageManager: z.string().nullable(),
  install: Command.nullable(),
  build: Command.nullable(),
  test: Command.nullable(),
  lint: Command.nullable(),
  testTimeoutMs: z.int().positive(),
  migrations: z.strictObject({ tool: z.string(), dir: z.string() }).nullable(),
  apiSpec: z.string().nullable(),
  database: z.enum(['postgres', 'none', 'other']),
  conventions: z.array(z.string()),
  /** Files whose change means dependencies must be installed anew. */
  manifests: z.array(z.string()),
  /** Programs its commands stand on; dossiers of older versions have none. */
  engines: z.array(EngineNeed).optional(),
  notes: z.array(z.string()),
  /** What files are about, as the target says; absent: the house's rules alone. */
  contextRules: z.array(ContextPathRule).max(200).optional(),
  /** What the gate knows of the service; absent in older dossiers. */
  gate: GateSettings.optional(),
  /** Other services, contracts, replica and watch; absent: nothing was configured. */
  coordination: CoordinationSettings.optional(),
  /** Who may decide what, as the configuration says; absent: anybody anything. */
  decisions: DecisionRules.optional(),
  /** What the configuration says there is none of; absent: nothing. */
  omitted: z.array(z.enum(['framework', 'install', 'build', 'test', 'lint', 'database'])).optional(),
  /**
   * Folder of the surveyed service, in which its commands run; absent: the root. Paths are those of the repository all the
   * same.
   */
  folder: z.string().min(1).max(300).optional(),
  /** Every service of a repository that has several, with the folder each is in; the surveyed one among them. */
  services: z.array(z.strictObject({ name: z.string(), path: z.string(), stack: z.enum(STACKS) })).optional(),
});
export type Survey = z.infer<typeof Survey>;

/** The commands a repository would have run, in the order shown when asking for trust. */
export function surveyCommands(
  survey: Survey,
): readonly { readonly name: string; readonly argv: readonly string[] }[] {
  const { gate } = survey;
  const rows = [
    ...(['install', 'build', 'test', 'lint'] as const).map((name) => [name, survey[name]] as const),
    ['coverage', gate?.coverage?.cmd ?? null],
    ['run', gate?.run?.cmd ?? null],
    ['up', gate?.database?.up ?? null],
    ['down', gate?.database?.down ?? null],
    ['seed', gate?.database?.seed ?? null],
  ] as const;
  return [
    ...rows.flatMap(([name, argv]) => (argv === null ? [] : [{ name, argv }])),
    ...outsideCalls(survey.coordination),
  ];
}

/** Addresses the worker itself would call because the repository says so; shown and trusted like commands. */
function outsideCalls(
  coordination: CoordinationSettings | undefined,
): { readonly name: string; readonly argv: readonly string[] }[] {
  if (coordination === undefined) return [];
  const { contracts, watch } = coordination;
  return [
    ...(contracts.webhook === undefined ? [] : [{ name: 'webhook', argv: ['POST', contracts.webhook.url] }]),
    ...watch.checks.map((check) => ({
      name: `watch ${check.name}`,
      argv: check.kind === 'sql' ? ['SQL', check.urlEnv, check.query] : ['GET', check.url],
    })),
  ];
}
