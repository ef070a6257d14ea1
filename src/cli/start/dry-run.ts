import { exitCodeOf, type ExitCode } from '../../domain/common/exit-codes';
import { modelLabel } from '../../domain/usage/model-label';
import { estimatePlan, type PlanEstimate } from '../../domain/plan/estimate';
import { planStages } from '../../domain/plan/task-graph';
import type { Foreseen } from '../../worker/foresee';
import type { CommandContext } from '../command';
import { analysisLines, estimateLines, planLines, usageLine } from './dry-run-lines';
import { startLines } from './start-lines';
import { dryRunWorkspace, type PreparedObjective } from './prepare-objective';
import { figuresInUse, type FiguresInUse } from './usage-records';
import { plain } from '../live/text';

/** What a dry run came to, as `--json` prints it. */
export interface DryRun {
  readonly exitCode: ExitCode;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * Analyses and plans an objective that does not start, tells it with an estimate, and what the dry run itself cost.
 * Nothing is executed: no worktree, no command of the repository, no server, no branch in the repository.
 */
export async function dryRun(context: CommandContext, prepared: PreparedObjective): Promise<DryRun> {
  const { terminal, services, signal } = context;
  const { input, surveyed, sandbox, target } = prepared;
  tellSurvey(context, prepared);
  const foreseen = await services.foresee({
    input,
    workspaceId: dryRunWorkspace(target),
    onProgress: (line) => terminal.warn(plain(line)),
    signal,
  });
  const { analysis, end, usage, roles } = foreseen;
  if (analysis !== null) for (const line of analysisLines(analysis)) terminal.say(line);
  const estimated = end.kind === 'planned' ? await estimate(context, input, end.plan, roles) : null;
  switch (end.kind) {
    case 'planned':
      for (const line of planLines(end.plan)) terminal.say(line);
      if (estimated !== null) for (const line of estimateLines(estimated, input)) terminal.say(line);
      break;
    case 'refused':
      terminal.warn('The plan was refused each time it was made; nothing would be built:');
      for (const error of end.errors) terminal.warn(`  ${plain(error)}`);
      break;
    case 'stopped':
      terminal.warn(`There is no plan: ${plain(end.reason)}`);
  }
  terminal.say(usageLine(usage, input.model));
  terminal.say(`Trust hash ${surveyed.trustHash}`);
  const exitCode = exitCodeOfEnd(end);
  if (end.kind === 'planned') {
    terminal.say('Nothing was executed; the same command without --dry-run starts it and plans anew.');
  }
  return {
    exitCode,
    value: {
      type: 'dry-run',
      objective: input.objectiveId,
      repository: input.repositoryIdentity,
      baseRef: input.baseRef,
      baseCommit: input.baseCommit,
      model: modelLabel(input.model),
      budgetUsd: input.options.budgetUsd,
      sources: prepared.sources,
      sandbox,
      trustHash: surveyed.trustHash,
      survey: surveyed.survey,
      roles: surveyed.roles,
      analysis,
      plan: end.kind === 'planned' ? end.plan : null,
      groups: end.kind === 'planned' ? planStages(end.plan.tasks) : null,
      refusals: end.kind === 'refused' ? end.errors : [],
      stopped: end.kind === 'stopped' ? end.reason : null,
      estimate: estimated,
      usage,
      exitCode,
    },
  };
}

/** An estimate and what it stands on. */
export interface Estimated extends PlanEstimate {
  readonly source: FiguresInUse['source'];
  /** What was measured. */
  readonly from: { readonly objectives: number; readonly tasks: number };
  /** Whether the figures are of another model than the one that would work. */
  readonly rough: boolean;
}

async function estimate(
  { services }: CommandContext,
  input: PreparedObjective['input'],
  plan: Extract<Foreseen['end'], { kind: 'planned' }>['plan'],
  roles: Foreseen['roles'],
): Promise<Estimated> {
  const { listPriceUsd } = await import('../../model/models.js');
  const { figures, source } = await figuresInUse(services.reportsDir, input.model);
  const offline = input.model.kind === 'offline';
  const made = estimatePlan({
    tasks: plan.tasks,
    figures,
    roles,
    priceOf: offline ? () => null : listPriceUsd,
    maxParallel: input.options.maxParallel,
    timed: source === 'home',
  });
  const { objectives, tasks } = figures;
  return { ...made, source, from: { objectives, tasks }, rough: source === 'shipped' && !offline };
}

function exitCodeOfEnd(end: Foreseen['end']): ExitCode {
  switch (end.kind) {
    case 'planned':
      return exitCodeOf('delivered');
    case 'refused':
      return exitCodeOf('not-delivered');
    case 'stopped':
      return exitCodeOf(end.exit);
  }
}

function tellSurvey({ terminal }: CommandContext, prepared: PreparedObjective): void {
  const { input, surveyed, sandbox } = prepared;
  const { survey } = surveyed;
  terminal.say(`Would start ${input.objectiveId}`);
  terminal.say(
    `on ${plain(input.baseRef)} (${input.baseCommit}), ${survey.stack} ${plain(survey.framework ?? '')}`.trimEnd(),
  );
  for (const line of startLines(prepared)) terminal.say(line);
  terminal.say(`Sandbox ${plain(sandbox)}`);
  terminal.say('Commands of the repository that would run:');
  terminal.say(surveyed.commands);
  if (surveyed.roles.length > 0) terminal.say('Roles of the repository:');
  for (const role of surveyed.roles) terminal.say(role);
  const lacking = surveyed.lacking.map((what) => `a start would be refused: ${what}`);
  for (const note of [...lacking, ...survey.notes, ...surveyed.roleNotes])
    terminal.say(`note: ${plain(note)}`);
}
