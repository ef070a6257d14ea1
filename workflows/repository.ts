import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { z } from 'zod';
import { claimTasks, heldOf, newsOf, settleClaims } from '../src/domain/coordination/claim-order';
import { INTERNAL } from '../src/domain/objective/message-descriptions';
import type { MigrationSlot } from '../src/domain/database/migration-slot';
import type { TaskId } from '../src/domain/plan/plan';
import {
  CLAIMS_FREED,
  type ClaimWorkResult,
  type EndedObjectives,
} from '../src/domain/coordination/repository-claims';
import {
  CLAIM_WORK,
  ClaimTasks,
  holders,
  mayClose,
  NOTHING_HELD,
  refuseClaim,
  RELEASE,
  Release,
  releaseObjective,
  REPOSITORY_STATE,
  reserveNumber,
  ReserveNumber,
  RESERVE_MIGRATION,
  type RepositoryInput,
  type RepositoryState,
} from '../src/domain/coordination/repository-entity';
import { repositoryMarkdown } from '../src/domain/coordination/repository-markdown';
import { claims } from './proxies';

/** How often it is looked after objectives that may have died without giving back what they hold. */
const LOOK_WHILE_SOMEBODY_WAITS_MS = 60_000;
const LOOK_OTHERWISE_MS = 30 * 60_000;

/**
 * One target repository, for all objectives on it: orders the numbers of their migrations and keeps what each holds.
 * Handlers change the state in one go; the loop tells objectives that wait, looks after dead ones, and closes the
 * entity when nothing is held and no number has to be remembered.
 */
export async function repositoryWorkflow(
  input: RepositoryInput,
  carried: RepositoryState = NOTHING_HELD,
): Promise<{ readonly changes: number }> {
  let state = carried;
  let changes = 0;
  const news = new Map<string, Set<TaskId>>();

  setCurrentDetails(repositoryMarkdown(input, state));
  const become = (next: RepositoryState): void => {
    for (const { objectiveId, taskIds } of newsOf(state, next)) {
      const told = news.get(objectiveId) ?? new Set();
      for (const id of taskIds) told.add(id);
      news.set(objectiveId, told);
    }
    state = next;
    changes += 1;
    setCurrentDetails(repositoryMarkdown(input, state));
  };
  const release = (ended: readonly Release[]): void => {
    if (ended.length > 0) become(settleClaims(ended.reduce(releaseObjective, state)));
  };
  const letGoOfEnded = async (objectiveIds: readonly string[]): Promise<void> => {
    const { ended } = await claims.endedObjectives
      .executeWithOptions({ summary: 'who still runs' }, [{ objectiveIds: [...objectiveIds] }])
      // Nobody is known to have ended then; it is looked again before long.
      .catch((): EndedObjectives => ({ ended: [] }));
    release(ended);
  };

  setHandler(defineQuery<RepositoryState>(REPOSITORY_STATE), () => state, {
    description: 'Who holds which tasks, and the numbers of migrations handed out',
  });
  answer(RESERVE_MIGRATION, ReserveNumber, (request): MigrationSlot => {
    const reserved = reserveNumber(state, request);
    become(reserved.state);
    return reserved.slot;
  });
  answer(
    CLAIM_WORK,
    ClaimTasks,
    async (request): Promise<ClaimWorkResult> => {
      const { objectiveId } = request;
      become(claimTasks(state, request));
      const held = heldOf(state, objectiveId);
      if (held.length > 0) await letGoOfEnded([...new Set(held.map(({ holder }) => holder))]);
      return { held: heldOf(state, objectiveId) };
    },
    (request) => refuseClaim(state, request),
  );
  answer(RELEASE, Release, (request) => {
    release([request]);
    return { released: true };
  });

  for (;;) {
    const seen = changes;
    for (const [objectiveId, taskIds] of [...news]) {
      news.delete(objectiveId);
      await getExternalWorkflowHandle(objectiveId)
        .signal(CLAIMS_FREED, { taskIds: [...taskIds].slice(0, 200) })
        // It has ended; what it waits for is taken off at the next look.
        .catch(() => undefined);
    }
    await condition(allHandlersFinished);
    if (changes === seen && news.size === 0) {
      if (changes > 0 && mayClose(state, input)) return { changes };
      if (workflowInfo().continueAsNewSuggested) {
        return continueAsNew<typeof repositoryWorkflow>(input, state);
      }
      const lookAfterMs = holders(state).length === 0 ? null : nextLook(state);
      const changed = (): boolean => changes !== seen || !allHandlersFinished();
      if (lookAfterMs === null) await condition(changed);
      else if (!(await condition(changed, lookAfterMs))) await letGoOfEnded(holders(state));
    }
  }
}

function nextLook({ objectives }: RepositoryState): number {
  const waits = objectives.some(({ claims: standing }) => standing.some(({ granted }) => !granted));
  return waits ? LOOK_WHILE_SOMEBODY_WAITS_MS : LOOK_OTHERWISE_MS;
}

/** An update whose payload is parsed and refused before it enters the history. */
function answer<T, R>(
  name: string,
  schema: z.ZodType<T>,
  take: (request: T) => R | Promise<R>,
  refuse: (request: T) => string | null = () => null,
): void {
  const refusal = (why: string): ApplicationFailure =>
    ApplicationFailure.nonRetryable(why, 'Message.Refused');
  const read = (payload: unknown): T => {
    const parsed = schema.safeParse(payload);
    if (!parsed.success)
      throw refusal(parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '));
    const why = refuse(parsed.data);
    if (why !== null) throw refusal(why);
    return parsed.data;
  };
  setHandler(defineUpdate<R, [unknown]>(name), (payload) => take(read(payload)), {
    description: INTERNAL,
    validator: (payload) => {
      read(payload);
    },
  });
}
