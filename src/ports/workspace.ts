import type { RepositorySource } from '../domain/objective/objective';
import type { TaskId } from '../domain/plan/plan';
import type { AttemptStart } from '../domain/work/work';

/** The coordination repository of a target: refs of record live there, never in the user's checkout. */
export interface Repositories {
  /**
   * Mirrors the target, checks that `baseCommit` exists there and creates the objective's integration branch on it.
   * Doing it twice is doing it once.
   */
  prepare(request: {
    readonly objectiveId: string;
    readonly source: RepositorySource;
    readonly identity: string;
    readonly baseCommit: string;
  }): Promise<{ readonly head: string }>;
  /**
   * Brings the integrated commit into the user's repository as a branch and, with `push`, to its origin. The name
   * gets a `-2`, `-3` … where it is taken by other work. `repository` is the path or address that has it now.
   */
  deliver(request: {
    readonly objectiveId: string;
    readonly source: RepositorySource;
    readonly commit: string;
    readonly branch: string;
    readonly push: boolean;
  }): Promise<{ readonly branch: string; readonly commit: string; readonly repository: string }>;
  /**
   * Address of the source's origin, credentials among it; null: it has none that can be used. Of a source given by its
   * address: that.
   */
  origin(request: {
    readonly objectiveId: string;
    readonly source: RepositorySource;
  }): Promise<string | null>;
  /**
   * Pushes a commit to a branch of that origin, forward only. `credentials` are tried where the user's own settings do not
   * let git in. Throws RepositoryError `push-failed` with what the host said.
   */
  push(request: {
    readonly objectiveId: string;
    readonly address: string;
    readonly commit: string;
    readonly branch: string;
    readonly credentials: { readonly username: string; readonly password: string } | null;
  }): Promise<void>;
  /** Names and contents of the base, without a checkout. */
  listFiles(request: { readonly objectiveId: string; readonly commit: string }): Promise<readonly string[]>;
  readFile(request: {
    readonly objectiveId: string;
    readonly commit: string;
    readonly path: string;
  }): Promise<string | null>;
  /** Paths that differ between two commits; a renamed file is two of them. */
  changedFiles(request: {
    readonly objectiveId: string;
    readonly from: string;
    readonly to: string;
  }): Promise<readonly string[]>;
  /** Unified diff between two commits, cut at `maxBytes`. */
  diff(request: {
    readonly objectiveId: string;
    readonly from: string;
    readonly to: string;
    readonly maxBytes: number;
  }): Promise<string>;
}

export interface Worktree {
  /** Absolute path; the only place an agent may write. */
  readonly path: string;
  readonly head: string;
  /** Files with conflict markers, for a `conflict` start. */
  readonly conflicts: readonly string[];
  /** Repository directory to mount read-only beside it. */
  readonly gitDir: string;
  /** Files the objective has changed so far, against its base commit; absent: not known. */
  readonly changed?: readonly string[];
}

export interface Commit {
  readonly commit: string;
  readonly tree: string;
  /** Paths changed against the commit the worktree started from. */
  readonly files: readonly string[];
}

/** Worktrees and branches of tasks; agents edit, the coordinator commits. */
export interface Worktrees {
  /** The task's own worktree and branch, made or re-made as `start` says; stale locks of dead owners are removed. */
  open(request: {
    readonly objectiveId: string;
    readonly taskId: TaskId;
    readonly start: AttemptStart;
  }): Promise<Worktree>;
  /** Commits what is in the worktree (nothing changed: the head as it is) on the task's branch. */
  commit(request: {
    readonly objectiveId: string;
    readonly taskId: TaskId;
    readonly message: string;
  }): Promise<Commit>;
  /**
   * Keeps the worktree's tracked and non-ignored files byte by byte, as a commit on its head under a hidden ref
   * (`refs/coordinator/snapshots/…`), without touching branch, index or files; published where a remote is shared. The
   * last two of a task are kept, so the last one written down is there after a crash. `paths`: only these may differ
   * from the last snapshot; null: anything may. With nothing changed it is the last one again. `omitted` are paths git
   * cannot hold (nested repositories, names that stand for `.git`, fifos in place of files): new ones are not in the
   * snapshot, others are in it as they were. Throws WorkspaceError `no-worktree` before `open`, `no-space`, `locked`.
   */
  snapshot(request: {
    readonly objectiveId: string;
    readonly taskId: TaskId;
    readonly paths: readonly string[] | null;
  }): Promise<{ readonly snapshot: string; readonly omitted: readonly string[] }>;
  /**
   * Opens the task's worktree on this host with exactly the files of a snapshot (ignored files stay), whatever a lost
   * worker left in it. The branch stays where it is, and is made where it is nowhere: at `from` for a fresh start, else
   * at the snapshot's own head. A merge that was pending is pending again. Doing it twice is doing it once. Throws
   * WorkspaceError `no-snapshot` when it is neither here nor in the shared repository.
   */
  restore(request: {
    readonly objectiveId: string;
    readonly taskId: TaskId;
    readonly start: AttemptStart;
    readonly snapshot: string;
  }): Promise<Worktree>;
  /**
   * Makes worktrees on `commit` ahead of time until `count` of them wait, so that a fresh `open` of any task takes one
   * and only writes what differs. Resolves when they are there, or are not wanted any more (`release`, the end of the
   * process); rejects when one cannot be made, and then leaves nothing half-made.
   */
  warm(request: {
    readonly objectiveId: string;
    readonly commit: string;
    readonly count: number;
  }): Promise<void>;
  /** A throw-away checkout of any commit for checks; `dispose` removes it. */
  checkOut(request: { readonly objectiveId: string; readonly commit: string }): Promise<{
    readonly path: string;
    readonly gitDir: string;
    readonly tree: string;
    dispose(): Promise<void>;
  }>;
  /** Removes every worktree of the objective, also those a crash left. */
  release(request: { readonly objectiveId: string }): Promise<void>;
}

