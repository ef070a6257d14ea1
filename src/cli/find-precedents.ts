import type { DepartmentClient } from '../client/department-client';
import type { AuditLine } from '../domain/escalation/audit';
import { isDeploymentWatchId } from '../domain/deployment/deployment-watch';
import { precedentsOf, type Precedent } from '../domain/escalation/precedents';
import type { EscalationReason } from '../domain/department/triggers';
import type { Services } from './services';

/** What people decided before on the same trigger, of this home's audit log; see {@link precedentsOf}. */
export async function findPrecedents(
  services: Pick<Services, 'audit'>,
  about: { readonly trigger: EscalationReason; readonly repository: string | null },
): Promise<readonly Precedent[]> {
  return openPrecedents(services)(about);
}

/** The same for several questions: the log is read once, when it is first needed. */
export function openPrecedents(
  services: Pick<Services, 'audit'>,
): (about: {
  readonly trigger: EscalationReason;
  readonly repository: string | null;
}) => Promise<readonly Precedent[]> {
  let lines: Promise<readonly AuditLine[]> | undefined;
  return async (about) => {
    lines ??= services.audit().then((audit) => audit.lines());
    return precedentsOf(await lines, about);
  };
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
