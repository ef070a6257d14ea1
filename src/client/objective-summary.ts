import { z } from 'zod';
import { modelLabel } from '../domain/usage/model-label';
import type { ObjectiveInput } from '../domain/objective/objective';
import { Progress, PROGRESS_MEMO } from '../domain/objective/progress-memo';
import { repositoryLabel } from '../domain/coordination/repository-label';
import { ObjectiveState } from '../domain/department/states';
import type { Execution } from './gateway';

const EXCERPT_CHARACTERS = 200;

/** What the memo of an objective's workflow says, for lists; never the whole text. */
export const ObjectiveMemo = z.object({
  objective: z.string(),
  repository: z.string(),
  base: z.string(),
  model: z.string(),
  /** Tells the call that started the workflow from one that attached to it. */
  startId: z.string(),
});
export type ObjectiveMemo = z.infer<typeof ObjectiveMemo>;

/** An objective as visibility and memo tell it: what there is to know without any worker. */
export interface ObjectiveSummary {
  readonly objectiveId: string;
  readonly objective: string;
  readonly repository: string;
  readonly base: string;
  readonly model: string;
  readonly open: boolean;
  /** null where the server has no search attributes to tell it. */
  readonly state: ObjectiveState | null;
  readonly escalationLevel: number | null;
  readonly startedAt: string;
  readonly closedAt: string | null;
  /** As last told; null: its memo does not tell it. */
  readonly progress: Progress | null;
}

export function memoOf(input: ObjectiveInput, startId: string): ObjectiveMemo {
  return {
    objective: excerpt(input.objective),
    repository: repositoryLabel(input.repository),
    base: `${input.baseRef} (${input.baseCommit.slice(0, 12)})`,
    model: modelLabel(input.model),
    startId,
  };
}

export function excerpt(text: string, characters = EXCERPT_CHARACTERS): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  return line.length <= characters ? line : `${line.slice(0, characters - 1)}…`;
}

export function summarise(execution: Execution): ObjectiveSummary {
  const memo = ObjectiveMemo.partial().safeParse(execution.memo ?? {});
  const told = memo.success ? memo.data : {};
  const open = execution.state === 'open';
  const progress = z.object({ [PROGRESS_MEMO]: Progress }).safeParse(execution.memo);
  const state = ObjectiveState.safeParse(execution.attributes['CoordinatorStatus']);
  const level = z.int().safeParse(execution.attributes['CoordinatorEscalationLevel']);
  return {
    objectiveId: execution.objectiveId,
    objective: told.objective ?? '',
    repository: told.repository ?? '',
    base: told.base ?? '',
    model: told.model ?? '',
    open,
    state:
      execution.state === 'cancelled'
        ? 'cancelled'
        : state.success
          ? state.data
          : progress.success
            ? progress.data[PROGRESS_MEMO].state
            : null,
    escalationLevel: level.success ? level.data : null,
    startedAt: execution.startedAt.toISOString(),
    closedAt: execution.closedAt?.toISOString() ?? null,
    progress: progress.success ? progress.data[PROGRESS_MEMO] : null,
  };
}
