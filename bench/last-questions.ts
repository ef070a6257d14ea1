import { ModelQuestion } from '../src/domain/escalation/model-question';
import { sectionAnswer } from '../src/offline/section-answer';

/**
 * What scripted providers say at the end of an objective: a reviewer decides nothing, and what a task promised is shown by
 * what it changed. Null: another question.
 * @param told the text of the request's first message
 * @param evidence files that show what the analysis asked for, by facet
 */
export function answerLastQuestion(
  title: string | undefined,
  told: string,
  evidence: Readonly<Record<string, readonly string[]>> = {},
): unknown {
  const ask = ModelQuestion.safeParse(title);
  if (!ask.success) return null;
  const nothing = { review: {}, compare: { evidence, unbuilt: [] } };
  return sectionAnswer(nothing, 'default', { ask: ask.data, task: null, told })?.reply.value ?? null;
}
