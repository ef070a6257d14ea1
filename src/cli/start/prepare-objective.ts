import { createHash } from 'node:crypto';
import type { ModelChoice, ObjectiveInput } from '../../domain/objective/objective';
import type { CommandContext } from '../command';
import type { RunRecording, SurveyedTarget, Target } from '../services';
import { checkSandbox, foreseeSandbox } from './check-sandbox';
import { chooseModel, wishedModel } from './choose-model';
import { chooseRepository } from './locate-repository';
import { identifyObjective } from './objective-id';
import { readConfiguration } from './read-configuration';
import { planRecording } from './recording';
import { refuseWithoutEngines } from './refuse-without-engines';
import type { StartAsked } from './run-flags';
import { createTrustStore, ensureTrust } from './trust';

/** An objective that may start: everything decided, nothing begun. */
export interface PreparedObjective {
  readonly input: ObjectiveInput;
  readonly target: Target;
  readonly surveyed: SurveyedTarget;
  readonly sandbox: string;
  readonly recording: RunRecording | null;
  /** Where repository, model and budget come from: a flag, a variable, the settings, the default. */
  readonly sources: { readonly repository: string; readonly model: string; readonly budget: string };
}

/** Everything that can be refused, in order, before anything starts. @throws UserError of one sentence */
export async function prepareObjective(
  context: CommandContext,
  asked: StartAsked,
): Promise<PreparedObjective> {
  const { services, environment, terminal, cwd } = context;
  const { objective, flags, options, settings } = asked;
  const dryRun = flags.dryRun === true;
  const configuration = await readConfiguration(flags.config, cwd);
  const home = context.home.home;
  const repository = chooseRepository({ asked: flags.repo, settings, cwd, home });
  const base = flags.base ?? null;
  const target = await services.findTarget(
    repository.value === null
      ? { sample: await services.findSample(objective), base }
      : { repository: repository.value, base },
  );
  const wish = wishedModel(environment, settings);
  const model: ModelChoice = await chooseModel({
    wish,
    anthropic: environment.anthropic,
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
  const surveyed = await services.surveyTarget({
    target,
    workspaceId: dryRun ? dryRunWorkspace(target) : objectiveId,
    configuration,
    ...(dryRun ? { local: true } : {}),
  });
  if (!dryRun) refuseWithoutEngines(surveyed);
  // A dry run runs nothing of the repository, so nobody has to agree to it; a hash that is given is checked.
  if (!dryRun || flags.trust !== undefined) {
    await ensureTrust({
      target,
      surveyed,
      given: flags.trust,
      store: createTrustStore(home),
      say: terminal.warn,
      confirm:
        terminal.interactive && flags.wait
          ? (await (await import('../live/inquirer-prompts.js')).createPrompts(context.signal)).confirm
          : null,
    });
  }
  const confinement = {
    sandbox: await services.probeSandbox(),
    target,
    model,
    allowUnsandboxed: options.allowUnsandboxed,
  };
  const sandbox = dryRun ? foreseeSandbox(confinement) : checkSandbox(confinement);
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
    sources: { repository: repository.source, model: wish.source, budget: asked.budget.source },
  };
}

/** The place in the home where a dry run reads a commit; the objective's own is made when it starts. */
export function dryRunWorkspace({ identity, baseCommit }: Pick<Target, 'identity' | 'baseCommit'>): string {
  const hash = createHash('sha256').update(`${identity}\n${baseCommit}`).digest('hex');
  return `dry-run-${hash.slice(0, 16)}`;
}
