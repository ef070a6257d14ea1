import type { ModelChoice } from '../../domain/objective';
import { ConfigurationError } from '../../domain/user-error';
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
  const { sandbox, target, model } = request;
  if (sandbox.level !== 'none') return `${sandbox.level}: ${sandbox.detail}`;
  const bundledOnly = target.sample !== null && model.kind === 'offline';
  if (!bundledOnly && !request.allowUnsandboxed) {
    const what = target.sample === null ? "another repository's code" : 'what a live model writes';
    throw new ConfigurationError(
      `Running ${what} needs a sandbox, and none works here: ${sandbox.detail.replace(/\.$/, '')}.`,
    );
  }
  return bundledOnly
    ? `none: only content of this package runs (${sandbox.detail.replace(/\.$/, '')})`
    : 'none, as --allow-unsandboxed says: commands run with your rights';
}
