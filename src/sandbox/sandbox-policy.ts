/** What confines a command: bubblewrap, or nothing but a clean environment. */
export type SandboxLevel = 'bubblewrap' | 'none';

/** `full`, without a /proc of its own (nested containers), or without a user namespace (root only). */
export type SandboxVariant = 'full' | 'no-proc' | 'no-userns';

/** What this machine offers; made by `probeSandbox`. */
export interface SandboxProbe {
  readonly level: SandboxLevel;
  /** One sentence for people: what was tried, what is missing, what to do. */
  readonly detail: string;
  readonly variant?: SandboxVariant;
  /** The bwrap that answered. */
  readonly program?: string;
  /** Whether this bwrap can limit the size of a tmpfs (0.7 and later). */
  readonly limitsTmpfs?: boolean;
}

/** What a confined command may see and change, as absolute paths. */
export interface SandboxPolicy {
  /** Mounted read-write at the same path. */
  readonly worktree: string;
  /** More folders to read: the git common folder, the dependency store. Missing ones are left out. */
  readonly readOnly: readonly string[];
  /** More folders to write, for example the socket folder of a PostgreSQL. */
  readonly readWrite?: readonly string[];
  /** Paths inside the worktree that can be neither read nor written. Missing ones need no mask. */
  readonly masked?: readonly string[];
  readonly network: 'none';
}
