import { condition } from '@temporalio/workflow';
import type { Decision } from '../src/domain/escalation/escalation';
import { gapKey, type Gap } from '../src/domain/plan/comparison';
import type { ObjectiveHandle } from '../src/domain/objective/objective';
import {
  NOT_COMPARED,
  questionOfGaps,
  questionOfNoComparison,
  questionOfRedObjective,
  questionOfUndecided,
} from '../src/domain/escalation/objective-questions';
import type { GateSummary, RedItem } from '../src/domain/quality-gate/receipt';
import type { Question } from '../src/domain/work/task-progress';
import { askAboutObjective, closeQuestion } from './decisions';
import { compareWithObjective, reviewTree } from './objective-review';
import { testIntegration } from './contract-tests';
import { objectiveGate } from './proxies';
import { addRepairs, doneTasks } from './repair-round';
import { isStopped, record, type Run } from './run';
import { patiently, stopRun } from './trouble';

/** How it ended: judged (or stopped), so that it can be delivered; or tasks were added that have to run first. */
type GateEnd = 'judged' | 'tasks-added';

/** What keeps the integrated tree from being delivered. */
interface Findings {
  readonly red: readonly RedItem[];
  readonly undecided: readonly RedItem[];
  readonly gaps: readonly Gap[];
  /** Why nobody knows what is missing. */
  readonly problem: string | undefined;
}

const NOTHING_COMPARED = { gaps: [], problem: undefined };

/**
 * Gates the integrated objective: all items by tools, then by reviewers, then what of the objective is unbuilt. What is
 * red or missing becomes tasks, once; after that, and for what nobody could decide, a human is asked, who may have it
 * looked at again, accept it or give up.
 */
export async function gateObjective(run: Run): Promise<GateEnd> {
  const { progress } = run;
  const { handle } = progress;
  if (handle === null) return 'judged';
  while (!isStopped(run)) {
    const checked = await check(run, handle);
    if (checked === null) return 'judged';
    // Histories from before have no questions to models in their gates, and go on as they did.
    const { questions, ...tools } = checked;
    const gate = questions === undefined ? tools : await reviewTree(run, handle, tools, questions.reviews);
    if (gate === null) return 'judged';
    progress.gate = gate;
    const red = openOf(run, gate.red);
    record(
      run,
      red.length === 0
        ? 'objective gate green'
        : `objective gate red: ${red.map((r) => r.subject).join(', ')}`,
    );
    const unkept = await testIntegration(run);
    if (unkept === null) return 'judged';
    const compared =
      questions?.compare === true ? await compareWithObjective(run, handle, gate) : NOTHING_COMPARED;
    if (compared === null) return 'judged';
    const findings = {
      red,
      undecided: openOf(run, gate.review ?? []),
      gaps: [...unkept, ...compared.gaps].filter((gap) => !progress.waivedAtObjective.includes(gapKey(gap))),
      problem: progress.waivedAtObjective.includes(NOT_COMPARED) ? undefined : compared.problem,
    };
    const question = questionOf(findings);
    if (question === null) return 'judged';
    if (questions !== undefined && (await addRepairs(run, gate, findings))) return 'tasks-added';
    await ask(run, question, findings, questions === undefined ? () => undefined : run.show);
  }
  return 'judged';
}

function check(run: Run, handle: ObjectiveHandle): Promise<GateSummary | null> {
  const { progress, input } = run;
  return patiently(run, () =>
    objectiveGate.gateCommit.executeWithOptions({ summary: 'gate · objective' }, [
      {
        handle,
        scope: 'objective',
        commit: progress.integrationHead ?? input.baseCommit,
        base: progress.baseReport,
        ...(progress.plan === null ? {} : { plan: progress.plan.ref }),
        done: doneTasks(run),
        waived: progress.waivedAtObjective,
        ...(progress.gate === null ? {} : { earlier: progress.gate.report }),
      },
    ]),
  );
}

function openOf({ progress }: Run, items: readonly RedItem[]): readonly RedItem[] {
  return items.filter((item) => !progress.waivedAtObjective.includes(item.subject));
}

/** One question at a time: first what is wrong, then what nobody knows, then what is missing. */
function questionOf({ red, undecided, gaps, problem }: Findings): Question | null {
  if (red.length > 0) return questionOfRedObjective(red);
  if (undecided.length > 0) return questionOfUndecided(undecided);
  if (gaps.length > 0) return questionOfGaps(gaps);
  return problem === undefined ? null : questionOfNoComparison(problem);
}

async function ask(run: Run, question: Question, findings: Findings, show: () => void): Promise<void> {
  const { progress } = run;
  const id = askAboutObjective(run, question);
  show();
  await condition(() => isStopped(run) || progress.undone.some((row) => row.escalationId === id));
  const decision = progress.undone.find((row) => row.escalationId === id);
  progress.undone = progress.undone.filter((row) => row.escalationId !== id);
  closeQuestion(run, id);
  if (decision !== undefined) act(run, question, findings, decision);
  show();
}

function act(run: Run, question: Question, { gaps, problem }: Findings, decision: Decision): void {
  const { progress } = run;
  const ofGaps = question.reason === 'unbuilt';
  if (decision.decision === 'accept') {
    const unbuilt = problem === undefined ? gaps.map((gap) => gapKey(gap)) : [NOT_COMPARED];
    progress.waivedAtObjective.push(...(ofGaps ? unbuilt : question.red.map((item) => item.subject)));
  }
  if (decision.decision === 'retry' && ofGaps) {
    progress.compared = null;
    progress.contractTests = null;
  }
  if (decision.decision === 'abort') {
    const where = `by ${decision.by} at ${decision.escalationId}`;
    if (question.reason === 'gate-red') stopRun(run, 'red', `given up as red ${where}`);
    else stopRun(run, 'aborted', `aborted ${where}`);
  }
}
