import { assertNever } from '../common/assert-never';
import type { BlobRef } from '../common/blob';
import { concernOfSubject } from '../quality-gate/item-concerns';
import type { Concern } from '../department/levels';
import type { RedItem } from '../quality-gate/receipt';
import type { Failure, NextStart } from '../work/task-progress';

const MAX_TEXT = 1500;

function cut(text: string, most = MAX_TEXT): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** The concern that decides whom level 2 asks; the first red subject with a peer wins. */
export function concernOf(failure: Failure): Concern {
  switch (failure.kind) {
    case 'red':
      return failure.red.map((item) => concernOfSubject(item.subject)).find((c) => c !== 'other') ?? 'other';
    case 'unfinished':
      return failure.concern;
    case 'conflict':
    case 'red-together':
    case 'strayed':
      return 'integration';
    case 'uncoordinated':
      return failure.of;
    default:
      return assertNever(failure, 'failure');
  }
}

/** One paragraph a specialist, a peer or a human can act on. */
export function describeFailure(failure: Failure): string {
  switch (failure.kind) {
    case 'red':
      return cut(`The gate is red: ${failure.red.map((item) => item.subject).join(', ')}.`);
    case 'unfinished':
      return cut(failure.reason);
    case 'conflict':
      return cut(
        `Merging conflicts in ${failure.files.join(', ')}` +
          (failure.theirs.length > 0 ? ` with the merged work of ${failure.theirs.join(', ')}.` : '.') +
          (failure.notes ?? []).map((note) => ` ${note}`).join(''),
      );
    case 'strayed':
      return cut(
        `It changed files that are neither owned nor shared by the task: ${failure.paths.join(', ')}.`,
      );
    case 'uncoordinated':
      return cut(
        `${failure.of === 'contract' ? 'The contract cannot be built upon' : 'The schema change was refused'}: ${failure.problems.join('; ')}`,
      );
    case 'red-together':
      return cut(
        `Green alone, red together with what is merged already: ${failure.red.map((item) => item.subject).join(', ')}.`,
      );
    default:
      return assertNever(failure, 'failure');
  }
}

/** The red items of a failure, to be shown as evidence. */
export function redOf(failure: Failure): readonly RedItem[] {
  return failure.kind === 'red' || failure.kind === 'red-together' ? failure.red : [];
}

/** Both sides of a merge that did not pass, as a blob; undefined for any other failure. */
export function sidesOf(failure: Failure): BlobRef | undefined {
  return failure.kind === 'conflict' || failure.kind === 'red-together' ? failure.sides : undefined;
}

/** A failure with its evidence, for those who did not see it happen. */
export function failureReport(failure: Failure): string {
  return [describeFailure(failure), ...redOf(failure).map((item) => `${item.subject}:\n${item.excerpt}`)]
    .join('\n\n')
    .slice(0, 6000);
}

/** Where an attempt that a human granted starts: on top of what is merged by then, where that was the trouble. */
export function restartAfter(failure: Failure): NextStart {
  return failure.kind === 'conflict' || failure.kind === 'red-together'
    ? { kind: 'conflict-with-head' }
    : { kind: 'continue' };
}
