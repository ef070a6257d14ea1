import { z } from 'zod';
import { DepartmentRoles } from '../department/department-roles';
import { ModelChoice, RepositorySource, RunOptions } from '../objective/objective';
import { Survey } from '../target/survey';

/** Everything about an objective that is frozen once it is surveyed; a blob every activity reads. */
export const Dossier = z.strictObject({
  objectiveId: z.string(),
  objective: z.string(),
  repository: RepositorySource,
  repositoryIdentity: z.string(),
  baseRef: z.string(),
  baseCommit: z.string(),
  model: ModelChoice,
  options: RunOptions,
  survey: Survey,
  /** What repository and configuration change about roles; absent: nothing. */
  roles: DepartmentRoles.optional(),
  /** AGENTS.md / CLAUDE.md of the base commit, cut; reaches every specialist. */
  conventions: z.string(),
  /** Paths in the base commit, at most 2,000. */
  files: z.array(z.string()),
});
export type Dossier = z.infer<typeof Dossier>;
