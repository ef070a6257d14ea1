import { noteEngines } from '../domain/engines';
import { readEngineFacts } from '../engines/engines';
import type { BlobStore } from '../ports/blob-store';
import type { Engines } from '../ports/engines';
import type { Surveyor } from '../ports/surveyor';
import { surveyTree } from '../survey/survey-tree';

/**
 * Surveys a base commit; a configuration given with `--config` travels as a blob and wins over the committed one.
 * Engines this worker lacks are among the notes.
 */
export function createSurveyor(store: BlobStore, engines: Engines): Surveyor {
  return {
    survey: async ({ input, files, read }) => {
      const configuration =
        input.configuration === null
          ? null
          : { text: (await store.get(input.configuration)).toString('utf8'), source: '--config' };
      const [{ survey }, facts] = await Promise.all([
        surveyTree({ files, read, configuration }),
        readEngineFacts(engines),
      ]);
      return noteEngines(survey, facts);
    },
  };
}
