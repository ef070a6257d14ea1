import type { DepartmentClient } from '../client/department-client';
import { inParallel } from '../client/limits';
import { UnknownObjectiveError } from '../client/translate-error';
import type { Escalation } from '../domain/escalation';

/**
 * The open questions of every objective and every watch in full: those that have one by their memo are asked, a few at a
 * time.
 */
export async function allEscalations(
  department: Pick<DepartmentClient, 'waiting' | 'openEscalations'>,
): Promise<{ readonly objective: string; readonly escalation: Escalation }[]> {
  const { executions } = await department.waiting();
  const asking = executions.filter(
    ({ waits }) => waits === null || waits.some((wait) => wait.kind === 'question'),
  );
  const found = await inParallel(asking, async ({ id }) => {
    const escalations = await openOf(department, id);
    return escalations.map((escalation) => ({ objective: id, escalation }));
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
