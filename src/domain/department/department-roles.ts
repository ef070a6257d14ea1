import { z } from 'zod';
import { BlobRef } from '../common/blob';
import {
  lower,
  ModelSettings,
  override,
  DEFAULT_SETTINGS,
  type ModelOverride,
} from '../usage/model-settings';
import type { TaskOutline } from '../plan/plan';
import { mention, RoleName, SPECIALIST_NAMES, SPECIALISTS } from './specialists';
import { ConfigurationError } from '../common/user-error';

/** Most roles a repository may bring, and most bytes of one. */
export const MAX_BROUGHT_ROLES = 50;
export const MAX_ROLE_BYTES = 64 * 1024;
const MAX_DESCRIPTION = 300;

/** A role of a target repository: guidance for one of the eight, or a specialist of its own. */
export const BroughtRole = z.strictObject({
  name: RoleName,
  adds: z.enum(['guidance', 'specialist']),
  /** What it is for, cut to 300 characters. */
  description: z.string().max(MAX_DESCRIPTION),
  /** The text below its frontmatter. */
  text: BlobRef,
});
export type BroughtRole = z.infer<typeof BroughtRole>;

/** What an objective's repository and configuration change about roles; frozen with the survey. */
export const DepartmentRoles = z.strictObject({
  brought: z.array(BroughtRole).max(MAX_BROUGHT_ROLES),
  /** Model and effort of the roles that do not think with their own. */
  settings: z.record(RoleName, ModelSettings),
});
export type DepartmentRoles = z.infer<typeof DepartmentRoles>;

/** A specialist a plan may name. */
interface RosterRow {
  readonly name: RoleName;
  readonly does: string;
}

/** The eight, then the specialists the repository brings. */
export function rosterOf(roles: DepartmentRoles | undefined): readonly RosterRow[] {
  const brought = (roles?.brought ?? []).filter((role) => role.adds === 'specialist');
  return [
    ...SPECIALISTS.map(({ name, does }) => ({ name, does })),
    ...brought.map(({ name, description }) => ({ name, does: description })),
  ];
}

/** Names of everybody a task may be given to. */
export function rosterNames(roles: DepartmentRoles | undefined): readonly RoleName[] {
  return rosterOf(roles).map((row) => row.name);
}

/**
 * Whom a task may be reassigned to: everybody, but an audit stays with the department's own.
 * @param brought names of the specialists the repository brings
 */
export function assigneesFor(
  task: Pick<TaskOutline, 'kind'>,
  brought: readonly RoleName[],
): readonly RoleName[] {
  return task.kind === 'security-audit' ? SPECIALIST_NAMES : [...SPECIALIST_NAMES, ...brought];
}

/** Names of the specialists a repository brings. */
export function broughtSpecialists(roles: DepartmentRoles | undefined): readonly RoleName[] {
  return (roles?.brought ?? []).filter((role) => role.adds === 'specialist').map((role) => role.name);
}

/** The line that tells a planner what a brought specialist does. */
export function shortDescription(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > MAX_DESCRIPTION ? `${line.slice(0, MAX_DESCRIPTION - 1)}…` : line;
}

export interface SettledSettings {
  /** Only of roles that do not keep their own. */
  readonly settings: Readonly<Record<RoleName, ModelSettings>>;
  /** What was wished for and not granted, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Decides what each role thinks with. A repository's own configuration and role files may only lower a model or an
 * effort; a configuration the user gives may set anything.
 * @param own what the department's roles think with by themselves
 * @param brought wishes of the specialists a repository brings
 * @throws ConfigurationError for a role nobody knows
 */
export function settleSettings(request: {
  readonly own: ReadonlyMap<RoleName, ModelSettings>;
  readonly brought: ReadonlyMap<RoleName, ModelOverride>;
  readonly configured: Readonly<Record<RoleName, ModelOverride>>;
  readonly givenByUser: boolean;
}): SettledSettings {
  const { own, brought, configured, givenByUser } = request;
  const settings = new Map<RoleName, ModelSettings>();
  const notes: string[] = [];
  const grant = (name: RoleName, wish: ModelOverride, all: boolean): void => {
    const before = settings.get(name) ?? own.get(name) ?? DEFAULT_SETTINGS;
    const after = all ? override(before, wish) : lower(before, wish);
    const wished = override(before, wish);
    for (const key of ['model', 'effort'] as const) {
      if (wished[key] === after[key]) continue;
      notes.push(
        `${mention(name)} keeps ${key} ${after[key]}: a repository may only lower it, and ${wished[key]} was asked for (a configuration given with --config may raise it)`,
      );
    }
    settings.set(name, after);
  };
  for (const [name, wish] of brought) grant(name, wish, false);
  for (const [name, wish] of Object.entries(configured)) {
    if (!own.has(name) && !brought.has(name)) {
      const known = [...own.keys(), ...brought.keys()].join(', ');
      throw new ConfigurationError(
        `The configuration has settings for ${mention(name)}, and there is no such role; known are ${known}.`,
      );
    }
    grant(name, wish, givenByUser);
  }
  return {
    settings: Object.fromEntries([...settings].filter(([name, row]) => !isSame(row, own.get(name)))),
    notes,
  };
}

function isSame(a: ModelSettings, b: ModelSettings | undefined): boolean {
  return a.model === b?.model && a.effort === b.effort;
}
