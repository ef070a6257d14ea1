import type { BlobStore } from '../ports/blob-store';
import type { Surveyor } from '../ports/surveyor';
import { surveyTree } from '../survey/survey-tree';

/** Surveys a base commit; a configuration given with `--config` travels as a blob and wins over the committed one. */
export function createSurveyor(store: BlobStore): Surveyor {
  return {
    survey: async ({ input, files, read }) => {
      const configuration =
        input.configuration === null
          ? null
          : { text: (await store.get(input.configuration)).toString('utf8'), source: '--config' };
      return (await surveyTree({ files, read, configuration })).survey;
    },
  };
}
