import { answerWords } from './answer-command';
import { answerMessage } from './answer-payload';
import type { Escalation, EscalationOption } from './escalation';
import { prospects } from './for-whom';
import { markdownInstant, markdownText } from '../common/markdown-text';

/** Evidence beyond this is in the query `openEscalations` and on the command line. */
const EVIDENCE_CHARACTERS = 300;

/** Some JSON to be copied into "Send a Signal"; inline, since the Web UI shows fenced code empty. */
export function signalMarkdown(name: string, payload: object): string {
  return `Signal \`${name}\`, data \`${JSON.stringify(payload)}\``;
}

/**
 * An open question as current details in the Web UI: what is asked, since when, what for, and for each option the JSON
 * and at last the command that answer it.
 * @param workflowId of the objective, or of the watch, that asks
 */
export function questionMarkdown(workflowId: string, escalation: Escalation): string {
  const { id, trigger, question, evidence, options, recommended, raisedAt } = escalation;
  return [
    `### ${id} waits for a human since ${markdownInstant(raisedAt)}`,
    `**${trigger}**: ${markdownText(question)}`,
    ...known(prospects(escalation)),
    ...(evidence.length === 0 ? [] : [evidence.map((text) => `- ${excerpt(text)}`).join('\n')]),
    'To answer: *More Actions → Send a Signal*, with one of these, `by` and what else is empty filled in. The first answer counts.',
    options
      .map((option) => {
        const mark = option.id === recommended ? ' (recommended)' : '';
        return (
          `- **${option.id}**${mark}: ${markdownText(option.label)}. ${markdownText(option.consequence)}\n\n` +
          `  ${answerMarkdown(escalation, option)}`
        );
      })
      .join('\n\n'),
    `Or on a terminal: \`backend-coordinator ${answerWords(workflowId, escalation)}\``,
  ].join('\n\n');
}

/** Whom it is for, and what silence decides when, as one line. */
function known(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [lines.map(markdownText).join(' · ')];
}

function answerMarkdown(escalation: Escalation, option: EscalationOption): string {
  const { name, payload, needsUsd } = answerMessage(escalation, option);
  return `${signalMarkdown(name, payload)}${needsUsd ? ', with the new budget in US dollars in place of 0' : ''}`;
}

function excerpt(text: string): string {
  const points = [...text.trim()];
  const cut = points.length > EVIDENCE_CHARACTERS;
  return markdownText(cut ? `${points.slice(0, EVIDENCE_CHARACTERS - 1).join('')}…` : text);
}
