/**
 * Why what a specialist left in its worktree cannot be committed. These are failures of the work, for the specialist
 * to mend; every other error of a workspace is trouble of the machine and climbs no level.
 */
const REFUSED_WORK = ['conflict-markers', 'nested-repository', 'forbidden-path', 'secret'] as const;
export type RefusedWork = (typeof REFUSED_WORK)[number];

/** Tells an error that refuses the work from one of the machine. */
export function isRefusedWork(error: unknown): error is Error & { readonly problem: RefusedWork } {
  if (typeof error !== 'object' || error === null || !('problem' in error)) return false;
  const { problem } = error;
  return REFUSED_WORK.some((known) => known === problem);
}
