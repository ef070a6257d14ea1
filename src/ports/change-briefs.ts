import type { BreakingChange } from '../domain/contract/breaking-change';
import type { DeploymentPlan } from '../domain/database/deployment-plan';
import type { MigrationDesign } from '../domain/database/migration-design';
import type { MigrationSlot } from '../domain/database/migration-slot';
import type { DelegatedTask } from '../domain/plan/plan';
import type { DrillReport, RehearsalReport } from '../domain/database/rehearsal';

/* What the questions about a schema change and about a contract stand on. */

/** What a migration is designed from. */
export interface MigrationBrief {
  readonly task: DelegatedTask;
  /** What the analysis says of the schema. */
  readonly schemaChanges: readonly string[];
  /** Migrations of the base; a null text: not shown. */
  readonly migrations: readonly { readonly path: string; readonly text: string | null }[];
  readonly slot: MigrationSlot;
}

/** What a deployment is planned from; null: it was not run. */
export interface DeploymentBrief {
  readonly task: DelegatedTask;
  readonly design: MigrationDesign;
  readonly rehearsal: RehearsalReport | null;
  readonly drill: DrillReport | null;
}

/** What a rollout is chosen from. */
export interface RolloutBrief extends DeploymentBrief {
  readonly deployment: DeploymentPlan;
}

/** A contract as the frontend is shown it. */
export interface ContractBrief {
  readonly task: DelegatedTask;
  readonly name: string;
  readonly revision: number;
  readonly hash: string;
  /** Names of the operations, e.g. `GET /orders/{id}` or `Query.order`. */
  readonly operations: readonly string[];
  readonly breaking: readonly BreakingChange[];
  /** What changed against the base, in Markdown; null: the bundle has none. */
  readonly changelog: string | null;
  /** Types as a client gets them; null: the bundle has none. */
  readonly types: string | null;
  /** What was asked to be changed before. */
  readonly earlier: readonly string[];
}
