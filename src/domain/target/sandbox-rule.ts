import type { ModelChoice } from '../objective/objective';

/** What decides whether commands may run without a sandbox. */
export interface Confinement {
  /** As the sandbox names its level; `none` is none. */
  readonly level: string;
  /** Whether the target is the sample this package ships. */
  readonly sample: boolean;
  readonly model: ModelChoice;
  readonly allowUnsandboxed: boolean;
}

/** Whether only content of this package would run: the sample, worked on by the offline model. */
export function runsOwnContentOnly({ sample, model }: Pick<Confinement, 'sample' | 'model'>): boolean {
  return sample && model.kind === 'offline';
}

/**
 * What would run unconfined though nobody allowed it, in words that fit "Running … needs a sandbox"; null where a
 * sandbox works, only our own content runs, or the user said so.
 */
export function unconfined(confinement: Confinement): string | null {
  if (confinement.level !== 'none') return null;
  if (confinement.allowUnsandboxed || runsOwnContentOnly(confinement)) return null;
  return confinement.sample ? 'what a live model writes' : "another repository's code";
}
