import { ConfigurationError } from '../../domain/common/user-error';
import type { SurveyedTarget } from '../services';

/**
 * Refuses a target whose own commands cannot run on this machine, before anything is spent.
 * @throws ConfigurationError naming each engine
 */
export function refuseWithoutEngines({ lacking }: Pick<SurveyedTarget, 'lacking'>): void {
  if (lacking.length === 0) return;
  throw new ConfigurationError(
    `The commands of this repository cannot run on this machine: ${lacking.join('; ')}; install it and put it on PATH.`,
  );
}
