import type { AttemptDesk, Asking } from '../../src/ports/department';
import type { Journal, Journals } from '../../src/ports/journal';
import { NO_MAIL, type Mail } from '../../src/domain/work/mail';

/** A journal in memory; entries go through JSON as they would through a file. */
export function memoryJournal(entries: readonly unknown[] = []): Journal & { readonly written: unknown[] } {
  const written: unknown[] = [...entries];
  return {
    entries: [...entries],
    written,
    append: (entry) => {
      const plain: unknown = JSON.parse(JSON.stringify(entry));
      written.push(plain);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

/** Journals in memory by name; opening one again finds what was written. */
export function memoryJournals(): Journals & { readonly names: () => readonly string[] } {
  const kept = new Map<string, unknown[]>();
  return {
    names: () => [...kept.keys()],
    open: ({ objectiveId, name }) => {
      const key = `${objectiveId}/${name}`;
      const journal = memoryJournal(kept.get(key));
      kept.set(key, journal.written);
      return Promise.resolve(journal);
    },
  };
}

/** A desk without mail, whose files are never kept: each snapshot is a new name. */
export function deskFixture(more: Partial<AttemptDesk> & { readonly mail?: () => Mail } = {}): AttemptDesk {
  let snapshots = 0;
  const { mail, ...rest } = more;
  return {
    journal: memoryJournal(),
    keepFiles: () => Promise.resolve(String(++snapshots).padStart(40, '0')),
    readMail: () => Promise.resolve(mail?.() ?? NO_MAIL),
    ...rest,
  };
}

export function askingFixture(): Asking {
  return { journal: memoryJournal(), allowanceUsd: null };
}
