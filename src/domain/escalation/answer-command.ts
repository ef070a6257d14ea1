import type { Escalation, EscalationOption } from './escalation';
import { isRaise, spentBudgetOf } from './raise-budget';

/** The option the department would choose. */
function recommendedOption(escalation: Escalation): EscalationOption | undefined {
  return escalation.options.find((option) => option.id === escalation.recommended) ?? escalation.options[0];
}

/** The flags of `resolve` for an option; what a human must add stands in angle brackets. */
export function optionFlags(option: EscalationOption | undefined): string {
  if (option === undefined) return '--decision <decision>';
  const flags = [`--decision ${option.decision}`, `--option ${option.id}`];
  if (option.decision === 'accept') flags.push('--guidance "<why>"');
  if (option.decision === 'reassign') flags.push('--assignee "@<specialist>"');
  return flags.join(' ');
}

/** The command that answers as recommended, without the program's name. */
export function answerWords(owner: string, escalation: Escalation): string {
  return wordsFor(owner, escalation, recommendedOption(escalation));
}

/** The command that answers with an option, without the program's name. */
export function wordsFor(
  owner: string,
  escalation: Escalation,
  option: EscalationOption | undefined,
): string {
  // A retry alone would meet the same spent budget; a higher one answers the question.
  return option !== undefined && isRaise(escalation, { decision: option.decision, option: option.id })
    ? raiseWords(owner, escalation)
    : `resolve ${owner} ${escalation.id} ${optionFlags(option)}`;
}

function raiseWords(owner: string, escalation: Escalation): string {
  const taskId = spentBudgetOf(escalation)?.taskId ?? null;
  return taskId === null ? `budget ${owner} --usd "<usd>"` : `plan ${owner} budget ${taskId} "<usd>"`;
}

/** Why a raise, or a mere retry, without more money is not taken, and what is sent instead. */
export function refuseMoneylessRaise(owner: string, escalation: Escalation): string {
  const message = spentBudgetOf(escalation)?.taskId === null ? 'setBudget' : 'reviewPlan';
  return (
    `a retry of ${escalation.id} adds no money: raise the budget with ` +
    `\`backend-coordinator ${raiseWords(owner, escalation)}\` (message ${message}), which answers it, or choose another option`
  );
}
