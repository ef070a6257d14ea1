import type { DepartmentClient } from '../client/department-client';
import { inParallel } from '../client/limits';
import { UnknownObjectiveError } from '../client/translate-error';
import { TemporalUnreachableError } from '../domain/common/user-error';
import type { Escalation } from '../domain/escalation/escalation';

/** A question in full, with the objective or watch that asks it. */
interface OpenQuestion {
  readonly objective: string;
  /** As lists name it. */
  readonly repository: string;
  readonly escalation: Escalation;
}

interface OpenQuestions {
  readonly questions: readonly OpenQuestion[];
  /** Objectives and watches that may ask something, and did not answer. */
  readonly unread: readonly string[];
  /** More wait than a list holds. */
  readonly more: boolean;
}

export const NO_QUESTIONS: OpenQuestions = { questions: [], unread: [], more: false };

/**
 * The open questions of every objective and every watch in full: those that have one by their memo are asked, a few at a
 * time. One that does not answer takes nothing away from the others.
 * @throws TemporalUnreachableError where the server itself does not answer
 */
export async function allEscalations(
  department: Pick<DepartmentClient, 'waiting' | 'hasWorker' | 'openEscalations'>,
): Promise<OpenQuestions> {
  const { executions, more } = await department.waiting();
  const asking = executions.filter(
    ({ waits }) => waits === null || waits.some((wait) => wait.kind === 'question'),
  );
  // Without any worker each would be waited for in vain.
  const canAsk = asking.length > 0 && (await department.hasWorker('workflow'));
  const answers = canAsk ? await inParallel(asking, ({ id }) => openOf(department, id)) : [];
  return {
    questions: asking.flatMap(({ id, repository }, index) =>
      (answers[index] ?? []).map((escalation) => ({ objective: id, repository, escalation })),
    ),
    unread: asking.filter((_row, index) => (answers[index] ?? null) === null).map(({ id }) => id),
    more,
  };
}

/** None of one that has ended since it was listed; null: it does not answer. */
async function openOf(
  department: Pick<DepartmentClient, 'openEscalations'>,
  id: string,
): Promise<readonly Escalation[] | null> {
  try {
    return await department.openEscalations(id);
  } catch (error) {
    if (error instanceof UnknownObjectiveError) return [];
    if (error instanceof TemporalUnreachableError) throw error;
    return null;
  }
}
