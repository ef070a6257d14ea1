import { SetBudget } from '../objective/messages';
import type { ObjectiveStatus } from '../objective/status';
import { TaskBudget, TaskId } from '../plan/plan';
import type { Escalation, ResolveEscalation } from './escalation';

type Asked = Pick<Escalation, 'id' | 'trigger' | 'options'>;

const RAISE = 'raise';

/** What a question of a spent budget would have raised: of one task, or of the objective (null). */
interface SpentBudget {
  readonly taskId: TaskId | null;
}

/** Null: the question is another one. */
export function spentBudgetOf({ id, trigger, options }: Asked): SpentBudget | null {
  if (trigger !== 'budget-exhausted' || options.every((option) => option.id !== RAISE)) return null;
  return { taskId: TaskId.safeParse(id.replace(/-E[0-9]+$/, '')).data ?? null };
}

/** Whether an answer means to go on with more money, which the answer itself does not bring. */
export function isRaise(
  asked: Asked,
  { decision, option = RAISE }: Pick<ResolveEscalation, 'decision' | 'option'>,
): boolean {
  return decision === 'retry' && option === RAISE && spentBudgetOf(asked) !== null;
}

/** The message that raises it and so answers the question, to be sent with `by`. */
export type RaisingMessage =
  | { readonly name: 'setBudget'; readonly payload: { readonly usd: number } }
  | {
      readonly name: 'reviewPlan';
      readonly payload: {
        readonly decision: 'edit';
        readonly patch: readonly { readonly op: 'budget'; readonly taskId: TaskId; readonly usd: number }[];
      };
    };

export function raisingMessage({ taskId }: SpentBudget, usd: number): RaisingMessage {
  return taskId === null
    ? { name: 'setBudget', payload: { usd } }
    : { name: 'reviewPlan', payload: { decision: 'edit', patch: [{ op: 'budget', taskId, usd }] } };
}

/** Of which budget how much is spent. */
export interface BudgetStanding {
  readonly budgetUsd: number;
  readonly spentUsd: number;
}

/** Null: there is no such budget. */
export function standingOf(
  { taskId }: SpentBudget,
  status: Pick<ObjectiveStatus, 'budgetUsd' | 'usage' | 'tasks'>,
): BudgetStanding | null {
  const { budgetUsd, usage } =
    taskId === null
      ? status
      : (status.tasks.find(({ id }) => id === taskId) ?? { ...status, budgetUsd: null });
  return budgetUsd === null || budgetUsd === undefined ? null : { budgetUsd, spentUsd: usage.usd ?? 0 };
}

/** As much again as there was, beside what is spent; whole cents. */
export function suggestedUsd({ budgetUsd, spentUsd }: BudgetStanding): number {
  return Math.ceil(Number(((budgetUsd + spentUsd) * 100).toFixed(6))) / 100;
}

/** Reads a new budget as somebody wrote it; `why`: a sentence. */
export function readNewBudget(
  { taskId }: SpentBudget,
  text: string,
  standing: BudgetStanding | null,
): { readonly usd: number } | { readonly why: string } {
  const number = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
  const usd = (taskId === null ? SetBudget.shape.usd : TaskBudget).safeParse(number);
  if (Number.isNaN(number)) return { why: 'Give the new budget in US dollars, such as 25.' };
  if (!usd.success)
    return { why: number > 0 ? 'Give 1000000 US dollars at most.' : 'Give more than 0 US dollars.' };
  const least = standing === null ? 0 : Math.max(standing.budgetUsd, standing.spentUsd);
  return usd.data > least
    ? { usd: usd.data }
    : { why: `${String(least)} US dollars were not enough; give more than that.` };
}
