import type { GivenConfiguration, SurveyedTarget, Target } from '../services';
import { type EngineFacts, lackingEngines, noteEngines } from '../../domain/engines';
import type { Repositories } from '../../ports/workspace';

/** Surveys the base commit of a target as its coordination repository has it, for this machine. */
export async function surveyTarget(request: {
  readonly repositories: Pick<Repositories, 'prepare' | 'listFiles' | 'readFile'>;
  readonly target: Target;
  readonly workspaceId: string;
  readonly configuration: GivenConfiguration | null;
  readonly engineFacts: EngineFacts;
}): Promise<SurveyedTarget> {
  const { surveyTree } = await import('../../survey/survey-tree.js');
  const { describeCommands, trustHash } = await import('../../survey/trust.js');
  const { repositories, target, workspaceId: objectiveId, configuration } = request;
  const commit = target.baseCommit;
  await repositories.prepare({
    objectiveId,
    source: target.source,
    identity: target.identity,
    baseCommit: commit,
  });
  const surveyed = await surveyTree({
    files: await repositories.listFiles({ objectiveId, commit }),
    read: (path) => repositories.readFile({ objectiveId, commit, path }),
    configuration,
  });
  return {
    survey: noteEngines(surveyed.survey, request.engineFacts),
    trustHash: trustHash(surveyed.survey, surveyed.configuration),
    commands: describeCommands(surveyed.survey),
    lacking: lackingEngines(surveyed.survey.engines ?? [], request.engineFacts),
  };
}
