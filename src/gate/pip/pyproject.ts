import { z } from 'zod';
import { BootstrapRefused } from '../bootstrap-refused';
import { parseRequirement } from './requirements-file';

/** Names under which projects keep what tests and linters need. */
const WORK_GROUPS = ['dev', 'develop', 'development', 'test', 'tests', 'testing', 'lint'];

const Texts = z.array(z.string());
const Pyproject = z.object({
  project: z
    .object({
      name: z.string().optional(),
      dynamic: Texts.optional(),
      dependencies: Texts.optional(),
      'optional-dependencies': z.record(z.string(), Texts).optional(),
    })
    .optional(),
  'dependency-groups': z
    .record(z.string(), z.array(z.union([z.string(), z.object({ 'include-group': z.string() })])))
    .optional(),
});
type Pyproject = z.infer<typeof Pyproject>;

/** Our own words for the interpreter: TOML in, JSON out. Nothing of the target is imported. */
export const TOML_TO_JSON = [
  'import json, sys',
  'try:',
  '    import tomllib',
  'except ImportError:',
  '    from pip._vendor import tomli as tomllib',
  'print(json.dumps(tomllib.loads(sys.stdin.read()), default=str))',
].join('\n');

/**
 * The dependencies a pyproject.toml names: those of the project, and the extras and groups for development.
 * @param content the file as JSON
 * @throws BootstrapRefused where they are computed, or from outside the registry
 */
export function pyprojectRequirements(content: unknown): string[] {
  const parsed = Pyproject.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.map(String).join('.') ?? '';
    throw new BootstrapRefused(`pyproject.toml is not valid at ${where}; correct it.`, 'broken');
  }
  const { project } = parsed.data;
  if (project?.dynamic?.includes('dependencies') === true) {
    throw new BootstrapRefused(
      'pyproject.toml leaves its dependencies to the build, which would have to run; list them there or in requirements.txt.',
      'unsupported',
    );
  }
  const named = [
    ...(project?.dependencies ?? []),
    ...WORK_GROUPS.flatMap((group) => extra(parsed.data, group, new Set())),
    ...WORK_GROUPS.flatMap((group) => dependencyGroup(parsed.data, group, new Set())),
  ];
  return [...new Set(named.map(requireRegistry))];
}

/** An extra; where it names the project itself, those extras are meant. */
function extra(content: Pyproject, name: string, seen: Set<string>): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  const own = content.project?.name?.toLowerCase().replace(/[._-]+/g, '-');
  return (content.project?.['optional-dependencies']?.[name] ?? []).flatMap((text) => {
    const requirement = parseRequirement(text);
    if (requirement === null || requirement.name !== own) return [text];
    const extras = /\[(.*)\]/.exec(requirement.text)?.[1] ?? '';
    return extras.split(',').flatMap((inner) => extra(content, inner.trim(), seen));
  });
}

function dependencyGroup(content: Pyproject, name: string, seen: Set<string>): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  return (content['dependency-groups']?.[name] ?? []).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : dependencyGroup(content, entry['include-group'], seen),
  );
}

function requireRegistry(text: string): string {
  const requirement = parseRequirement(text);
  if (requirement !== null) return requirement.text;
  throw new BootstrapRefused(
    `pyproject.toml has "${text.slice(0, 200)}", which is no package of the registry by name; name a published version.`,
    'broken',
  );
}
