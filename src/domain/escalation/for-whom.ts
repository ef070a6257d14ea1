import { decideSilently, defaultAt } from './decision-clock';
import { deciderOf, type Decidable, type DecisionRules } from './decision-rules';
import type { Escalation } from './escalation';

/** People of a role that are named. */
const NAMED = 5;

/** Whom the rules keep a decision for, in words: `security (lin, ada)`; null: anyone may. */
export function describeDecider(rules: DecisionRules | null, about: Decidable): string | null {
  const role = deciderOf(rules, about);
  if (role === null) return null;
  const people = rules?.people[role] ?? [];
  const names = people.length === 0 ? 'nobody is named' : people.slice(0, NAMED).join(', ');
  return `${role} (${names}${people.length > NAMED ? ', …' : ''})`;
}

/**
 * A question as people are shown it: with whom it is for, and when silence decides it, where the rules say so.
 * @param clocked whether the clock of decisions runs: in watches of before it does not
 */
export function shownQuestion(rules: DecisionRules | null, asked: Escalation, clocked: boolean): Escalation {
  const who = describeDecider(rules, asked.trigger);
  const silent = rules !== null && clocked && decideSilently(rules, asked).kind === 'taken';
  const at = silent ? defaultAt(rules, asked) : null;
  return {
    ...asked,
    ...(who === null ? {} : { for: who }),
    ...(at === null ? {} : { defaultAt: new Date(at).toISOString() }),
  };
}

/** What people should know beside a question, in words; empty where anyone may decide and silence decides nothing. */
export function prospects({
  for: who,
  defaultAt: at,
  recommended,
}: Pick<Escalation, 'for' | 'defaultAt' | 'recommended'>): string[] {
  return [
    ...(who === undefined ? [] : [`for ${who}`]),
    ...(at === undefined ? [] : [`without an answer ${recommended} is taken at ${instantWords(at)}`]),
  ];
}

/** `2030-01-01 00:01 UTC` */
export const instantWords = (instant: string): string => `${instant.slice(0, 16).replace('T', ' ')} UTC`;