type MergeProposal =
  | {
      readonly kind: 'clean';
      readonly commit: string;
      readonly tree: string;
      readonly head: string;
      /** Lock files that were made anew from the merged manifest; absent: none. */
      readonly remade?: readonly string[];
      /** What a reader of the merge should know of such files; absent: nothing. */
      readonly notes?: readonly string[];
    }
  | {
      readonly kind: 'conflict';
      readonly files: readonly string[];
      readonly theirs: readonly TaskId[];
      readonly head: string;
      /** Of files in conflict that no hand should merge, and why they were not made anew; absent: nothing. */
      readonly notes?: readonly string[];
    }
  | { readonly kind: 'already-merged'; readonly head: string; readonly tree: string };

/** A lock file two sides changed, with the manifest they agree on. */
export interface LockFileSides {
  /** Path in the repository. */
  readonly path: string;
  readonly manifest: { readonly name: string; readonly text: string };
  readonly base: string | null;
  readonly ours: string;
  readonly theirs: string;
}

/**
 * Makes lock files anew. Nothing of the target runs; the registry may be asked. `failed`: the tool is missing, the
 * registry did not answer, or the files are not what it takes.
 */
export interface LockFiles {
  make(
    sides: LockFileSides,
    signal: AbortSignal,
  ): Promise<
    { readonly kind: 'made'; readonly text: string } | { readonly kind: 'failed'; readonly reason: string }
  >;
}

/** Where the integration branch is, after whatever people did to it. */
type SettledHead =
  /** Where it was expected, or where merges of ours took it. */
  | { readonly kind: 'ours'; readonly head: string; readonly restored: string | null }
  /** Commits that are not ours lie on top of `known`. */
  | {
      readonly kind: 'foreign';
      readonly head: string;
      readonly known: string;
      /** At most ten, the newest first: short id, author, subject. */
      readonly commits: readonly string[];
    };

/** The integration branch of an objective: merges are proposed off to the side and admitted by compare-and-swap. */
export interface Integration {
  head(request: { readonly objectiveId: string }): Promise<string>;
  /** The newest commit that both the branch and `commit` have: what work that is not merged yet began from. */
  forkOf(request: { readonly objectiveId: string; readonly commit: string }): Promise<string>;
  /**
   * Looks at the branch before work is put on it. One that is gone, or does not hold what is known to be merged any
   * more, is put back (`restored` says so in a sentence); what stood there instead is kept under
   * `refs/coordinator/foreign/…`.
   */
  settle(request: { readonly objectiveId: string; readonly expected: string }): Promise<SettledHead>;
  /** Moves the branch back from foreign commits, which are kept; answers the ref that has them. */
  setAside(request: {
    readonly objectiveId: string;
    readonly head: string;
    readonly known: string;
  }): Promise<string>;
  /** Takes foreign commits for merged. */
  adopt(request: { readonly objectiveId: string; readonly head: string }): Promise<void>;
  /** Merges `commit` onto the current head without moving anything. */
  propose(request: {
    readonly objectiveId: string;
    readonly taskId: TaskId;
    readonly commit: string;
    readonly message: string;
    readonly signal?: AbortSignal | undefined;
  }): Promise<MergeProposal>;
  /**
   * What both sides changed since they parted, as unified diffs of about `maxBytes` each in which every file stands, of these paths only (all when
   * there are none), and the merged tasks behind theirs.
   */
  sides(request: {
    readonly objectiveId: string;
    readonly commit: string;
    readonly head: string;
    readonly paths: readonly string[];
    readonly maxBytes: number;
  }): Promise<{ readonly mine: string; readonly theirs: string; readonly tasks: readonly TaskId[] }>;
  /** Moves the branch from `from` to `to`; false when it is not at `from` any more. */
  advance(request: {
    readonly objectiveId: string;
    readonly from: string;
    readonly to: string;
  }): Promise<boolean>;
  /**
   * Looks at the base ref in the source and merges what it gained onto `head`, without moving anything. `unmoved` also
   * where the ref cannot move (a sample, a commit) or be seen, which `note` then tells.
   */
  mergeBase(request: {
    readonly objectiveId: string;
    readonly source: RepositorySource;
    readonly baseRef: string;
    readonly baseCommit: string;
    readonly head: string;
    readonly signal?: AbortSignal | undefined;
  }): Promise<BaseMerge>;
}

type BaseMerge =
  | { readonly kind: 'unmoved'; readonly note: string | null }
  | { readonly kind: 'conflict'; readonly base: string; readonly files: readonly string[] }
  | { readonly kind: 'clean'; readonly base: string; readonly commit: string; readonly tree: string };
