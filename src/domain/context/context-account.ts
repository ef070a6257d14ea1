import { z } from 'zod';
import { CONTEXT_EXCEPTIONS } from './context-files';
import { ContextCategory } from './context-categories';

/** What a task's attempts did that somebody should look at, and how a report says it. */
export const CONTEXT_FLAGS = [
  ['outside', 'reached for files outside its worktree'],
  ['git', 'reached for git metadata'],
  ['denied', 'reached for files its role does not see'],
  ['foreign', 'tried to write files that belong to others'],
  ['special', 'reached for devices, pipes, sockets or linked files'],
  ['moved', 'moved files its role does not see; they were put back'],
  ['orders', 'was shown text that gives orders to a model'],
] as const;
export const ContextFlag = z.enum(CONTEXT_FLAGS.map(([flag]) => flag));
export type ContextFlag = z.infer<typeof ContextFlag>;

const Tokens = z.int().nonnegative();

/** Category under which context without one is counted: conventions, manifests, what belongs to everybody. */
export const COMMON_CONTEXT = 'common';
const AccountCategory = z.union([ContextCategory, z.literal(COMMON_CONTEXT)]);
export type AccountCategory = z.infer<typeof AccountCategory>;

const MOST_EXCEPTIONS = 20;
const MOST_CATEGORIES = 8;
const MOST_BYTES = 1024;

/**
 * What a task was offered of the repository, in estimated tokens: context lines, names in listings, files and output it
 * asked for. `offered` is `filtered` plus `sent`. Small enough to travel in workflow history.
 */
export const ContextAccount = z.strictObject({
  offered: Tokens,
  /** Withheld because of the role's context rules. */
  filtered: Tokens,
  sent: Tokens,
  /** The categories that weigh most. */
  categories: z
    .array(z.strictObject({ category: AccountCategory, filtered: Tokens, sent: Tokens }))
    .max(MOST_CATEGORIES),
  /** Files of denied categories that were sent all the same, and why: the first of them. */
  exceptions: z
    .array(z.strictObject({ path: z.string().max(300), reason: z.enum(CONTEXT_EXCEPTIONS) }))
    .max(MOST_EXCEPTIONS),
  /** How many exceptions there were. */
  exceptionCount: z.int().nonnegative(),
  flags: z.array(z.strictObject({ flag: ContextFlag, times: z.int().positive() })).max(CONTEXT_FLAGS.length),
  /** A shell ran without a sandbox, so that its output was filtered line by line and nothing was masked. */
  unmaskedShell: z.boolean(),
});
export type ContextAccount = z.infer<typeof ContextAccount>;

export const NO_CONTEXT: ContextAccount = {
  offered: 0,
  filtered: 0,
  sent: 0,
  categories: [],
  exceptions: [],
  exceptionCount: 0,
  flags: [],
  unmaskedShell: false,
};

/** Tokens of a text, roughly: a quarter of its characters. */
export function estimateContextTokens(characters: number): number {
  return Math.ceil(characters / 4);
}

/** An account within the limits of what travels: the heaviest categories, the first exceptions. */
export function boundContextAccount(account: ContextAccount): ContextAccount {
  const categories = [...account.categories]
    .sort((a, b) => b.filtered + b.sent - (a.filtered + a.sent))
    .slice(0, MOST_CATEGORIES);
  let exceptions = account.exceptions
    .slice(0, MOST_EXCEPTIONS)
    .map(({ path, reason }) => ({ path: path.slice(0, 300), reason }));
  const bounded = (): ContextAccount => ({ ...account, categories, exceptions });
  while (exceptions.length > 0 && JSON.stringify(bounded()).length > MOST_BYTES)
    exceptions = exceptions.slice(0, -1);
  return bounded();
}

/** Two accounts of one task as one; absent ones count nothing. */
export function addContextAccount(
  a: ContextAccount | undefined,
  b: ContextAccount | undefined,
): ContextAccount | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const seen = new Set(a.exceptions.map((row) => row.path));
  const added = b.exceptions.filter((row) => !seen.has(row.path));
  const repeated = b.exceptions.length - added.length;
  return boundContextAccount({
    offered: a.offered + b.offered,
    filtered: a.filtered + b.filtered,
    sent: a.sent + b.sent,
    categories: addRows(
      a.categories,
      b.categories,
      (row) => row.category,
      (x, y) => ({ ...x, filtered: x.filtered + y.filtered, sent: x.sent + y.sent }),
    ),
    exceptions: [...a.exceptions, ...added],
    exceptionCount: a.exceptionCount + b.exceptionCount - repeated,
    flags: addRows(
      a.flags,
      b.flags,
      (row) => row.flag,
      (x, y) => ({ ...x, times: x.times + y.times }),
    ),
    unmaskedShell: a.unmaskedShell || b.unmaskedShell,
  });
}

function addRows<T>(
  a: readonly T[],
  b: readonly T[],
  keyOf: (row: T) => string,
  add: (x: T, y: T) => T,
): T[] {
  const rows = new Map(a.map((row) => [keyOf(row), row]));
  for (const row of b) {
    const known = rows.get(keyOf(row));
    rows.set(keyOf(row), known === undefined ? row : add(known, row));
  }
  return [...rows.values()];
}
