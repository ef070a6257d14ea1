import { packageVersion } from '../config/package-root';
import type { ReceiptNotes } from '../ports/receipt-notes';
import type { Integration, LockFiles, Repositories, Worktrees } from '../ports/workspace';
import type { RepositorySource } from '../domain/objective/objective';
import { findMergeBase, mergeBaseInMirror } from './find-base';
import { createGit } from './git-command';
import { type Inspection, inspectRepository, inspectSample } from './inspect-repository';
import { createIntegration } from './integration';
import { createLayout } from './layout';
import { createReceiptNotes } from './notes';
import { createPool } from './pool';
import { createRepositories } from './repositories';
import { type CodePoint, keepLine, moveLine } from './rewind';
import { createSampleMaker } from './sample';
import { createSharedRemote } from './shared-remote';
import { findSweepable, type SweepRequest, type Swept, sweep } from './sweep';
import type { Tools } from './tools';
import { createWorktrees } from './worktrees';

export interface GitWorkspaceOptions {
  /** The coordinator's home folder; everything is kept under it. */
  readonly home: string;
  /** PATH to find git on; without it the system folders. */
  readonly searchPath?: string;
  /** The user's variables; only calls over the network see any, and only HOME, SSH_AUTH_SOCK, proxies and such. */
  readonly userEnvironment?: Readonly<Record<string, string>>;
  /** Repository that workers of several hosts share; each of them does `prepare` for itself. */
  readonly remote?: string | null;
  /** Makes lock files anew when both sides of a merge changed them; without it they are merged as text. */
  readonly locks?: LockFiles;
  /** How long a lock of a living process is waited for, in milliseconds; ten seconds without it. */
  readonly lockWaitMs?: number;
}

/** Git as the department uses it: plain git in child processes, nothing of the target's own is ever run. */
export interface GitWorkspace {
  readonly repositories: Repositories;
  readonly worktrees: Worktrees;
  readonly integration: Integration;
  readonly notes: ReceiptNotes;
  /** What a repository, given by absolute path or address, is started from; throws RepositoryError. */
  inspectRepository(pathOrUrl: string, baseRef: string | null): Promise<Inspection>;
  /** The same for a bundled service. */
  inspectSample(name: string): Promise<Inspection>;
  /** Where a commit of that repository left its default branch; null on that branch, or where none is known. */
  findMergeBase(request: {
    readonly source: RepositorySource;
    /** A prepared objective on that commit. */
    readonly objectiveId: string;
    readonly commit: string;
    /** Prepares the tip of the default branch of an address. */
    readonly prepareTip: () => Promise<string>;
  }): Promise<string | null>;
  /** Moves branches back to an earlier point; see `keepLine` and `moveLine`. */
  readonly rewind: {
    keep(point: CodePoint): Promise<string | null>;
    move(point: CodePoint): Promise<void>;
  };
  /** Where a sample run's own repository is, for people to look at. */
  samplePath(objectiveId: string): string;
  /** The objectives {@link GitWorkspace.sweep} would remove. */
  findSweepable(request: SweepRequest): Promise<readonly string[]>;
  sweep(request: SweepRequest): Promise<Swept>;
  /** Ends what goes on in the background: worktrees being made ahead of time. */
  stop(): Promise<void>;
}

export function createGitWorkspace(options: GitWorkspaceOptions): GitWorkspace {
  const layout = createLayout(options.home);
  const lockWaitMs = options.lockWaitMs ?? 10_000;
  const { searchPath, userEnvironment = {}, locks } = options;
  const git = createGit({ layout, searchPath, userEnvironment, lockWaitMs });
  const samples = createSampleMaker(git);
  const shared = createSharedRemote(git, options.remote ?? null);
  const pool = createPool({ git, layout, shared });
  const tools: Tools = { git, layout, samples, shared, pool, locks, lockWaitMs };
  return {
    repositories: createRepositories(tools),
    worktrees: createWorktrees(tools),
    integration: createIntegration(tools),
    notes: createReceiptNotes(tools, packageVersion()),
    inspectRepository: (pathOrUrl, baseRef) => inspectRepository(git, pathOrUrl, baseRef),
    inspectSample: (name) => inspectSample(samples, name),
    findMergeBase: async ({ source, objectiveId, commit, prepareTip }) =>
      source.kind === 'path'
        ? findMergeBase(git, source.path, commit)
        : mergeBaseInMirror(tools, { objectiveId, commit, tip: await prepareTip() }),
    rewind: { keep: (point) => keepLine(tools, point), move: (point) => moveLine(tools, point) },
    samplePath: (objectiveId) => layout.sample(objectiveId),
    findSweepable: (request) => findSweepable(tools, request),
    sweep: (request) => sweep(tools, request),
    stop: () => pool.stop(),
  };
}
