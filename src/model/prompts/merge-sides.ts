import type { MergeSides } from '../../domain/quality-gate/gate-work';
import { bullets, joinParts, quoted, section } from './format';

/** What each side of a merge wants and what it changed since the two parted; empty where there is no merge. */
export function describeSides(sides: MergeSides | undefined): string {
  if (sides === undefined) return '';
  const { mine, theirs } = sides;
  return joinParts([
    section(
      'THE TWO SIDES',
      bullets([`${mine.taskId}, this task: ${mine.intent}`, ...theirs.tasks.map(intentOf)]),
    ),
    section('WHAT THIS TASK CHANGED', quoted(mine.diff)),
    section('WHAT WAS MERGED MEANWHILE', quoted(theirs.diff)),
  ]);
}

const intentOf = ({ taskId, intent }: MergeSides['theirs']['tasks'][number]): string =>
  `${taskId}, merged: ${intent}`;
