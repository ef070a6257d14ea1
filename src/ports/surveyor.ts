import type { DepartmentRoles } from '../domain/department/department-roles';
import type { ObjectiveInput } from '../domain/objective/objective';
import type { Survey } from '../domain/target/survey';

interface SurveyRequest {
  readonly input: ObjectiveInput;
  /** Names in the base commit. */
  readonly files: readonly string[];
  readonly read: (path: string) => Promise<string | null>;
}

/** Finds out how to work with a repository, from its base commit and configuration. */
export interface Surveyor {
  survey(request: SurveyRequest): Promise<Survey>;
  /** What repository and configuration change about roles, their texts stored as blobs; and what was left out. */
  readRoles(
    request: SurveyRequest,
  ): Promise<{ readonly roles: DepartmentRoles; readonly notes: readonly string[] }>;
}
