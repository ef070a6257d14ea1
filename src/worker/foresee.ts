import { readDossier } from '../../activities/dossier';
import type { Environment } from '../config/environment';
import type { ModelSettings } from '../domain/usage/model-settings';
import type { ObjectiveInput } from '../domain/objective/objective';
import { COORDINATOR } from '../domain/department/specialists';
import { roleAtWork } from '../model/role-at-work';
import type { BlobStore } from '../ports/blob-store';
import type { Engines } from '../ports/engines';
import type { Repositories } from '../ports/workspace';
import { planAlone, type PlanAlone } from './plan-alone';
import { createSurveyor } from './surveyor';
import { openThinking } from './thinking';

/** A plan made without an objective under way, and what each role of it thinks with. */
export interface Foreseen extends PlanAlone {
  readonly roles: Readonly<Record<string, ModelSettings>>;
}

/**
 * Surveys, analyses and plans in this process. The base commit has to be prepared as `workspaceId`; it is read through
 * git alone, so nothing is checked out, and no command of the repository is run.
 */
export async function foresee(request: {
  readonly anthropic: Environment['anthropic'];
  readonly store: BlobStore;
  readonly repositories: Pick<Repositories, 'listFiles' | 'readFile'>;
  readonly engines: Engines;
  readonly input: ObjectiveInput;
  readonly workspaceId: string;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}): Promise<Foreseen> {
  const { anthropic, store, repositories, engines, input, workspaceId, onProgress, signal } = request;
  const thinking = await openThinking({ anthropic, blobs: store });
  try {
    const surveyor = createSurveyor({ store, roles: thinking.roles, engines });
    const { dossier } = await readDossier({ repositories, surveyor }, { input, workspaceId });
    const made = await planAlone({
      coordination: thinking.coordination,
      dossier,
      budgetUsd: input.options.budgetUsd,
      onProgress,
      signal,
    });
    const tasks = made.end.kind === 'planned' ? made.end.plan.tasks : [];
    const names = new Set([COORDINATOR, ...thinking.roles.keys(), ...tasks.map((task) => task.specialist)]);
    const roles: Record<string, ModelSettings> = {};
    for (const name of names) {
      const { model, effort } = await roleAtWork(
        { roles: thinking.roles, blobs: store },
        dossier,
        name,
        null,
      );
      roles[name] = { model, effort };
    }
    return { ...made, roles };
  } finally {
    await thinking.stop();
  }
}
