import type { Activities } from '../../activities/contract';
import type { ObjectiveInput } from '../../src/domain/objective/objective';
import type { Objective, objectiveInput } from '../support/department';

/** One kind of life an objective may have, and a change of the process that must not replay its history. */
export interface Scenario {
  readonly name: string;
  readonly activities: () => Activities;
  /** What people do while it runs; it is over when the workflow is closed. */
  readonly drive?: (objective: Objective) => Promise<void>;
  readonly options?: Parameters<typeof objectiveInput>[0];
  /** What it works on; a sample unless said otherwise. */
  readonly repository?: Extract<ObjectiveInput['repository'], { kind: 'path' }>;
  /** Dynamic configuration of the server it is recorded on. */
  readonly dynamicConfig?: Readonly<Record<string, string>>;
  /** Which workflow is kept, by the id of the objective; the objective itself unless said otherwise. */
  readonly workflow?: (objectiveId: string) => string;
  /** Which run of the chain is kept; the first unless said otherwise. */
  readonly run?: 'first' | 'last';
  /** A line of the compiled workflows, and what a careless deployment would make of it. */
  readonly change: { readonly from: string; readonly to: string };
}
