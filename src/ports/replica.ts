import type { RolloutPlan } from '../domain/database/deployment-plan';
import type { MigrationDesign } from '../domain/database/migration-design';
import type { DrillReport, RehearsalReport } from '../domain/database/rehearsal';
import type { Survey } from '../domain/target/survey';
import type { CheckTarget } from './gate';

/** A commit with new migrations, and the tree they are new to; both are checkouts that may be thrown away. */
export interface ReplicaSubject {
  readonly target: CheckTarget;
  readonly base: { readonly path: string; readonly tree: string };
  readonly survey: Survey;
  readonly signal: AbortSignal;
}

/** `none`: the commit has nothing to run; `not-executed`: it could not be run here, for the reason given. */
export type Replayed<Report> =
  | { readonly kind: 'ran'; readonly report: Report }
  | { readonly kind: 'not-executed'; readonly reason: string }
  | { readonly kind: 'none'; readonly reason: string };

/**
 * Tries schema changes on a database like the real one: the base's schema, generated rows, the target's own tool. A
 * machine that stands in the way is `not-executed`, never an error; only an aborted signal throws.
 */
export interface Replicas {
  /** The new migrations up, down and up again while readers and writers go on; see RehearsalReport. */
  rehearse(
    request: ReplicaSubject & {
      readonly design: MigrationDesign;
      /** What the new migration's file has to begin with; null: the tool numbers by itself. */
      readonly identifier: string | null;
    },
  ): Promise<Replayed<RehearsalReport>>;
  /** Backs the migrated database up, restores it as a new one and compares them. */
  drillBackup(request: ReplicaSubject): Promise<Replayed<DrillReport>>;
  /** Walks through the phases of a rollout, and through the way back of each that changes the database. */
  rehearseRollout(
    request: ReplicaSubject & { readonly rollout: RolloutPlan },
  ): Promise<Replayed<DrillReport>>;
}
