import type { Dossier } from '../domain/work/dossier';
import { DEFAULT_SETTINGS } from '../domain/usage/model-settings';
import type { PlanTask } from '../domain/plan/plan';
import type { BlobStore } from '../ports/blob-store';
import { rolePrompt } from './prompts/role';
import { roleOf, type Role, type Roles } from './roles';

interface RoleSources {
  /** The department's own roles. */
  readonly roles: Roles;
  readonly blobs: BlobStore;
}

/** What is being done; an audit is not guided by the repository it audits. */
type Work = Pick<PlanTask, 'kind'>;

/**
 * A role as it works on one objective: its own file, with the repository's guidance below it and the settings frozen
 * at the survey; or a specialist the repository brings.
 * @throws ConfigurationError for a name nobody has
 */
export async function roleAtWork(
  { roles, blobs }: RoleSources,
  dossier: Pick<Dossier, 'roles'>,
  name: string,
  work: Work | null,
): Promise<Role> {
  const brought = dossier.roles?.brought.find((role) => role.name === name);
  const guided = brought !== undefined && work?.kind !== 'security-audit';
  const guidance = guided ? (await blobs.get(brought.text)).toString('utf8') : null;
  const own =
    brought?.adds === 'specialist'
      ? { name, description: brought.description, ...DEFAULT_SETTINGS, prompt: null }
      : roleOf(roles, name);
  return {
    ...own,
    ...dossier.roles?.settings[name],
    prompt: rolePrompt({ prompt: own.prompt, guidance, name }),
  };
}
