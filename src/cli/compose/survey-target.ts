import { join } from 'node:path';
import { packageRoot } from '../../config/package-root';
import type { ModelSettings } from '../../domain/usage/model-settings';
import { mention } from '../../domain/department/specialists';
import type { TargetRole } from '../../model/target-roles';
import { plain } from '../live/text';
import type { GivenConfiguration, SurveyedTarget, Target } from '../services';
import { type EngineFacts, lackingEngines, noteEngines } from '../../domain/target/engines';
import type { Repositories } from '../../ports/workspace';

/** Surveys the base commit of a target as its coordination repository has it, for this machine. */
export async function surveyTarget(request: {
  readonly repositories: Pick<Repositories, 'prepare' | 'listFiles' | 'readFile'>;
  readonly target: Target;
  readonly workspaceId: string;
  readonly configuration: GivenConfiguration | null;
  /** Null: nothing is said of this machine's engines. */
  readonly engineFacts: EngineFacts | null;
}): Promise<SurveyedTarget> {
  const { surveyTree } = await import('../../survey/survey-tree.js');
  const { loadRoles } = await import('../../model/roles.js');
  const { surveyRoles } = await import('../../model/survey-roles.js');
  const { describeCommands, trustHash } = await import('../../survey/trust.js');
  const { repositories, target, workspaceId: objectiveId, configuration, engineFacts } = request;
  const commit = target.baseCommit;
  await repositories.prepare({
    objectiveId,
    source: target.source,
    identity: target.identity,
    baseCommit: commit,
  });
  const files = await repositories.listFiles({ objectiveId, commit });
  const read = (path: string): Promise<string | null> => repositories.readFile({ objectiveId, commit, path });
  const surveyed = await surveyTree({ files, read, configuration });
  const own = await loadRoles(join(packageRoot(), 'agents'));
  const roles = await surveyRoles({ own, files, read, given: configuration });
  return {
    survey: engineFacts === null ? surveyed.survey : noteEngines(surveyed.survey, engineFacts),
    trustHash: trustHash(surveyed.survey, surveyed.configuration, roles.brought),
    configuration: surveyed.configuration,
    commands: describeCommands(surveyed.survey),
    lacking: engineFacts === null ? [] : lackingEngines(surveyed.survey.engines ?? [], engineFacts),
    roles: [...roles.brought.map(describeRole), ...Object.entries(roles.settings).map(describeSettings)],
    roleNotes: roles.notes,
  };
}

function describeRole({ name, adds, path, source, description }: TargetRole): string {
  const what = adds === 'guidance' ? 'guidance for' : 'a new specialist,';
  return plain(`${what} ${mention(name)}: ${description} (${path}, ${Buffer.byteLength(source)} bytes)`);
}

function describeSettings([name, { model, effort }]: readonly [string, ModelSettings]): string {
  return `${mention(name)} thinks with ${model}, effort ${effort}`;
}
