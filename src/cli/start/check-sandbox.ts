import type { ModelChoice } from '../../domain/objective/objective';
import { runsOwnContentOnly, unconfined } from '../../domain/target/sandbox-rule';
import { ConfigurationError } from '../../domain/common/user-error';
import type { SandboxState, Target } from '../services';

/**
 * The line that labels the run's sandbox.
 * @throws ConfigurationError when code of another repository, or of a live model, would run unconfined unasked.
 */
export function checkSandbox(request: {
  readonly sandbox: SandboxState;
  readonly target: Pick<Target, 'sample'>;
  readonly model: ModelChoice;
  readonly allowUnsandboxed: boolean;
}): string {
  const { level } = request.sandbox;
  const detail = request.sandbox.detail.replace(/\.$/, '');
  const { model, allowUnsandboxed } = request;
  const confinement = { level, sample: request.target.sample !== null, model, allowUnsandboxed };
  const what = unconfined(confinement);
  if (what !== null) {
    throw new ConfigurationError(`Running ${what} needs a sandbox, and none works here: ${detail}.`);
  }
  if (level !== 'none') return `${level}: ${detail}`;
  return runsOwnContentOnly(confinement)
    ? `none: only content of this package runs (${detail})`
    : 'none, as --allow-unsandboxed says: commands run with your rights';
}

/** The same label for a dry run, which runs nothing: what a start would be refused for is told, not thrown. */
export function foreseeSandbox(request: Parameters<typeof checkSandbox>[0]): string {
  try {
    return checkSandbox(request);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return `none; a start would be refused: ${error.message}`;
  }
}
