import { isCancellation, patched } from '@temporalio/workflow';
import { hasClock } from '../src/domain/escalation/decision-clock';
import { keepTime } from './keep-time';
import { tell } from './news';
import { noteEvent, takeAnswer, type Watch } from './watch';

/** The clock of decisions for the questions of a watch; without rules that ask for one it does nothing. */
export function startWatchClock(watch: Watch): void {
  const rules = watch.input.decisions ?? null;
  // Watches of before had no clock; their next run has one.
  if (!hasClock(rules) || !patched('watch-clock')) return;
  const isOver = (): boolean => watch.outcome !== null || watch.progress.rolledBack;
  keepTime(rules, {
    waitsNow: () =>
      watch.progress.open.map(({ escalation: { id, raisedAt } }) => ({
        key: id,
        since: Date.parse(raisedAt),
      })),
    open: () => watch.progress.open.map((row) => row.escalation),
    isOver,
    known: () => watch.progress.waiting ?? [],
    keep: (waiting) => {
      watch.progress = { ...watch.progress, waiting };
    },
    decide: (message) => {
      takeAnswer(watch, message, { channel: 'timer', speaker: null });
    },
    say: (text) => {
      noteEvent(watch, text);
    },
    remind: (key, text) => {
      tell(watch, { kind: 'reminder', subject: key, text });
    },
  }).catch((error: unknown) => {
    if (!isCancellation(error)) watch.bug = error instanceof Error ? error : new Error(String(error));
    watch.revision += 1;
  });
}
