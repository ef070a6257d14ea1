import type { Evidence, GateFinding } from '../../../domain/quality-gate/receipt';
import type { TestRun } from '../../facts/test-run';
import type { Inspection } from '../../inspection';

type SecondRun = TestRun['again'];

/** What is wrong where tests that passed fail on the database as they left it. */
export function failsAgain(again: SecondRun): GateFinding[] {
  if (again.kind === 'absent' || again.value.outcome.kind !== 'ran-found') return [];
  return [
    {
      key: 'db-tests:second-run',
      text: 'the tests pass, and fail when they run once more on the same database: what they leave in it stands in their way; clean it up before or after each test',
    },
  ];
}

/** Whether there was a second run and how it went, in a few words. */
export function tellSecondRun(again: SecondRun): string {
  if (again.kind === 'absent') return `they were not run twice: ${again.reason}`;
  switch (again.value.outcome.kind) {
    case 'ran-clean':
      return 'they pass a second time on the same database';
    case 'ran-found':
      return 'they fail the second time on the same database';
    case 'could-not-run':
    case 'not-applicable':
      return `they did not run a second time: ${again.value.outcome.reason}`;
  }
}

/** What a second run that failed wrote. */
export async function secondRunEvidence(inspection: Inspection, again: SecondRun): Promise<Evidence[]> {
  return again.kind === 'absent' || failsAgain(again).length === 0
    ? []
    : [await inspection.keep(again.value.output)];
}
