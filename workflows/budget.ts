import { book, reserve, usageSince, type LedgerRow } from '../src/domain/usage/ledger';
import { questionOfSpentBudget, questionOfTaskBudget } from '../src/domain/escalation/questions';
import type { EscalationSubject } from '../src/domain/escalation/escalation';
import type { Level } from '../src/domain/department/levels';
import type { TaskProgress } from '../src/domain/work/task-progress';
import { addUsage, NO_USAGE, type Usage } from '../src/domain/usage/usage';
import { askAboutObjective, askAboutTask } from './decisions';
import { replaceTask, type Run } from './run';

/** Books what a call cost. */
export function spendUsage(run: Run, entry: LedgerRow): void {
  const { progress } = run;
  progress.usage = addUsage(progress.usage, entry.usage);
  progress.ledger = book(progress.ledger, entry);
}

/** Books what an attempt used since it was last heard of, and remembers its total. */
export function settleAttempt(run: Run, progress: TaskProgress, number: number, total: Usage): TaskProgress {
  const before = progress.attempts.find((row) => row.number === number);
  const usage = usageSince(total, before?.usage ?? NO_USAGE);
  const level = before?.level ?? progress.level;
  spendUsage(run, {
    subject: progress.task.id,
    role: before?.specialist ?? progress.specialist,
    level,
    usage,
  });
  return {
    ...progress,
    usage: addUsage(progress.usage, usage),
    attempts: progress.attempts.map((row) => (row.number === number ? { ...row, usage: total } : row)),
  };
}

/**
 * Reserves money for a task's next step, before it is launched; false: not now. What an attempt may spend counts over
 * all its activities, so what it has spent already is added.
 */
export function reserveFor(run: Run, progress: TaskProgress): boolean {
  const { step } = progress;
  const { id } = progress.task;
  if (step.kind === 'gate' || step.kind === 'merge') return true;
  const needsUsd = step.kind === 'attempt' ? (step.needsUsd ?? 0) : 0;
  const left = taskMoneyLeft(progress);
  if (left !== null && (left <= 0 || left < needsUsd)) {
    askForTaskMoney(run, progress, progress.level);
    return false;
  }
  if (!holdMoney(run, id, needsUsd)) return false;
  if (left !== null && left < (run.reserved.get(id) ?? Infinity)) {
    run.reserved.set(id, left);
    run.capped.add(id);
  }
  return true;
}

/** What a task may still spend of its own budget, in US dollars; null: it has none. */
export function taskMoneyLeft({ task, usage }: TaskProgress): number | null {
  return task.budgetUsd === undefined ? null : task.budgetUsd - (usage.usd ?? 0);
}

/** Asks how a task goes on that has spent its own budget; others go on. */
export function askForTaskMoney(run: Run, progress: TaskProgress, level: Level): void {
  const question = questionOfTaskBudget(progress, { step: progress.step, level });
  replaceTask(run, { ...progress, step: { kind: 'ask', question } });
  askAboutTask(run, progress.task.id);
}

/** The same for the objective's own questions; false once a human has to be asked. */
export function holdMoney(run: Run, key: EscalationSubject, needsUsd: number): boolean {
  const { budgetUsd, usage, blockedBy } = run.progress;
  if (budgetUsd === null) return true;
  const reservation = reserve({
    budgetUsd,
    spentUsd: usage.usd ?? 0,
    held: [...run.reserved.values()],
    maxParallel: run.input.options.maxParallel,
    needsUsd,
  });
  if (reservation.kind === 'granted') run.reserved.set(key, reservation.usd);
  if (reservation.kind === 'exhausted' && blockedBy === null) askForMoney(run);
  return reservation.kind === 'granted';
}

/** Asks, once, how the objective goes on without money. */
export function askForMoney(run: Run): string {
  const { budgetUsd, usage } = run.progress;
  const id = askAboutObjective(run, questionOfSpentBudget(budgetUsd ?? 0, usage.usd ?? 0));
  run.progress.blockedBy = id;
  return id;
}

/** What the step may spend, to be sent with its request; nothing where there is no cap. */
export function allowanceOf(
  run: Run,
  key: EscalationSubject,
  spentUsd = 0,
): { readonly allowanceUsd?: number } {
  const held = run.reserved.get(key);
  return held === undefined ? {} : { allowanceUsd: spentUsd + held };
}
