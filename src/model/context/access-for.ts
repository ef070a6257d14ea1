import { reviewsChanges } from '../../domain/context/context-files';
import type { Specialists } from '../../ports/department';
import { createContextAccess, type ContextAccess } from './access';

type Work = Pick<
  Parameters<Specialists['work']>[0],
  'specialist' | 'task' | 'worktree' | 'grants' | 'dossier'
>;

/** What the specialist of an attempt may know of its worktree. */
export function accessFor({ specialist, task, worktree, grants, dossier }: Work): ContextAccess {
  return createContextAccess({
    path: worktree.path,
    role: specialist,
    task,
    conflicts: worktree.conflicts,
    reviewed: reviewsChanges(task.kind) ? (worktree.changed ?? []) : [],
    granted: grants.flatMap((grant) => grant.paths),
    rules: dossier.survey.contextRules ?? [],
  });
}
