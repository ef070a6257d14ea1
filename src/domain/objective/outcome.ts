import type { Outcome } from '../department/states';
import type { TaskProgress } from '../work/task-progress';

/** How an objective that ran to its end is judged. */
export function decisionOutcome(
  tasks: readonly TaskProgress[],
  waivedAtObjective: readonly string[],
): { readonly outcome: Outcome; readonly reason: string | null } {
  const settled = (state: string): readonly TaskProgress[] =>
    tasks.filter((task) => task.step.kind === 'settled' && task.step.state === state);
  const skipped = settled('skipped');
  const waived = settled('waived');
  if (tasks.length > 0 && settled('merged').length + waived.length === 0) {
    return { outcome: 'aborted', reason: 'every task was skipped' };
  }
  const reasons = [
    ...(waived.length > 0 ? [`waived: ${waived.map((t) => t.task.id).join(', ')}`] : []),
    ...(skipped.length > 0 ? [`skipped: ${skipped.map((t) => t.task.id).join(', ')}`] : []),
    ...(waivedAtObjective.length > 0
      ? [`accepted at the objective gate: ${waivedAtObjective.join(', ')}`]
      : []),
  ];
  return reasons.length === 0
    ? { outcome: 'delivered', reason: null }
    : { outcome: 'delivered-with-waivers', reason: reasons.join('; ') };
}
