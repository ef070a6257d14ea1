import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DEFAULT_SETTINGS, Effort, ModelAlias, type ModelSettings } from '../domain/usage/model-settings';
import { COORDINATOR, RoleName, TECH_LEAD } from '../domain/department/specialists';
import { ConfigurationError } from '../domain/common/user-error';
import { RoleFileFault, splitRoleFile } from './role-file';

/** Frontmatter of a role file in the format of Claude Code subagents; fields the department does not use pass. */
const Frontmatter = z.looseObject({
  name: RoleName,
  description: z.string().min(1),
  model: ModelAlias.default(DEFAULT_SETTINGS.model),
  effort: Effort.optional(),
});

/** Effort of the roles whose thinking others build on, where their file names none; all others have the default. */
const EFFORT_BY_ROLE: Readonly<Record<RoleName, Effort>> = {
  [COORDINATOR]: 'high',
  [TECH_LEAD]: 'high',
  'api-architect': 'high',
  'backend-architect': 'high',
  'database-optimizer': 'high',
  'graphql-architect': 'high',
};

/** Who answers: a name, what it thinks with, and its system prompt. */
export interface Role extends ModelSettings {
  readonly name: RoleName;
  readonly description: string;
  readonly prompt: string;
}

export type Roles = ReadonlyMap<string, Role>;

/**
 * Reads every `*.md` of a folder as a role.
 * @throws ConfigurationError naming the file and what is wrong with it.
 */
export async function loadRoles(dir: string): Promise<Roles> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.md')).sort();
  const roles = await Promise.all(
    names.map(async (name) => parseRole(name, await readFile(join(dir, name), 'utf8'))),
  );
  return new Map(roles.map((role) => [role.name, role]));
}

/** One role file: frontmatter between two lines of `---`, then the prompt. */
export function parseRole(file: string, source: string): Role {
  const parts = takeApart(file, source);
  const parsed = Frontmatter.safeParse(parts.frontmatter);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw broken(file, `${issue?.path.join('.') ?? 'frontmatter'}: ${issue?.message ?? 'does not parse'}`);
  }
  const { name, description, model, effort } = parsed.data;
  if (file !== `${name}.md`) throw broken(file, `its name is "${name}" and not the file's`);
  if (parts.body === '') throw broken(file, 'there is no prompt below the frontmatter');
  return {
    name,
    description,
    model,
    effort: effort ?? EFFORT_BY_ROLE[name] ?? DEFAULT_SETTINGS.effort,
    prompt: parts.body,
  };
}

/** The role of that name. */
export function roleOf(roles: Roles, name: string): Role {
  const role = roles.get(name);
  if (role !== undefined) return role;
  throw new ConfigurationError(`There is no role @${name}; known are ${[...roles.keys()].join(', ')}.`);
}

function takeApart(file: string, source: string): NonNullable<ReturnType<typeof splitRoleFile>> {
  try {
    const parts = splitRoleFile(source);
    if (parts !== null) return parts;
  } catch (error) {
    throw error instanceof RoleFileFault ? broken(file, error.message) : error;
  }
  throw broken(file, 'it does not begin with frontmatter between two lines of ---');
}

function broken(file: string, what: string): ConfigurationError {
  return new ConfigurationError(`The role file ${file} cannot be used: ${what}; mend it and start again.`);
}
