import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { RoleName } from '../domain/specialists';
import { ConfigurationError } from '../domain/user-error';
import { MODEL_ALIASES, type ModelAlias } from './models';

/** Frontmatter of a role file in the format of Claude Code subagents; fields the department does not use pass. */
const Frontmatter = z.looseObject({
  name: RoleName,
  description: z.string().min(1),
  model: z.enum(MODEL_ALIASES).default('sonnet'),
});

/** Who answers: a name, the model it thinks with, and its system prompt. */
export interface Role {
  readonly name: RoleName;
  readonly description: string;
  readonly model: ModelAlias;
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
  const parts = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(source);
  if (parts === null) throw broken(file, 'it does not begin with frontmatter between two lines of ---');
  const parsed = Frontmatter.safeParse(parseFrontmatter(file, parts[1] ?? ''));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw broken(file, `${issue?.path.join('.') ?? 'frontmatter'}: ${issue?.message ?? 'does not parse'}`);
  }
  const { name, description, model } = parsed.data;
  if (file !== `${name}.md`) throw broken(file, `its name is "${name}" and not the file's`);
  const prompt = (parts[2] ?? '').trim();
  if (prompt === '') throw broken(file, 'there is no prompt below the frontmatter');
  return { name, description, model, prompt };
}

/** The role of that name. */
export function roleOf(roles: Roles, name: string): Role {
  const role = roles.get(name);
  if (role !== undefined) return role;
  throw new ConfigurationError(`There is no role @${name}; known are ${[...roles.keys()].join(', ')}.`);
}

function parseFrontmatter(file: string, source: string): unknown {
  try {
    const value: unknown = parseYaml(source);
    return value;
  } catch (error) {
    throw broken(
      file,
      `its frontmatter is not YAML (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

function broken(file: string, what: string): ConfigurationError {
  return new ConfigurationError(`The role file ${file} cannot be used: ${what}; mend it and start again.`);
}
