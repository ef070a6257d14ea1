import {
  boundContextAccount,
  COMMON_CONTEXT,
  estimateContextTokens,
  NO_CONTEXT,
  type AccountCategory,
  type ContextAccount,
  type ContextFlag,
} from '../../domain/context/context-account';
import type { ContextCategory } from '../../domain/context/context-categories';
import type { ContextException } from '../../domain/context/context-files';

/** Counts what an attempt was offered of the repository. */
export interface Tally {
  sent(category: ContextCategory | null, characters: number): void;
  filtered(category: ContextCategory | null, characters: number): void;
  exception(path: string, reason: ContextException): void;
  flag(flag: ContextFlag): void;
  unmaskedShell(): void;
  account(): ContextAccount;
}

export function createTally(): Tally {
  const categories = new Map<AccountCategory, { filtered: number; sent: number }>();
  const exceptions = new Map<string, ContextException>();
  const flags = new Map<ContextFlag, number>();
  let unmasked = false;

  function rowOf(category: ContextCategory | null): { filtered: number; sent: number } {
    const key = category ?? COMMON_CONTEXT;
    const row = categories.get(key) ?? { filtered: 0, sent: 0 };
    categories.set(key, row);
    return row;
  }

  return {
    sent(category, characters) {
      rowOf(category).sent += estimateContextTokens(characters);
    },
    filtered(category, characters) {
      rowOf(category).filtered += estimateContextTokens(characters);
    },
    exception(path, reason) {
      if (!exceptions.has(path)) exceptions.set(path, reason);
    },
    flag(flag) {
      flags.set(flag, (flags.get(flag) ?? 0) + 1);
    },
    unmaskedShell() {
      unmasked = true;
    },
    account() {
      const rows = [...categories].map(([category, row]) => ({ category, ...row }));
      const filtered = rows.reduce((sum, row) => sum + row.filtered, 0);
      const sent = rows.reduce((sum, row) => sum + row.sent, 0);
      return boundContextAccount({
        ...NO_CONTEXT,
        offered: filtered + sent,
        filtered,
        sent,
        categories: rows.filter((row) => row.filtered + row.sent > 0),
        exceptions: [...exceptions].map(([path, reason]) => ({ path, reason })),
        exceptionCount: exceptions.size,
        flags: [...flags].map(([flag, times]) => ({ flag, times })),
        unmaskedShell: unmasked,
      });
    },
  };
}
