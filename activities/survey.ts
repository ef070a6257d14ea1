import { log } from '@temporalio/activity';
import { broughtSpecialists, type BroughtRole } from '../src/domain/department/department-roles';
import type { ObjectiveInput } from '../src/domain/objective/objective';
import type { CoordinationRules } from '../src/domain/coordination/coordination-rules';
import { NO_COORDINATION } from '../src/domain/coordination/coordination-settings';
import { mention } from '../src/domain/department/specialists';
import type { Survey } from '../src/domain/target/survey';
import type { SurveyResult } from '../src/domain/work/work';
import type { RepositoryActivities } from './contract';
import { readDossier } from './dossier';
import { withHeartbeat } from './heartbeat';
import type { Ports } from './ports';
import type { Records } from './records';
import { refuseUnconfined } from './sandbox-fence';

/** Worktrees made ahead of time at most; more would keep the disk busy while it is needed for the survey. */
const MAX_WARM = 4;

export function createSurveyActivities(
  ports: Pick<Ports, 'repositories' | 'worktrees' | 'surveyor' | 'sandbox' | 'providerOf' | 'notifications'>,
  records: Records,
): Pick<RepositoryActivities, 'surveyRepository'> {
  const { repositories, worktrees, surveyor, sandbox, providerOf, notifications } = ports;
  return {
    surveyRepository: (input) =>
      withHeartbeat(async () => {
        const { objectiveId, baseCommit } = input;
        refuseUnconfined(sandbox, input);
        await repositories.prepare({
          objectiveId,
          source: input.repository,
          identity: input.repositoryIdentity,
          baseCommit,
        });
        const count = Math.min(input.options.maxParallel, MAX_WARM);
        // Not waited for: while the plan is made there is time, and without them attempts only start later.
        void worktrees.warm({ objectiveId, commit: baseCommit, count }).catch((error: unknown) => {
          log.warn('Worktrees could not be made ahead of time; attempts make their own.', { error });
        });
        const { dossier, notes } = await readDossier(
          { repositories, surveyor },
          { input, workspaceId: objectiveId },
        );
        const { survey } = dossier;
        const roles = dossier.roles ?? { brought: [], settings: {} };
        return {
          dossier: await records.save(dossier),
          baseCommit,
          stack: describeStack(survey),
          sandbox,
          model: describeModel(input),
          provider: providerOf(input.model),
          notes: [...roles.brought.map(describeRole), ...survey.notes, ...notes]
            .slice(0, 20)
            .map((note) => note.slice(0, 300)),
          brought: [...broughtSpecialists(roles)],
          coordination: coordinationOf(survey),
          ...(survey.decisions === undefined ? {} : { decisions: survey.decisions }),
          ...((await notifications.isOn()) ? { notifies: true as const } : {}),
        } satisfies SurveyResult;
      }),
  };
}

/** What the process coordinates with others for this repository. */
function coordinationOf({ database, coordination }: Survey): CoordinationRules {
  const { contracts, watch } = coordination ?? NO_COORDINATION;
  const { review, deadlineHours } = contracts;
  return { contracts: { review, deadlineHours }, database: database !== 'none', watch };
}

function describeRole({ name, adds, description }: BroughtRole): string {
  return adds === 'guidance'
    ? `the repository adds guidance for ${mention(name)}`
    : `the repository brings ${mention(name)}: ${description}`;
}

function describeStack(survey: Survey): string {
  return [survey.stack, survey.framework, survey.packageManager, survey.database]
    .filter((part) => part !== null && part !== 'none')
    .join(' · ')
    .slice(0, 300);
}

function describeModel({ model }: ObjectiveInput): string {
  return model.kind === 'offline'
    ? `offline model (playbook ${model.playbook}, scenario ${model.scenario})`
    : 'Claude';
}
