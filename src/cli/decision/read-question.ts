import type { DepartmentClient } from '../../client/department-client';
import { ConfigurationError } from '../../domain/common/user-error';
import { isDeploymentWatchId } from '../../domain/deployment/deployment-watch';
import type { Escalation } from '../../domain/escalation/escalation';
import type { CallForm } from '../../config/call-form';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { waitsOf, type Wait } from '../../domain/objective/waits';
import type { DecisionEvidence } from '../../ports/decision-evidence';
import type { CommandContext } from '../command';
import { findPrecedents, repositoryOf } from '../find-precedents';
import { plain } from '../live/text';
import { bareEvidence, gatherEvidence } from './evidence';
import { rowCommand } from './inbox-table';

type Context = Pick<CommandContext, 'services' | 'call'>;
type Department = Pick<DepartmentClient, 'status' | 'openEscalations' | 'watch'>;

/** As much of a diff as is ever read for a decision. */
export const FULL_DIFF_BYTES = 32 * 1024 * 1024;

/** The questions with the snapshot they are in; of a watch, and where nobody answers for the snapshot, alone. */
export async function openQuestions(
  department: Department,
  id: string,
): Promise<{ readonly open: readonly Escalation[]; readonly status: ObjectiveStatus | null }> {
  if (!isDeploymentWatchId(id)) {
    const answer = await department.status(id);
    if (answer.kind === 'live') return { open: answer.status.escalations, status: answer.status };
  }
  return { open: await department.openEscalations(id), status: null };
}

/** What an open question is decided on, but for what was decided before. */
export async function evidenceOf(
  { services, call }: Context,
  question: {
    readonly id: string;
    readonly escalation: Escalation;
    readonly status: ObjectiveStatus | null;
    readonly maxBytes: number;
    /** With the whole outputs the receipts name. */
    readonly full?: boolean;
  },
): Promise<DecisionEvidence> {
  const { id, escalation, status, ...options } = question;
  if (status === null) return bareEvidence(id, escalation);
  return gatherEvidence(status, escalation, services, { ...options, call });
}

/** All of it about one open question. @throws ConfigurationError where it is not open */
export async function readEvidence(
  context: Context,
  department: Department,
  { id, escalationId }: { readonly id: string; readonly escalationId: string },
): Promise<DecisionEvidence> {
  const { open, status } = await openQuestions(department, id);
  const escalation = open.find((row) => row.id === escalationId);
  if (escalation === undefined) throw notOpen(context, id, escalationId, status);
  const repository = status?.repository ?? (await repositoryOf(department, id));
  const precedents = await findPrecedents(context.services, { trigger: escalation.trigger, repository });
  const evidence = await evidenceOf(context, { id, escalation, status, maxBytes: FULL_DIFF_BYTES });
  return { ...evidence, precedents };
}

/** The plan and contracts that wait, each with the command that shows it. */
export function reviewRows(
  status: ObjectiveStatus | null,
  call: CallForm,
): readonly (Pick<Wait, 'kind' | 'id' | 'question' | 'recommended'> & {
  readonly objective: string;
  readonly command: string;
})[] {
  if (status?.outcome !== null) return [];
  const objective = status.objectiveId;
  return waitsOf(status)
    .filter(({ kind }) => kind !== 'question')
    .map(({ kind, id, question, recommended }) => {
      const command = rowCommand({ kind, objective, id }, call);
      return { objective, kind, id, question, recommended, command };
    });
}

/** Why a question cannot be shown: decided, or never asked. */
export function notOpen(
  { call }: Pick<CommandContext, 'call'>,
  id: string,
  wanted: string,
  status: ObjectiveStatus | null,
): ConfigurationError {
  const review = reviewRows(status, call).find((row) => row.id === wanted);
  if (review !== undefined)
    return new ConfigurationError(
      `${wanted} is a ${review.kind} to be reviewed; \`${review.command}\` shows it.`,
    );
  const decided = status?.decisions.find((row) => row.escalationId === wanted);
  return new ConfigurationError(
    decided === undefined
      ? `${id} has no open question ${plain(wanted)}; \`${call(`escalations ${id}`)}\` shows what is open.`
      : `${wanted} is decided already: ${decided.decision} by ${plain(decided.by)}; \`${call(`status ${id}`)}\` tells more.`,
  );
}
