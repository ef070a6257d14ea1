import { z } from 'zod';
import { ContextPathRule } from './context-files';
import { EngineNeed } from './engine-need';
import { GateSettings } from './gate-settings';

const Command = z.array(z.string().min(1)).min(1).max(50);

/** How to work with a target repository, as found or as configured; commands are argv arrays, null: none known. */
export const Survey = z.strictObject({
  name: z.string(),
  stack: z.enum(['node', 'python', 'java', 'unknown']),
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
});
export type Survey = z.infer<typeof Survey>;

/** The commands a repository would have run, in the order shown when asking for trust. */
export function surveyCommands(
  survey: Survey,
): readonly { readonly name: string; readonly argv: readonly string[] }[] {
  return (['install', 'build', 'test', 'lint'] as const).flatMap((name) => {
    const argv = survey[name];
    return argv === null ? [] : [{ name, argv }];
  });
}
