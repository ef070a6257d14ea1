import type { DepartmentClient } from '../client/department-client';
import type { Escalation } from '../domain/escalation';

/** The open questions of every objective and every watch. */
export async function allEscalations(
  department: Pick<DepartmentClient, 'list' | 'askingWatches' | 'openEscalations'>,
): Promise<{ readonly objective: string; readonly escalation: Escalation }[]> {
  // Without search attributes every open one is asked.
  const open = (await department.list()).filter(
    (row) => row.open && (row.escalationLevel === null || row.escalationLevel === 4),
  );
  const found: { readonly objective: string; readonly escalation: Escalation }[] = [];
  for (const id of [...open.map((row) => row.objectiveId), ...(await department.askingWatches())]) {
    for (const escalation of await department.openEscalations(id)) found.push({ objective: id, escalation });
  }
  return found;
}
