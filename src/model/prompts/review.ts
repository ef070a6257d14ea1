import type { Dossier } from '../../domain/work/dossier';
import type { MergeSides } from '../../domain/quality-gate/gate-work';
import type { DelegatedTask } from '../../domain/plan/plan';
import { COORDINATOR, mention } from '../../domain/department/specialists';
import { TRIGGERS } from '../../domain/department/triggers';
import { delegationOf } from './delegation';
import { bullets, joinParts, quoted, section } from './format';
import { describeSides } from './merge-sides';
import { describeRepository } from './repository';

/** Goes with every prompt, so that a stored one tells which wording it was. */
const REVIEW_PROMPT_VERSION = 'review/1';

/** A task that levels 1 and 2 did not mend. */
interface ReviewBrief {
  readonly dossier: Dossier;
  readonly task: DelegatedTask;
  readonly specialist: string;
  readonly roster: readonly string[];
  readonly failure: string;
  readonly sides?: MergeSides | undefined;
}

/** Asks the coordinator to decide how a failed task goes on. */
export function reviewPrompt({ dossier, task, specialist, roster, failure, sides }: ReviewBrief): string {
  return joinParts([
    `ASKED OF: @${COORDINATOR}\nTASK ID: ${task.id}`,
    section('THE TASK', quoted(delegationOf(task, specialist, COORDINATOR))),
    describeRepository(dossier, COORDINATOR),
    section('WHAT WENT WRONG', quoted(failure)),
    describeSides(sides),
    section('WHO COULD TAKE IT', bullets(roster.map(mention))),
    section(
      'TASK',
      `Decide in one of these ways. You do not write code yourself.\n${bullets([
        'guide: the same specialist goes on with your guidance.',
        'reassign: another of those named starts anew with your guidance (the name without the @).',
        'rescope: the task gets another objective within its paths, and guidance.',
        `escalate: only a human can decide; name the trigger (${TRIGGERS.map((row) => row.name).join(', ')}) and ask one precise question.`,
      ])}`,
    ),
    `PROMPT: ${REVIEW_PROMPT_VERSION}`,
  ]);
}
