import { condition, patched, workflowInfo } from '@temporalio/workflow';
import type { ObjectiveHandle } from '../src/domain/objective/objective';
import { PLAN_ROUNDS } from '../src/domain/plan/plan';
import { questionOfTrouble } from '../src/domain/escalation/questions';
import { PLAN_SUBJECT } from '../src/domain/notification/news';
import { COORDINATOR } from '../src/domain/department/specialists';
import type { PlanResult } from '../src/domain/work/work';
import { askAboutObjective } from './decisions';
import { models, repository } from './proxies';
import { readHeld } from './claims';
import { spendUsage } from './budget';
import { takePlanReview } from './plan-review';
import { beginTelling, tell } from './news';
import { adoptPlan, record, type Run } from './run';
import { awaitRetry, patiently, thoughtfully } from './trouble';

/** Surveys the repository: what it is made of, and everything frozen for the rest of the objective. */
export async function survey(run: Run): Promise<ObjectiveHandle | null> {
  const { progress, input } = run;
  if (progress.handle !== null) return progress.handle;
  const found = await patiently(run, () =>
    repository.surveyRepository.executeWithOptions({ summary: 'survey the repository' }, [input]),
  );
  if (found === null) return null;
  progress.handle = { dossier: found.dossier };
  progress.integrationHead = found.baseCommit;
  progress.stack = found.stack;
  progress.provider = found.provider ?? null;
  progress.sandbox = found.sandbox;
  progress.brought = found.brought ?? [];
  progress.rules = found.coordination ?? null;
  if (found.decisions !== undefined) progress.decisionRules = found.decisions;
  if (found.notifies === true) beginTelling(run);
  record(run, `surveyed: ${found.stack}`);
  for (const note of found.notes) record(run, note);
  return progress.handle;
}

/** Checks the base commit as it is, so that later results can be read as a delta. Runs beside the planning. */
export async function gateBase(run: Run, handle: ObjectiveHandle): Promise<void> {
  const { progress, input } = run;
  if (progress.baseReport !== null) return;
  const begun = Date.now();
  const gate = await patiently(run, () =>
    repository.gateCommit.executeWithOptions({ summary: 'gate · base commit' }, [
      { handle, scope: 'base', commit: input.baseCommit, base: null },
    ]),
  );
  if (gate === null) return;
  progress.baseReport = gate.report;
  progress.gateMs = Date.now() - begun;
  record(
    run,
    gate.green
      ? 'the base commit is green'
      : `the base commit is red: ${gate.red.map((r) => r.subject).join(', ')}`,
  );
}

/** Reads the objective for its seven facets. */
export async function analyse(run: Run, handle: ObjectiveHandle): Promise<string | null> {
  const { progress } = run;
  if (progress.analysis !== null) return progress.analysis;
  run.stage = 'analysing';
  const result = await thoughtfully(run, (allowance) =>
    models.analyseObjective.executeWithOptions({ summary: 'analyse the objective · @backend-coordinator' }, [
      { handle, ...allowance },
    ]),
  );
  if (result === null) return null;
  spendUsage(run, { subject: 'objective', role: COORDINATOR, level: 0, usage: result.usage });
  progress.analysis = result.analysis;
  record(run, `analysed: ${result.summary}`);
  return result.analysis;
}

/** Proposes a plan until the code accepts one; after three refusals a human is asked. */
export async function plan(run: Run, handle: ObjectiveHandle, analysis: string): Promise<void> {
  if (run.progress.plan !== null) return;
  run.stage = 'planning';
  let refusals: readonly string[] = [];
  const held = await readHeld(run, handle);
  for (let round = 1; run.stop === null; round += 1) {
    const request = {
      handle,
      analysis,
      refusals: [...refusals],
      comment: null,
      ...(held.length > 0 ? { held: [...held] } : {}),
    };
    const result: PlanResult | null = await thoughtfully(run, (allowance) =>
      models.planObjective.executeWithOptions({ summary: `plan · round ${round} · @backend-coordinator` }, [
        { ...request, ...allowance },
      ]),
    );
    if (result === null) return;
    spendUsage(run, { subject: 'objective', role: COORDINATOR, level: 0, usage: result.usage });
    if (result.outcome === 'accepted') {
      adoptPlan(run, result.plan, result.tasks);
      record(run, `planned ${result.tasks.length} tasks`);
      return;
    }
    refusals = result.errors;
    record(run, `plan refused: ${result.errors.join('; ')}`);
    if (round % PLAN_ROUNDS === 0) {
      const text = `The coordinator's plan was refused ${round} times: ${result.errors.join('; ')} Try again?`;
      if (!(await awaitRetry(run, askAboutObjective(run, questionOfTrouble('plan-refused', text))))) return;
    }
  }
}

/**
 * With `--approve-plan` nothing is built before a human approved; edits are checked like the model's own plan. Every one
 * of them is in the history as a whole, so many make it time to continue as new.
 */
export async function approve(run: Run): Promise<'settled' | 'continue-as-new'> {
  let told: number | undefined;
  while (waitsForApproval(run)) {
    run.stage = 'awaiting-approval';
    run.show();
    const version = run.progress.plan?.version;
    if (version !== told) tell(run, { kind: 'plan-review', subject: PLAN_SUBJECT });
    told = version;
    await condition(() => run.planReview !== null || run.stop !== null);
    await takePlanReview(run);
    if (
      waitsForApproval(run) &&
      workflowInfo().continueAsNewSuggested &&
      patched('approval-continues-as-new')
    )
      return 'continue-as-new';
  }
  run.stage = 'running';
  return 'settled';
}

/** Asked through a function, since taking a review changes it behind the compiler's back. */
const waitsForApproval = ({ progress, stop }: Run): boolean => !progress.approved && stop === null;
