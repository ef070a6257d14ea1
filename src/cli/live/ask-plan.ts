import type { DepartmentClient, SentMessage } from '../../client/department-client';
import type { Speaker } from '../../domain/escalation/decision-proof';
import type { ObjectiveStatus } from '../../domain/objective/status';
import { UserError } from '../../domain/common/user-error';
import type { CommandContext } from '../command';
import { planTable } from '../plan/table';
import type { AskerRequest } from './ask';
import { plain } from './text';
import { untilTaken } from './until-taken';

/** Opens a plan in an editor; what came of it, null: nothing was changed. */
export type EditPlan = (status: ObjectiveStatus) => Promise<SentMessage | null>;

const INDENT = '  ';

type PlanAsker = Pick<
  AskerRequest,
  'department' | 'display' | 'prompts' | 'by' | 'from' | 'editPlan' | 'columns'
>;

/**
 * Shows a plan that waits for approval and asks about it. The answer is about the version that was shown; "later", and an
 * editor that was left without a change, leave it open.
 */
export async function askAboutPlan(
  request: PlanAsker,
  status: ObjectiveStatus,
  signal: AbortSignal,
  isOpen: () => Promise<boolean>,
): Promise<SentMessage | null> {
  const { display, prompts } = request;
  const columns = request.columns === undefined ? null : request.columns() - INDENT.length;
  for (const line of planTable(status, columns)) display.note(`${INDENT}${line}`.trimEnd());
  return untilTaken({ prompts, display, isOpen }, (remembering) =>
    reviewPlan({ ...request, prompts: remembering }, status, signal),
  );
}

async function reviewPlan(
  request: PlanAsker,
  status: ObjectiveStatus,
  signal: AbortSignal,
): Promise<SentMessage | null> {
  const { department, prompts, by, from, editPlan } = request;
  const { objectiveId, plan } = status;
  for (;;) {
    const decision = await prompts.select({
      message: 'Approve this plan',
      choices: [
        { name: 'approve', value: 'approve' },
        ...(editPlan === undefined ? [] : [{ name: 'edit it in your editor', value: 'edit' }]),
        { name: 'reject, with a comment', value: 'reject' },
        { name: 'decide later', value: 'later' },
      ],
      initial: 'approve',
      signal,
    });
    if (decision === 'later') return null;
    if (decision === 'edit') {
      const sent = await edited(request, status);
      if (sent !== null) return sent;
      continue;
    }
    const comment = decision === 'reject' ? await prompts.input({ message: 'Comment', signal }) : '';
    return department.send({
      objectiveId,
      name: 'reviewPlan',
      payload: {
        decision,
        by,
        ...(plan === null ? {} : { baseVersion: plan.version }),
        ...(comment === '' ? {} : { comment }),
      },
      from: from ?? null,
    });
  }
}

/** What came of an edit; null: nothing was changed, also where it was refused, which is said. */
async function edited(
  { editPlan, display }: PlanAsker,
  status: ObjectiveStatus,
): Promise<SentMessage | null> {
  try {
    return (await editPlan?.(status)) ?? null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    display.note(plain(error.message));
    return null;
  }
}

/** Editing at a terminal that somebody watches; everything heavy is loaded when it is wanted. */
export function planEditor(
  { services, environment, home }: Pick<CommandContext, 'services' | 'environment' | 'home'>,
  asker: {
    readonly department: Pick<DepartmentClient, 'send' | 'snapshot'>;
    readonly by: string;
    readonly from: Speaker | null;
    readonly say: (line: string) => void;
    /** Ends the editor, and withdraws what is asked beside it. */
    readonly signal: AbortSignal;
  },
): EditPlan {
  return async (status) => {
    const { openPlan } = await import('../plan/plan-at-hand.js');
    const { editInEditor } = await import('../plan/edit-in-editor.js');
    const { createPrompts } = await import('./inquirer-prompts.js');
    const blobs = await services.blobs();
    const again = async (): Promise<boolean> =>
      (await createPrompts(asker.signal)).confirm('Open the editor again?');
    return editInEditor(
      { ...asker, blobs, environment, home, again },
      await openPlan(blobs, status),
      undefined,
    );
  };
}
