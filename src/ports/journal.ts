/** The append-only record of one attempt or question, kept outside Temporal; survives the process that writes it. */
export interface Journal {
  /** What was recorded before this process opened it, oldest first; the reader parses it. */
  readonly entries: readonly unknown[];
  /**
   * Adds an entry; it is on the disk when this resolves. Throws `JournalTaken` when another process went on with the
   * journal meanwhile: whatever this one still does is no longer wanted.
   */
  append(entry: Readonly<Record<string, unknown>>): Promise<void>;
  close(): Promise<void>;
}

/** Journals by name, in a folder that workers share. */
export interface Journals {
  /** Opens a journal to go on with it, or makes it; whoever had it open before can append no more. */
  open(request: { readonly objectiveId: string; readonly name: string }): Promise<Journal>;
}
