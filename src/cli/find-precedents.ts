import type { DepartmentClient } from '../client/department-client';
import { isDeploymentWatchId } from '../domain/deployment-watch';
import { precedentsOf, type Precedent } from '../domain/precedents';
import type { EscalationReason } from '../domain/triggers';
import type { Services } from './services';

/** What people decided before on the same trigger, of this home's audit log; see {@link precedentsOf}. */
export async function findPrecedents(
  services: Pick<Services, 'audit'>,
  about: { readonly trigger: EscalationReason; readonly repository: string | null },
): Promise<readonly Precedent[]> {
  return precedentsOf(await (await services.audit()).lines(), about);
}

/** The same for several questions, in their order; the log is read once. */
export async function findPrecedentsOf(
  services: Pick<Services, 'audit'>,
  questions: readonly { readonly trigger: EscalationReason; readonly repository: string | null }[],
): Promise<readonly (readonly Precedent[])[]> {
  if (questions.length === 0) return [];
  const lines = await (await services.audit()).lines();
  return questions.map((about) => precedentsOf(lines, about));
}

/** The repository an objective, or the watch over one, is about, as lists name it. */
export async function repositoryOf(
  department: Pick<DepartmentClient, 'status' | 'watch'>,
  id: string,
): Promise<string> {
  if (isDeploymentWatchId(id)) return (await department.watch(id)).summary.repository;
  const answer = await department.status(id);
  return answer.kind === 'live' ? answer.status.repository : answer.summary.repository;
}
