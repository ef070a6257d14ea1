import type { Environment } from '../../config/environment';
import type { ModelChoice } from '../../domain/objective';
import { ConfigurationError } from '../../domain/user-error';
import type { OfflineCoverage } from '../services';

const DEFAULT_SCENARIO = 'default';

/** Whether Claude is asked: COORDINATOR_MODEL, else whether there is a key or an address. */
export function usesClaude(environment: Pick<Environment, 'model' | 'anthropic'>): boolean {
  switch (environment.model) {
    case 'anthropic':
      return true;
    case 'offline':
      return false;
    case 'auto':
      return environment.anthropic.apiKey !== undefined || environment.anthropic.baseUrl !== undefined;
  }
}

/**
 * The model a run uses.
 * @throws ConfigurationError for Claude without a key, an objective no playbook covers, or an unknown scenario.
 */
export async function chooseModel(request: {
  readonly environment: Pick<Environment, 'model' | 'anthropic'>;
  readonly scenario: string | undefined;
  readonly findCoverage: () => Promise<OfflineCoverage>;
}): Promise<ModelChoice> {
  const { environment, scenario } = request;
  if (usesClaude(environment)) {
    if (environment.anthropic.apiKey === undefined && environment.anthropic.baseUrl === undefined) {
      throw new ConfigurationError(
        'COORDINATOR_MODEL=anthropic needs ANTHROPIC_API_KEY or ANTHROPIC_BASE_URL; set one, or use COORDINATOR_MODEL=offline.',
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
