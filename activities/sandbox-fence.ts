import { ApplicationFailure } from '@temporalio/activity';
import type { ObjectiveInput } from '../src/domain/objective/objective';
import { unconfined } from '../src/domain/target/sandbox-rule';

/**
 * Refuses on a worker without a sandbox what the command line refuses: the objective may have been started from a
 * machine that has one.
 * @throws ApplicationFailure `Sandbox.Missing`, which no retry mends.
 */
export function refuseUnconfined(
  level: string,
  { repository, model, options }: Pick<ObjectiveInput, 'repository' | 'model' | 'options'>,
): void {
  const what = unconfined({
    level,
    sample: repository.kind === 'sample',
    model,
    allowUnsandboxed: options.allowUnsandboxed,
  });
  if (what === null) return;
  throw ApplicationFailure.nonRetryable(
    `Running ${what} needs a sandbox, and none works on this worker's machine; install bubblewrap there and retry, or start the objective with --allow-unsandboxed.`,
    'Sandbox.Missing',
  );
}
