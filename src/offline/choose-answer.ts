import type { Conversation } from './conversation';
import type { Conditions, LoadedAnswer, LoadedPlaybook } from './playbook';

/** The answer to give, or why there is none. */
type Choice =
  | { readonly kind: 'answer'; readonly answer: LoadedAnswer; readonly round: number }
  | { readonly kind: 'none'; readonly explanation: string };

const NAMED_ANSWERS = 4;

/** The first answer of the scenario that holds for the conversation and was not given in it yet. */
export function chooseAnswer(playbook: LoadedPlaybook, scenario: string, conversation: Conversation): Choice {
  const misses: { id: string; failed: string[] }[] = [];
  for (const answer of playbook.answers) {
    if (!answer.scenarios.includes(scenario)) continue;
    const failed = failedConditions(answer, playbook, conversation);
    if (failed.length === 0) {
      return { kind: 'answer', answer, round: conversation.given.get(answer.id) ?? 0 };
    }
    misses.push({ id: answer.id, failed });
  }
  return { kind: 'none', explanation: explain(playbook, scenario, conversation, misses) };
}

function failedConditions(
  answer: LoadedAnswer,
  playbook: LoadedPlaybook,
  conversation: Conversation,
): string[] {
  const failed = unmet(answer.when, playbook, conversation);
  const forbidden = answer.unless.some((row) => unmet(row, playbook, conversation, true).length === 0);
  if (forbidden) failed.push('unless');
  if (!answer.repeat && wasGiven(answer, conversation)) failed.push('already given');
  return failed;
}

/** Names of the conditions that do not hold. In an `unless`, a question is only told apart when it says so. */
function unmet(
  conditions: Conditions,
  playbook: LoadedPlaybook,
  conversation: Conversation,
  anyAsk = false,
): string[] {
  const { told, last } = conversation;
  const checks: [name: keyof Conditions, holds: boolean][] = [
    ['ask', anyAsk && conditions.ask === undefined ? true : (conditions.ask ?? null) === conversation.ask],
    ['task', conditions.task?.includes(conversation.task ?? '') ?? true],
    ['role', conditions.role?.includes(conversation.role ?? '') ?? true],
    ['contains', conditions.contains?.every((pattern) => pattern.test(told)) ?? true],
    ['lacks', conditions.lacks?.every((pattern) => !pattern.test(told)) ?? true],
    ['lastContains', conditions.lastContains?.every((pattern) => pattern.test(last)) ?? true],
    ['lastLacks', conditions.lastLacks?.every((pattern) => !pattern.test(last)) ?? true],
    ['lastFailed', (conditions.lastFailed ?? conversation.lastFailed) === conversation.lastFailed],
    [
      'after',
      conditions.after?.every((id) => {
        const earlier = playbook.answers.find((answer) => answer.id === id);
        return earlier !== undefined && wasGiven(earlier, conversation);
      }) ?? true,
    ],
  ];
  return checks.filter(([, holds]) => !holds).map(([name]) => name);
}

function wasGiven(answer: LoadedAnswer, conversation: Conversation): boolean {
  if (conversation.given.has(answer.id)) return true;
  const { reply } = answer;
  return (
    reply.kind === 'turn' &&
    reply.tools.length === 0 &&
    reply.text !== null &&
    conversation.said.has(reply.text)
  );
}

function explain(
  playbook: LoadedPlaybook,
  scenario: string,
  conversation: Conversation,
  misses: readonly { id: string; failed: string[] }[],
): string {
  const what = conversation.ask === null ? 'the next turn' : `the question "${conversation.ask}"`;
  const where = conversation.task === null ? '' : ` of ${conversation.task}`;
  const who = conversation.role === null ? '' : ` by @${conversation.role}`;
  const closest = [...misses]
    .sort((a, b) => distance(a.failed) - distance(b.failed))
    .slice(0, NAMED_ANSWERS)
    .map((miss) => `${miss.id} (${miss.failed.join(', ')})`);
  const given = [...conversation.given.keys()].join(', ');
  return (
    `The offline playbook "${playbook.name}" (scenario "${scenario}") has no answer for ${what}${where}${who}. ` +
    `Closest answers, with what did not hold: ${closest.join('; ') || 'none'}. Given so far: ${given || 'none'}. ` +
    `The newest message begins: ${JSON.stringify(conversation.last.slice(0, 200))}`
  );
}

/** How far an answer is from being given: one for another question or task is no help to who looks for the cause. */
function distance(failed: readonly string[]): number {
  const other = failed.includes('ask') || failed.includes('task') ? 100 : 0;
  return other + (failed.includes('already given') ? 10 : 0) + failed.length;
}
