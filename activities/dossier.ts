import type { Dossier } from '../src/domain/work/dossier';
import type { ObjectiveInput } from '../src/domain/objective/objective';
import type { Ports } from './ports';

/** Paths and conventions a dossier keeps at most. */
const MAX_FILES = 2000;
const MAX_CONVENTIONS = 16_000;

/**
 * Reads the base commit for everything that is frozen once an objective is surveyed, and what was left out of it.
 * @param workspaceId under which the base commit was prepared
 */
export async function readDossier(
  { repositories, surveyor }: Pick<Ports, 'surveyor'> & { readonly repositories: Reading },
  { input, workspaceId }: { readonly input: ObjectiveInput; readonly workspaceId: string },
): Promise<{ readonly dossier: Dossier; readonly notes: readonly string[] }> {
  const at = { objectiveId: workspaceId, commit: input.baseCommit };
  const files = await repositories.listFiles(at);
  const read = (path: string): Promise<string | null> => repositories.readFile({ ...at, path });
  const survey = await surveyor.survey({ input, files, read });
  const { roles, notes } = await surveyor.readRoles({ input, files, read });
  const texts = await Promise.all(survey.conventions.map(read));
  const dossier: Dossier = {
    objectiveId: input.objectiveId,
    objective: input.objective,
    repository: input.repository,
    repositoryIdentity: input.repositoryIdentity,
    baseRef: input.baseRef,
    baseCommit: input.baseCommit,
    model: input.model,
    options: input.options,
    survey,
    roles,
    conventions: texts
      .filter((text) => text !== null)
      .join('\n\n')
      .slice(0, MAX_CONVENTIONS),
    files: files.slice(0, MAX_FILES),
  };
  return { dossier, notes };
}

type Reading = Pick<Ports['repositories'], 'listFiles' | 'readFile'>;
