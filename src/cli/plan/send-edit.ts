import type { DepartmentClient, SentMessage } from '../../client/department-client';
import type { Speaker } from '../../domain/escalation/decision-proof';
import type { ReviewPlan } from '../../domain/objective/messages';
import { describeDifference } from '../../domain/plan/plan-difference';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { ConfigurationError, UserError } from '../../domain/common/user-error';
import type { BlobStore } from '../../ports/blob-store';
import { plain } from '../live/text';
import { findPlan, judge, readPlan, type PlanAtHand } from './plan-at-hand';

/** What it takes to change a plan. */
export interface PlanDesk {
  readonly department: Pick<DepartmentClient, 'send' | 'snapshot'>;
  readonly blobs: BlobStore;
  /** Recorded as `by`. */
  readonly by: string;
  /** Who it is as the operating system knows them; their edits are signed. Null: nobody in particular. */
  readonly from: Speaker | null;
  /** A line for people. */
  readonly say: (line: string) => void;
}

const MOST_DIFFERENCES = 20;

/**
 * Sends an edit of exactly the plan at hand. The update answers with what came of it.
 * @throws UserError where it is refused; where somebody changed the plan meanwhile, what changed is told
 */
export async function sendEdit(
  desk: PlanDesk,
  at: PlanAtHand,
  edit: Pick<ReviewPlan, 'plan' | 'patch' | 'comment'>,
): Promise<SentMessage> {
  const payload = { decision: 'edit', baseVersion: at.version, ...edit, by: desk.by };
  try {
    return await sendReview(desk, at.objectiveId, payload);
  } catch (error) {
    if (error instanceof UserError) await tellMeanwhile(desk, at);
    throw error;
  }
}

/**
 * Sends partial edits, checked here first, so that a refusal needs no worker.
 * @throws ConfigurationError for what the rules of plans refuse
 */
export async function sendPatch(
  desk: PlanDesk,
  status: ObjectiveStatus,
  patch: NonNullable<ReviewPlan['patch']>,
  comment: string | undefined,
): Promise<SentMessage> {
  const at = await findPlan(desk.blobs, status);
  const edit = { patch, ...(comment === undefined ? {} : { comment }) };
  if (at === null) {
    // Planned with another home's store: only the workflow can check it.
    const baseVersion = status.plan === null ? {} : { baseVersion: status.plan.version };
    const payload = { decision: 'edit', ...baseVersion, ...edit, by: desk.by };
    return sendReview(desk, status.objectiveId, payload);
  }
  const errors = judge(at, { kind: 'patch', patch });
  if (errors.length > 0) throw new ConfigurationError(`The edit is refused: ${errors.map(plain).join(' ')}`);
  return sendEdit(desk, at, edit);
}

function sendReview(
  { department, from }: PlanDesk,
  objectiveId: string,
  payload: object,
): Promise<SentMessage> {
  return department.send({ objectiveId, name: 'reviewPlan', payload, from });
}

/** Says what became of the plan since it was read, where it is another by now. */
export async function tellMeanwhile(
  { department, blobs, say }: PlanDesk,
  at: Pick<PlanAtHand, 'objectiveId' | 'version' | 'plan'> & { readonly ref: string | null },
): Promise<void> {
  const now = (await department.snapshot(at.objectiveId).catch(() => null))?.plan ?? null;
  if (now === null || now.ref === at.ref) return;
  const plan = await readPlan(blobs, now.ref);
  if (plan === null) return;
  const lines = describeDifference(at.plan, plan);
  const lasted =
    now.version === at.version
      ? 'Another plan than yours has'
      : `Changed between version ${String(at.version)} and`;
  say(`${lasted} version ${String(now.version)}:`);
  for (const line of lines.slice(0, MOST_DIFFERENCES)) say(`  ${plain(line)}`);
  if (lines.length > MOST_DIFFERENCES) say(`  and ${String(lines.length - MOST_DIFFERENCES)} more`);
}
