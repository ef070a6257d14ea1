import type { DepartmentClient } from '../client/department-client';
import { inParallel } from '../client/limits';
import { UnknownObjectiveError } from '../client/translate-error';
import type { Escalation } from '../domain/escalation/escalation';

/** A question in full, with the objective or watch that asks it. */
export interface OpenQuestion {
  readonly objective: string;
  /** As lists name it. */
  readonly repository: string;
  readonly escalation: Escalation;
}

/**
 * The open questions of every objective and every watch in full: those that have one by their memo are asked, a few at a
 * time.
 */
export async function allEscalations(
  department: Pick<DepartmentClient, 'waiting' | 'openEscalations'>,
): Promise<OpenQuestion[]> {
  const { executions } = await department.waiting();
  const asking = executions.filter(
    ({ waits }) => waits === null || waits.some((wait) => wait.kind === 'question'),
  );
  const found = await inParallel(asking, async ({ id, repository }) => {
    const escalations = await openOf(department, id);
    return escalations.map((escalation) => ({ objective: id, repository, escalation }));
  });
  return found.flat();
}

/** None of one that has ended since it was listed. */
async function openOf(
  department: Pick<DepartmentClient, 'openEscalations'>,
  id: string,
): Promise<readonly Escalation[]> {
  try {
    return await department.openEscalations(id);
  } catch (error) {
    if (error instanceof UnknownObjectiveError) return [];
    throw error;
  }
}
