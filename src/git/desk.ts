import type { TaskId } from '../domain/plan/plan';
import type { Place } from './layout';

/** A task's place in the coordination repository. */
export interface Desk {
  readonly objectiveId: string;
  readonly taskId: TaskId;
  readonly mirror: string;
  readonly place: Place;
  /** Full name of the task's branch. */
  readonly branch: string;
}
