import { patched, upsertMemo, workflowInfo } from '@temporalio/workflow';
import { isWorthTelling, Progress, PROGRESS_MEMO } from '../src/domain/objective/progress-memo';

/** Keeps in the memo how far an objective is and what it cost, so that lists tell it without asking it. */
export function createProgressMemo(): (next: Progress) => void {
  const told = Progress.safeParse(workflowInfo().memo?.[PROGRESS_MEMO]);
  let shown: Progress | null = told.success ? told.data : null;
  return (next) => {
    if (!isWorthTelling(shown, next) || !patched('memo-progress')) return;
    shown = next;
    upsertMemo({ [PROGRESS_MEMO]: next });
  };
}
