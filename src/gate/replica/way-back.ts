import type { MigrationDesign } from '../../domain/database/migration-design';
import { FORWARD_ONLY } from '../checkers/database/migrations';
import { canGoBack, type NewMigrations } from './new-migrations';

/** Whether there is a way down, and what it means where there is none. */
export type WayBack =
  | { readonly kind: 'back' }
  | { readonly kind: 'forward-only'; readonly text: string }
  | { readonly kind: 'problem'; readonly text: string };

/** A missing way down is refused unless the design says why, or the tool knows none and a bad migration is fixed forward. */
export function backProblem(
  added: NewMigrations,
  { irreversible }: Pick<MigrationDesign, 'irreversible'>,
): WayBack {
  if (canGoBack(added)) return { kind: 'back' };
  if (irreversible !== null)
    return { kind: 'forward-only', text: `there is no way down, as the design says: ${irreversible}` };
  if (FORWARD_ONLY.has(added.tool))
    return {
      kind: 'forward-only',
      text: `${added.tool} has no way down; a bad migration is mended by the next one`,
    };
  const missing =
    added.kind === 'command'
      ? [added.folder]
      : added.migrations
          .filter(({ down, repeatable }) => down === null && !repeatable)
          .map(({ up }) => up.path);
  return {
    kind: 'problem',
    text: `${missing.join(', ')} has no way down; add one, or say in the design why there is none and what replaces it`,
  };
}
