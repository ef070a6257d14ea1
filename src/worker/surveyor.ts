import { noteEngines } from '../domain/target/engines';
import { readEngineFacts } from '../engines/engines';
import type { Roles } from '../model/roles';
import { surveyRoles } from '../model/survey-roles';
import type { ObjectiveInput } from '../domain/objective/objective';
import type { BlobStore } from '../ports/blob-store';
import type { Engines } from '../ports/engines';
import type { Surveyor } from '../ports/surveyor';
import { surveyTree } from '../survey/survey-tree';

/**
 * Surveys a base commit; a configuration given with `--config` travels as a blob and wins over the committed one.
 * Engines this worker lacks are among the notes.
 */
export function createSurveyor({
  store,
  roles: own,
  engines,
}: {
  readonly engines: Engines;
  readonly store: BlobStore;
  /** The department's own roles. */
  readonly roles: Roles;
}): Surveyor {
  const given = async (input: ObjectiveInput): Promise<{ text: string; source: string } | null> =>
    input.configuration === null
      ? null
      : { text: (await store.get(input.configuration)).toString('utf8'), source: '--config' };
  return {
    survey: async ({ input, files, read }) => {
      const [{ survey }, facts] = await Promise.all([
        given(input).then((configuration) => surveyTree({ files, read, configuration })),
        readEngineFacts(engines),
      ]);
      return noteEngines(survey, facts);
    },
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
