import type { Roles } from '../model/roles';
import { surveyRoles } from '../model/survey-roles';
import type { ObjectiveInput } from '../domain/objective';
import type { BlobStore } from '../ports/blob-store';
import type { Surveyor } from '../ports/surveyor';
import { surveyTree } from '../survey/survey-tree';

/** Surveys a base commit; a configuration given with `--config` travels as a blob and wins over the committed one. */
export function createSurveyor({
  store,
  roles: own,
}: {
  readonly store: BlobStore;
  /** The department's own roles. */
  readonly roles: Roles;
}): Surveyor {
  const given = async (input: ObjectiveInput): Promise<{ text: string; source: string } | null> =>
    input.configuration === null
      ? null
      : { text: (await store.get(input.configuration)).toString('utf8'), source: '--config' };
  return {
    survey: async ({ input, files, read }) =>
      (await surveyTree({ files, read, configuration: await given(input) })).survey,
    readRoles: async ({ input, files, read }) => {
      const found = await surveyRoles({ own, files, read, given: await given(input) });
      const brought = await Promise.all(
        found.brought.map(async ({ name, adds, description, text }) => ({
          name,
          adds,
          description,
          text: await store.put(text),
        })),
      );
      return { roles: { brought, settings: found.settings }, notes: found.notes };
    },
  };
}
