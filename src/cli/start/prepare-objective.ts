import type { ModelChoice, ObjectiveInput, RunOptions } from '../../domain/objective';
import type { CommandContext } from '../command';
import type { RunRecording, SurveyedTarget, Target } from '../services';
import { checkSandbox } from './check-sandbox';
import { chooseModel } from './choose-model';
import { locateRepository } from './locate-repository';
import { identifyObjective } from './objective-id';
import { readConfiguration } from './read-configuration';
import { planRecording } from './recording';
import { refuseWithoutEngines } from './refuse-without-engines';
import type { parseStart } from './run-flags';
import { createTrustStore, ensureTrust } from './trust';

/** An objective that may start: everything decided, nothing begun. */
export interface PreparedObjective {
  readonly input: ObjectiveInput;
  readonly target: Target;
  readonly surveyed: SurveyedTarget;
  readonly sandbox: string;
  readonly recording: RunRecording | null;
}

/** Everything that can be refused, in order, before anything starts. @throws UserError of one sentence */
export async function prepareObjective(
  context: CommandContext,
  objective: string,
  flags: ReturnType<typeof parseStart>['flags'],
  options: RunOptions,
): Promise<PreparedObjective> {
  const { services, environment, terminal, cwd } = context;
  const configuration = await readConfiguration(flags.config, cwd);
  const repository = locateRepository(flags.repo, cwd);
  const base = flags.base ?? null;
  const target = await services.findTarget(
    repository === null ? { sample: await services.findSample(objective), base } : { repository, base },
  );
  const model: ModelChoice = await chooseModel({
    environment,
    scenario: flags.scenario,
    findCoverage: () => services.findCoverage(objective, target.sample),
  });
  const recording = await planRecording({
    dir: flags.record,
    cwd,
    detach: flags.detach === true,
    model,
    objective,
    target,
  });
  for (const note of target.notes) terminal.warn(note);
  const objectiveId = identifyObjective(objective, target);
  const surveyed = await services.surveyTarget({ target, workspaceId: objectiveId, configuration });
  if (flags.dryRun !== true) refuseWithoutEngines(surveyed);
  await ensureTrust({
    target,
    surveyed,
    given: flags.trust,
    store: createTrustStore(context.home.home),
    say: terminal.warn,
    confirm: terminal.interactive
      ? (await (await import('../live/inquirer-prompts.js')).createPrompts()).confirm
      : null,
  });
  const sandbox = checkSandbox({
    sandbox: await services.probeSandbox(),
    target,
    model,
    allowUnsandboxed: options.allowUnsandboxed,
  });
  const stored = configuration === null ? null : await (await services.blobs()).put(configuration.text);
  return {
    input: {
      objectiveId,
      objective,
      repository: target.source,
      repositoryIdentity: target.identity,
      baseRef: target.baseRef,
      baseCommit: target.baseCommit,
      model,
      options,
      configuration: stored,
    },
    target,
    surveyed,
    sandbox,
    recording,
  };
}
