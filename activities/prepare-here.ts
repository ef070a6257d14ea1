import type { Dossier } from '../src/domain/work/dossier';
import type { Ports } from './ports';

/** Sees to it that this host has the objective's repository: another may have surveyed it. Cheap where it has. */
export async function prepareHere(
  repositories: Pick<Ports['repositories'], 'prepare'>,
  dossier: Dossier,
): Promise<void> {
  const { objectiveId, repository: source, repositoryIdentity: identity, baseCommit } = dossier;
  await repositories.prepare({ objectiveId, source, identity, baseCommit });
}
