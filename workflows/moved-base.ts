import { condition, patched } from '@temporalio/workflow';
import type { BlobRef } from '../src/domain/common/blob';
import { questionOfMovedBase } from '../src/domain/escalation/objective-questions';
import { askAboutObjective, closeQuestion } from './decisions';
import { repository } from './proxies';
import { isStopped, record, type Run } from './run';
import { patiently, showQuestions, stopRun } from './trouble';

/** What delivery has to know of the base. */
interface BaseNews {
  /** Report of the merge that is delivered; null where nothing was merged. */
  readonly report: BlobRef | null;
  /** What the report says of a base that moved on; null where it did not. */
  readonly note: string | null;
}

const NOTHING_NEW: BaseNews = { report: null, note: null };

/**
 * What the base gained while the objective ran is merged and checked before delivery. Where the two do not go together
 * a human decides: again, on the base it began with, or not at all.
 */
export async function takeBaseAlong(run: Run): Promise<BaseNews> {
  const { progress, input } = run;
  const { handle, integrationHead } = progress;
  const isMoving = input.repository.kind !== 'sample';
  if (handle === null || integrationHead === null || integrationHead === input.baseCommit) return NOTHING_NEW;
  if (!isMoving || isStopped(run) || !patched('base-moved')) return NOTHING_NEW;
  while (!isStopped(run)) {
    const result = await patiently(run, () =>
      repository.refreshBase.executeWithOptions({ summary: `base · ${input.baseRef}` }, [
        { handle, head: integrationHead, waived: waivedBy(run) },
      ]),
    );
    if (result === null) return NOTHING_NEW;
    switch (result.outcome) {
      case 'unmoved':
        if (result.note !== undefined) record(run, `the base could not be looked at: ${result.note}`);
        return NOTHING_NEW;
      case 'merged':
        progress.integrationHead = result.head;
        record(run, `${input.baseRef} moved to ${result.base.slice(0, 12)}; merged with it, and green`);
        return { report: result.gate.report, note: null };
      case 'conflict':
      case 'red':
        if (await isAccepted(run, askAboutObjective(run, questionOfMovedBase(input.baseRef, result)))) {
          const since = `${input.baseRef} is at ${result.base.slice(0, 12)} by now`;
          return {
            report: null,
            note: `delivered on the base it began with, ${input.baseCommit.slice(0, 12)}; ${since}`,
          };
        }
    }
  }
  return NOTHING_NEW;
}

async function isAccepted(run: Run, id: string): Promise<boolean> {
  const { progress } = run;
  run.show();
  await condition(() => isStopped(run) || progress.undone.some((row) => row.escalationId === id));
  const decision = progress.undone.find((row) => row.escalationId === id);
  progress.undone = progress.undone.filter((row) => row.escalationId !== id);
  closeQuestion(run, id);
  showQuestions(run);
  if (decision?.decision === 'abort') stopRun(run, 'aborted', `aborted by ${decision.by} at ${id}`);
  return decision?.decision === 'accept';
}

/** What humans accepted as red, in tasks or in the whole. */
function waivedBy({ progress }: Run): string[] {
  return [
    ...new Set([...progress.waivedAtObjective, ...progress.tasks.flatMap((task) => task.waived ?? [])]),
  ].slice(0, 300);
}
