import { z } from 'zod';
import { ContextCategory } from './context-categories';
import { categoryOfContent } from './context-content';
import { verdictOfPath } from './context-paths';
import { mayReceive } from './context-rules';
import { claimCovers } from '../plan/path-claims';
import { PathClaim, type PlanTask, type TaskKind } from '../plan/plan';

/** A row of a target's configuration: what files are about where the house's own rules cannot tell. */
export const ContextPathRule = z.strictObject({ path: PathClaim, category: ContextCategory });
export type ContextPathRule = z.infer<typeof ContextPathRule>;

/** Why a file is read although its category is denied. */
export const CONTEXT_EXCEPTIONS = ['owned', 'shared', 'conflict', 'reviewed', 'granted'] as const;
export type ContextException = (typeof CONTEXT_EXCEPTIONS)[number];

/** Whether the category of a file depends on what it holds; where not, it need not be read. */
export function needsContent(path: string, rules: readonly ContextPathRule[]): boolean {
  return configuredCategory(path, rules) === undefined && verdictOfPath(path).weak;
}

/**
 * What a file is about; null: nothing in particular, so it is for everybody. The target's own rules decide first, then
 * a path that says enough, then the content, then a path that says little.
 * @param text the file's beginning; null where nobody looked
 */
export function categoryOfFile(
  path: string,
  text: string | null,
  rules: readonly ContextPathRule[],
): ContextCategory | null {
  const configured = configuredCategory(path, rules);
  if (configured !== undefined) return configured;
  const { category, weak } = verdictOfPath(path);
  if (!weak || text === null) return category;
  return categoryOfContent(path, text) ?? category;
}

/** Tasks that look at what others changed, so that the changed files are theirs to read. */
const REVIEWING: readonly TaskKind[] = ['security-audit', 'performance-test'];

export function reviewsChanges(kind: TaskKind): boolean {
  return REVIEWING.includes(kind);
}

/** Whose files are asked for, and what was granted beyond the role's context. */
export interface ContextHolder {
  readonly role: string;
  readonly task: Pick<PlanTask, 'owns' | 'shares'>;
  /** Files with conflicts the task is asked to resolve. */
  readonly conflicts: readonly string[];
  /** Files whose change the task is asked to review. */
  readonly reviewed: readonly string[];
  readonly granted: readonly PathClaim[];
}

export type FileVerdict =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'exception'; readonly exception: ContextException; readonly category: ContextCategory }
  | { readonly kind: 'denied'; readonly category: ContextCategory };

/** Whether a role doing a task may read a file of that category, and if only as an exception, which. */
export function judgeFile(
  holder: ContextHolder,
  path: string,
  category: ContextCategory | null,
): FileVerdict {
  if (category === null || mayReceive(holder.role, category)) return { kind: 'allowed' };
  const exception = exceptionFor(holder, path);
  return exception === null ? { kind: 'denied', category } : { kind: 'exception', exception, category };
}

/** The exception that covers a path, whatever its category. */
function exceptionFor(holder: ContextHolder, path: string): ContextException | null {
  const covers = (claim: PathClaim): boolean => claimCovers(claim, path);
  if (holder.task.owns.some(covers)) return 'owned';
  if (holder.task.shares.some(covers)) return 'shared';
  if (holder.conflicts.includes(path)) return 'conflict';
  if (holder.reviewed.includes(path)) return 'reviewed';
  return holder.granted.some(covers) ? 'granted' : null;
}

function configuredCategory(path: string, rules: readonly ContextPathRule[]): ContextCategory | undefined {
  return rules.find((rule) => claimCovers(rule.path, path))?.category;
}
