import { assertNever } from '../../domain/common/assert-never';
import { SELF_RECOVERY } from '../../domain/department/levels';
import type { AttemptPrompt } from '../../domain/work/work';
import { bullets, joinParts, quoted, section } from './format';

/** Goes with every prompt, so that a stored one tells which wording it was. */
const ATTEMPT_PROMPT_VERSION = 'attempt/2';

/** What is new to the specialist in an attempt; empty for the first one, which is the delegation. */
export function attemptPrompt(prompt: AttemptPrompt): string {
  const news = renderNews(prompt);
  return news === '' ? '' : joinParts([news, `PROMPT: ${ATTEMPT_PROMPT_VERSION}`]);
}

function renderNews(prompt: AttemptPrompt): string {
  switch (prompt.kind) {
    case 'delegation':
      return '';
    case 'failure':
      return joinParts([
        section('THE LAST ATTEMPT DID NOT PASS', quoted(prompt.text)),
        ...prompt.red.map((item) => section(`RED: ${item.subject}`, quoted(item.excerpt))),
        section('WHAT TO DO', bullets(SELF_RECOVERY.map((row) => `${row.failure}: ${row.action}`))),
        'Find the cause in this evidence, mend it, run the checks and hand in again.',
      ]);
    case 'advice':
      return joinParts([
        prompt.failure === null ? '' : section('THE LAST ATTEMPT DID NOT PASS', quoted(prompt.failure)),
        section(`ADVICE FROM @${prompt.from}`, prompt.advice.summary),
        section('RECOMMENDATIONS', bullets(prompt.advice.recommendations)),
        section('RISKS', bullets(prompt.advice.risks)),
      ]);
    case 'guidance':
      return section(`GUIDANCE FROM ${prompt.from}`, prompt.text);
    case 'context':
      return section(
        `ANSWER OF ${prompt.from} TO YOUR REQUEST FOR CONTEXT`,
        `${prompt.decision.granted.length === 0 ? 'Refused.' : `You may read now: ${prompt.decision.granted.join(', ')}.`} ${prompt.decision.reason}`,
      );
    default:
      return assertNever(prompt, 'prompt');
  }
}
