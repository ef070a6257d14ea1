import type { Environment } from '../../config/environment';
import type { ModelChoice } from '../../domain/objective/objective';
import {
  firstGiven,
  SETTINGS_FILE,
  type ModelWish,
  type Settings,
  type Sourced,
} from '../../domain/notification/settings';
import { ConfigurationError } from '../../domain/common/user-error';
import type { OfflineCoverage } from '../services';

const DEFAULT_SCENARIO = 'default';

/** What is said about the model, and by what: COORDINATOR_MODEL, else the settings, else auto. */
export function wishedModel(
  environment: Pick<Environment, 'model'>,
  settings: Pick<Settings, 'model'>,
): Sourced<ModelWish> {
  return firstGiven<ModelWish>(
    'auto',
    ['COORDINATOR_MODEL', environment.model],
    [SETTINGS_FILE, settings.model],
  );
}

/** Whether Claude is asked: what is wished for, else whether there is a key or an address. */
export function usesClaude(wish: ModelWish, { apiKey, baseUrl }: Environment['anthropic']): boolean {
  switch (wish) {
    case 'anthropic':
      return true;
    case 'offline':
      return false;
    case 'auto':
      return apiKey !== undefined || baseUrl !== undefined;
  }
}

/**
 * The model a run uses.
 * @throws ConfigurationError for Claude without a key, an objective no playbook covers, or an unknown scenario.
 */
export async function chooseModel(request: {
  readonly wish: Sourced<ModelWish>;
  readonly anthropic: Environment['anthropic'];
  readonly scenario: string | undefined;
  readonly findCoverage: () => Promise<OfflineCoverage>;
}): Promise<ModelChoice> {
  const { wish, anthropic, scenario } = request;
  if (usesClaude(wish.value, anthropic)) {
    if (anthropic.apiKey === undefined && anthropic.baseUrl === undefined) {
      throw new ConfigurationError(
        `The model anthropic (${wish.source}) needs ANTHROPIC_API_KEY or ANTHROPIC_BASE_URL; set one, or use COORDINATOR_MODEL=offline.`,
      );
    }
    if (scenario !== undefined) {
      throw new ConfigurationError(
        '--scenario belongs to the offline model; leave it out, or set COORDINATOR_MODEL=offline.',
      );
    }
    return { kind: 'anthropic' };
  }
  const { playbook, covered } = await request.findCoverage();
  if (playbook === null) {
    throw new ConfigurationError(`No offline playbook covers this objective. ${covered}`);
  }
  const chosen = scenario ?? DEFAULT_SCENARIO;
  if (!playbook.scenarios.includes(chosen)) {
    throw new ConfigurationError(
      `The playbook ${playbook.name} has no scenario "${chosen}"; it has ${playbook.scenarios.join(', ')}.`,
    );
  }
  return { kind: 'offline', playbook: playbook.name, scenario: chosen };
}
