import type { Gap } from '../src/domain/plan/comparison';
import { contractGaps } from '../src/domain/contract/contract-gaps';
import { questionOfTrouble } from '../src/domain/escalation/questions';
import { testContracts } from './coordination';
import { askAboutObjective } from './decisions';
import { isStopped, record, type Run } from './run';
import { awaitRetry } from './trouble';

/**
 * What of the integrated tree does not answer as the approved contracts say, as gaps whoever built it has to close; the
 * same tree is tested once. Null: the run was stopped.
 */
export async function testIntegration(run: Run): Promise<readonly Gap[] | null> {
  const { progress, input } = run;
  if (progress.rules === null) return [];
  const commit = progress.integrationHead ?? input.baseCommit;
  if (progress.contractTests?.commit === commit) return progress.contractTests.gaps;
  for (;;) {
    const tested = await testContracts(run, commit);
    const trouble = tested.map(({ answer }) => answer).find((answer) => answer.kind === 'trouble');
    if (trouble === undefined) {
      const gaps = tested.flatMap(({ contract, answer }) =>
        answer.kind === 'tested' ? contractGaps(contract, answer, progress.tasks) : [],
      );
      progress.contractTests = { commit, gaps };
      if (gaps.length > 0) record(run, `contracts are not kept: ${gaps.map(({ what }) => what).join('; ')}`);
      return gaps;
    }
    const id = askAboutObjective(run, questionOfTrouble(trouble.reason, trouble.text));
    if (!(await awaitRetry(run, id)) || isStopped(run)) return null;
  }
}
