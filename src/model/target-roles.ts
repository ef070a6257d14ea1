import { z } from 'zod';
import { MAX_BROUGHT_ROLES, MAX_ROLE_BYTES, shortDescription } from '../domain/department/department-roles';
import { Effort, ModelAlias, type ModelOverride } from '../domain/usage/model-settings';
import {
  COORDINATOR,
  FRONTEND_COORDINATOR,
  mention,
  RoleName,
  SPECIALIST_NAMES,
  TECH_LEAD,
} from '../domain/department/specialists';
import { ConfigurationError } from '../domain/common/user-error';
import { RoleFileFault, splitRoleFile } from './role-file';

/** Where a repository keeps its roles, as Claude Code does. */
const FOLDER = '.claude/agents/';
/** The `department` of a role that wants to join this roster. */
const DEPARTMENT = 'backend';
/** Roles a repository has no say in. */
const DECIDING: readonly string[] = [COORDINATOR, TECH_LEAD, FRONTEND_COORDINATOR];

/** A role file of a target repository that counts. */
export interface TargetRole {
  readonly path: string;
  readonly name: RoleName;
  readonly adds: 'guidance' | 'specialist';
  readonly description: string;
  /** What a new specialist would like to think with; empty for guidance, which changes no settings. */
  readonly wish: ModelOverride;
  /** The text below the frontmatter. */
  readonly text: string;
  /** The whole file, for the trust hash. */
  readonly source: string;
}

interface TargetRoles {
  readonly roles: readonly TargetRole[];
  /** Files that were left out, one sentence each. */
  readonly notes: readonly string[];
}

interface TargetFiles {
  /** Names in the base commit. */
  readonly files: readonly string[];
  readonly read: (path: string) => Promise<string | null>;
}

const Frontmatter = z.looseObject({
  name: RoleName.optional(),
  department: z.string().optional(),
  description: z.string('a description is missing').trim().min(1, 'a description is missing'),
  // `inherit` is Claude Code's word for whoever calls; here nobody does.
  model: z.union([ModelAlias, z.literal('inherit')], { error: 'use opus, sonnet or haiku' }).optional(),
  effort: Effort.optional(),
});

/**
 * Reads `.claude/agents/*.md` of a base commit. A role named like one of the eight is guidance for it; one with
 * `department: backend` joins them. Roles of other departments are nobody's business here.
 * @throws ConfigurationError of one sentence for a broken file
 */
export async function readTargetRoles({ files, read }: TargetFiles): Promise<TargetRoles> {
  const paths = files.filter((path) => /^\.claude\/agents\/[^/]+\.md$/.test(path)).sort();
  const roles: TargetRole[] = [];
  const notes: string[] = [];
  for (const path of paths) {
    const found = judge(path, await read(path));
    if (typeof found === 'string') notes.push(found);
    else if (found !== null) roles.push(found);
  }
  if (roles.length > MAX_BROUGHT_ROLES) {
    throw new ConfigurationError(
      `The repository brings ${String(roles.length)} roles for the backend in ${FOLDER}, and ${String(MAX_BROUGHT_ROLES)} are the most; remove some.`,
    );
  }
  return { roles, notes };
}

/** The role a file is, a note on why it is left out, or null for one of another department. */
function judge(path: string, source: string | null): TargetRole | string | null {
  const stem = path.slice(FOLDER.length, -'.md'.length);
  if (source === null) throw broken(path, 'it is a link or a submodule and not a file');
  if (Buffer.byteLength(source) > MAX_ROLE_BYTES) {
    throw broken(path, `it is larger than ${String(MAX_ROLE_BYTES / 1024)} KB`);
  }
  // Git's answer was decoded before it came here, so other bytes have become the replacement character.
  if (source.includes('\uFFFD') || source.includes('\0')) throw broken(path, 'it is not UTF-8 text');
  const parts = takeApart(path, source);
  if (parts === null) {
    if (isOurs(stem)) throw broken(path, 'it does not begin with frontmatter between two lines of ---');
    return `${path} has no frontmatter and is left out`;
  }
  const claims = z
    .looseObject({ name: z.unknown().optional(), department: z.unknown().optional() })
    .safeParse(parts.frontmatter);
  if (!claims.success) throw broken(path, 'its frontmatter is no list of fields');
  const { name, department } = claims.data;
  if (!isOurs(stem) && !isOurs(name) && department !== DEPARTMENT) return null;
  if (name !== stem) {
    throw broken(
      path,
      name === undefined
        ? `its name is missing; it must be "${stem}"`
        : `its name is not "${stem}" as the file's`,
    );
  }
  const parsed = Frontmatter.safeParse(parts.frontmatter);
  if (!parsed.success) throw broken(path, describeIssue(parsed.error));
  if (DECIDING.includes(stem)) {
    return `${path} is left out: a repository has no say in how ${mention(stem)} decides`;
  }
  if (parts.body === '') throw broken(path, 'there is no text below the frontmatter');
  const adds = isSpecialist(stem) ? 'guidance' : 'specialist';
  const { description, model, effort } = parsed.data;
  return {
    path,
    name: RoleName.parse(stem),
    adds,
    description: shortDescription(description),
    wish:
      adds === 'guidance'
        ? {}
        : {
            ...(model === undefined || model === 'inherit' ? {} : { model }),
            ...(effort === undefined ? {} : { effort }),
          },
    text: parts.body,
    source,
  };
}

function takeApart(path: string, source: string): ReturnType<typeof splitRoleFile> {
  try {
    return splitRoleFile(source);
  } catch (error) {
    throw error instanceof RoleFileFault ? broken(path, error.message) : error;
  }
}

function isSpecialist(name: unknown): boolean {
  return SPECIALIST_NAMES.some((one) => one === name);
}

/** Whether a name means somebody of this department. */
function isOurs(name: unknown): boolean {
  return isSpecialist(name) || name === COORDINATOR || name === TECH_LEAD;
}

function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  const field = issue?.path.join('.') ?? '';
  return `${field === '' ? 'its frontmatter' : field}: ${issue?.message ?? 'does not parse'}`;
}

function broken(path: string, what: string): ConfigurationError {
  return new ConfigurationError(
    `The role file ${path} of the repository cannot be used: ${what}; mend and commit it, and start again.`,
  );
}
