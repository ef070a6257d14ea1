import type { ObjectiveInput } from '../domain/objective';
import type { Survey } from '../domain/survey';

/** Finds out how to work with a repository, from its base commit and configuration. */
export interface Surveyor {
  survey(request: {
    readonly input: ObjectiveInput;
    /** Names in the base commit. */
    readonly files: readonly string[];
    readonly read: (path: string) => Promise<string | null>;
  }): Promise<Survey>;
}
