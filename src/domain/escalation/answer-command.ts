import type { Escalation, EscalationOption } from './escalation';

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
  if (escalation.trigger === 'budget-exhausted' && option?.id === 'raise') {
    const task = /^(.+-T[0-9]+)-E[0-9]+$/.exec(escalation.id)?.[1];
    return task === undefined ? `budget ${owner} --usd "<usd>"` : `plan ${owner} budget ${task} "<usd>"`;
  }
  return `resolve ${owner} ${escalation.id} ${optionFlags(option)}`;
}
