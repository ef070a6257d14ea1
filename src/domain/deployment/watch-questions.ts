import type { WatchSettings } from '../coordination/coordination-settings';
import type { DeploymentWatchInput, ReportDeployment } from './deployment-watch';
import type { Escalation, EscalationOption } from '../escalation/escalation';
import { describeLimit } from './watch-samples';
import type { WatchTally } from './watch-status';

/** Rounds in a row without an answer of a check that raise a question. */
const UNANSWERED_ROUNDS = 3;

/** What a question of the watch is about, and which checks; one check is asked about once at a time for each reason. */
export interface WatchQuestion {
  readonly about: 'breach' | 'unanswered';
  readonly checks: readonly string[];
  readonly escalation: Escalation;
}

const cut = (text: string, characters: number): string =>
  text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;

/** Checks that want a question which is not open yet. */
export function checksToAskAbout(
  about: WatchQuestion['about'],
  tallies: readonly WatchTally[],
  open: readonly WatchQuestion[],
  settings: Pick<WatchSettings, 'breaches'>,
): readonly WatchTally[] {
  const asked = new Set(open.filter((row) => row.about === about).flatMap((row) => row.checks));
  return tallies.filter((tally) => {
    if (tally.accepted || asked.has(tally.name)) return false;
    return about === 'breach'
      ? tally.breachesInRow >= settings.breaches
      : tally.unansweredInRow >= UNANSWERED_ROUNDS;
  });
}

/** The level-4 question about checks that breach, or cannot be asked. */
export function askAboutChecks(
  about: WatchQuestion['about'],
  tallies: readonly WatchTally[],
  facts: {
    readonly number: number;
    readonly raisedAt: string;
    readonly input: Pick<DeploymentWatchInput, 'rollback' | 'settings'>;
    readonly deployment: ReportDeployment;
  },
): WatchQuestion {
  const { input, deployment } = facts;
  const names = tallies.map((tally) => tally.name);
  const limitOf = (name: string): string => {
    const check = input.settings.checks.find((row) => row.name === name);
    return check === undefined ? '' : describeLimit(check.limit);
  };
  const where = `${deployment.commit.slice(0, 12)} in ${deployment.environment}`;
  const list = names.join(', ');
  const question =
    about === 'breach'
      ? `After the deployment of ${where}, ${list} ${names.length === 1 ? 'is' : 'are'} beyond the limit. Shall it be rolled back?`
      : `After the deployment of ${where}, ${list} could not be asked for ${UNANSWERED_ROUNDS} rounds in a row. How shall it go on?`;
  const evidence = tallies.map((tally) =>
    about === 'breach'
      ? `${tally.name}: ${tally.last?.value ?? 'none'}, wanted ${limitOf(tally.name)}; ${tally.breachesInRow} in a row`
      : `${tally.name}: ${tally.last?.text ?? ''}`,
  );
  const rollback = input.rollback.length === 0 ? [] : [`Rollback: ${input.rollback.join(' ; ')}`];
  return {
    about,
    checks: names,
    escalation: {
      id: `deployment-E${facts.number}`,
      level: 4,
      trigger: about === 'breach' ? 'deployment-breach' : 'could-not-run',
      question: cut(question, 2000),
      evidence: [...fold(evidence, 9), ...rollback].map((line) => cut(line, 2000)),
      options: optionsOf(about, list, input.rollback[0]),
      recommended: about === 'breach' ? 'roll-back' : 'go-on',
      raisedAt: facts.raisedAt,
    },
  };
}

/** At most so many lines; the last holds what would not fit. */
function fold(lines: readonly string[], most: number): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), lines.slice(most - 1).join('; ')];
}

function optionsOf(
  about: WatchQuestion['about'],
  checks: string,
  rollback: string | undefined,
): EscalationOption[] {
  const goOn: EscalationOption = {
    id: 'go-on',
    label: 'Go on watching',
    consequence: 'Nothing is left out; it is asked again when it happens as often in a row again.',
    decision: 'retry',
  };
  const accept: EscalationOption = {
    id: 'accept',
    label: cut(`Accept it and go on without these: ${checks}`, 300),
    consequence: 'What the question names is not looked at any more; the reason is kept.',
    decision: 'accept',
  };
  const back: EscalationOption = {
    id: 'roll-back',
    label: cut(rollback === undefined ? 'It is rolled back' : `Roll back: ${rollback}`, 300),
    consequence: 'People roll it back, the department does not; the watch ends as rolled-back.',
    decision: 'abort',
  };
  return about === 'breach' ? [back, goOn, accept] : [goOn, accept, back];
}
