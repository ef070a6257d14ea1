import { z } from 'zod';
import { DeploymentPlan, RolloutPlan } from '../domain/database/deployment-plan';
import { FrontendReview } from '../domain/contract/frontend-review';
import type { MigrationDesign } from '../domain/database/migration-design';
import { TaskId } from '../domain/plan/plan';
import { Name, Pattern, RelativePath } from './playbook-values';

/** A migration that a task of the playbook writes, and the identifier its files begin with there. */
const WrittenMigration = z.strictObject({
  task: TaskId,
  /** Folder of the files, relative to the repository. */
  dir: RelativePath,
  identifier: z.string().regex(/^[0-9A-Za-z]{1,60}$/, 'an identifier is letters and digits'),
  /** What follows the identifier in the files' names, up to their endings. */
  name: z.string().regex(/^[\w-]{1,100}$/, 'a name of a migration is letters, digits, _ and -'),
});
export type WrittenMigration = z.infer<typeof WrittenMigration>;

const ScenarioNames = z.array(Name).min(1);

const DesignRow = z.strictObject({
  task: TaskId,
  scenarios: ScenarioNames.optional(),
  /** A MigrationDesign, as YAML or JSON. */
  file: RelativePath,
});

/** The deployment of every migration; its sign-off and its lock come from what the question says was measured. */
const DeployedChange = DeploymentPlan.pick({
  summary: true,
  window: true,
  order: true,
  backup: true,
  restore: true,
  abortWhen: true,
});
export type DeployedChange = z.infer<typeof DeployedChange>;

/** How versions are rolled out; which of the two depends on whether the old one was seen to work on the new schema. */
const RolledOutChange = z.strictObject({
  together: RolloutPlan.pick({ strategy: true, phases: true }),
  apart: RolloutPlan.pick({ phases: true }).optional(),
});
export type RolledOutChange = z.infer<typeof RolledOutChange>;

/** What the frontend says of a contract. */
const ValidatedContract = z.strictObject({
  /** Said of the operations the contract has. */
  approve: FrontendReview.shape.comments.min(1),
  /** Asked for until the operations and types match the pattern. */
  changes: z
    .array(
      z.strictObject({
        scenarios: ScenarioNames,
        operation: z.string().max(200).nullable(),
        until: Pattern,
        comment: z.string().min(1).max(400),
      }),
    )
    .default([]),
});
export type ValidatedContract = z.infer<typeof ValidatedContract>;

/** Sections of a playbook about schema changes and contracts. */
export const ChangeSections = z.strictObject({
  migrations: z.array(WrittenMigration).max(20).optional(),
  design: z.array(DesignRow).max(50).optional(),
  deployment: DeployedChange.optional(),
  rollout: RolledOutChange.optional(),
  validate: ValidatedContract.optional(),
});

/** A design ready to be given. */
export interface LoadedDesign {
  readonly task: string;
  readonly scenarios: readonly string[];
  readonly design: MigrationDesign;
}
