import type { DepartmentClient } from '../client/department-client';
import type { CodeRewind } from '../client/rewind';
import type { Environment } from '../config/environment';
import type { Home } from '../config/home';
import type { GateSlug } from '../domain/quality-gate/gate-items';
import type { ObjectiveInput, RepositorySource } from '../domain/objective/objective';
import type { GateReport } from '../domain/quality-gate/receipt';
import type { ReceiptNote } from '../domain/quality-gate/receipt-note';
import type { Survey } from '../domain/target/survey';
import type { VerifiedReceipt } from '../domain/quality-gate/verify-receipts';
import type { AuditReader } from '../ports/audit';
import type { BlobStore } from '../ports/blob-store';
import type { FindForge } from '../ports/forge';
import type { GateProgress } from '../ports/gate';
import type { Repositories } from '../ports/workspace';
import type { Foreseen } from '../worker/foresee';
import type { Check } from './doctor/check';
import type { GcDone, GcPlan, GcRequest } from './gc-plan';

/** A repository as it is before anything starts: what will be built on. */
export interface Target {
  readonly source: RepositorySource;
  readonly identity: string;
  readonly baseRef: string;
  readonly baseCommit: string;
  /** Sentences the user should read, such as that a dirty checkout is left alone. */
  readonly notes: readonly string[];
  /** Name of the bundled sample, null for any other repository. */
  readonly sample: string | null;
}

type TargetRequest =
  | { readonly repository: string; readonly base: string | null }
  | { readonly sample: string; readonly base: string | null };

/** How the target would be worked with, and what trusting it means. */
export interface SurveyedTarget {
  readonly survey: Survey;
  /** sha-256 of commands, configuration and roles. */
  readonly trustHash: string;
  /** Text of the configuration that counted; null without one. */
  readonly configuration: string | null;
  /** The commands, one a line. */
  readonly commands: string;
  /** Why its own commands cannot run on this machine, one clause for each engine; empty: they can. */
  readonly lacking: readonly string[];
  /** The roles the repository brings, one a line; empty: none. */
  readonly roles: readonly string[];
  /** What was left out of the roles, one sentence each. */
  readonly roleNotes: readonly string[];
}

/** A configuration file given with `--config`. */
export interface GivenConfiguration {
  readonly text: string;
  readonly source: string;
}

export interface OfflineCoverage {
  /** null: no playbook covers the objective on this target. */
  readonly playbook: { readonly name: string; readonly scenarios: readonly string[] } | null;
  /** One sentence: what is covered, and how to use Claude. */
  readonly covered: string;
}

/** A playbook as it is listed. */
interface PlaybookEntry {
  readonly name: string;
  readonly title: string;
  /** An objective is covered when every group has one of its words in it. */
  readonly covers: readonly (readonly string[])[];
  readonly sample: string;
  readonly scenarios: readonly { readonly name: string; readonly title: string }[];
}

export interface SandboxState {
  readonly level: 'bubblewrap' | 'none';
  readonly detail: string;
}

/** What the gate alone is asked to look at. */
export interface GateRequest {
  readonly repository: string;
  /** Null: what is checked out. */
  readonly ref: string | null;
  /** Null: where the commit left the default branch. */
  readonly base: string | null;
  readonly configuration: GivenConfiguration | null;
}

/** A commit the gate can be run on once its commands are trusted. */
export interface PreparedGate {
  /** The target, with the commit to look at as its base commit. */
  readonly target: Target;
  readonly commit: string;
  /** Commit to compare with; null: there is none. */
  readonly base: string | null;
  /** How it would be worked with: as the base says, or the commit itself where there is none. */
  readonly surveyed: SurveyedTarget;
  /** sha-256 of the configuration that counts; null without one. */
  readonly configurationHash: string | null;
  run(request: {
    readonly scope: 'task' | 'objective';
    readonly only?: readonly GateSlug[] | undefined;
    readonly onProgress?: ((progress: GateProgress) => void) | undefined;
    readonly signal: AbortSignal;
  }): Promise<GateReport>;
  /** Keeps the receipts in the repository; where, or null when there was nothing to keep. */
  writeNotes(report: GateReport): Promise<{ readonly repository: string; readonly ref: string } | null>;
}

/** Receipts found in a repository, to be looked at again. */
export interface PreparedVerification {
  readonly target: Target;
  readonly note: ReceiptNote;
  /** Tree of the commit. */
  readonly tree: string;
  /** What of the note is run again, and what trusting it means. */
  readonly trust: Pick<SurveyedTarget, 'trustHash' | 'commands' | 'roles'>;
  run(request: {
    readonly onProgress?: ((progress: GateProgress) => void) | undefined;
    readonly signal: AbortSignal;
  }): Promise<readonly VerifiedReceipt[]>;
}

/** What a run is recorded into: the folder of a playbook, and what its head says. */
export interface RunRecording {
  readonly dir: string;
  readonly name: string;
  readonly objective: string;
  readonly sample: string;
}

/** A Temporal server in use; `release` lets go of it. */
export interface ServerInUse {
  readonly kind: 'configured' | 'embedded' | 'local';
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string | null;
  openDepartment(): Promise<DepartmentClient>;
  /** The workflow's page in the Web UI; null where no Web UI is known. */
  workflowUrl(objectiveId: string): string | null;
  /** Starts a worker in this process and resolves when it polls. */
  startWorker(mode: 'full' | 'workflow-only', recording?: RunRecording): Promise<RunningWorker>;
  registerSearchAttributes(): Promise<string>;
  release(): Promise<void>;
}

export interface RunningWorker {
  /** Resolves after {@link RunningWorker.shutdown}; rejects when the worker fails. */
  readonly ended: Promise<void>;
  shutdown(): Promise<void>;
}

export interface ServicesRequest {
  readonly environment: Environment;
  readonly home: Home;
}

/** Everything heavy a command may need, loaded when first asked for. Made by the composition root. */
export interface Services {
  /**
   * The target of a run: a local path, a URL or a bundled sample by its name.
   * @throws UserError for a folder that is no repository, has no commits or lacks the ref.
   */
  findTarget(request: TargetRequest): Promise<Target>;
  /** The sample to build on where nobody names a repository: that of the playbook which covers the objective. */
  findSample(objective: string): Promise<string>;
  listPlaybooks(): Promise<readonly PlaybookEntry[]>;
  /** Reads the base commit through the coordination repository of `workspaceId`; runs nothing of the target. */
  surveyTarget(request: {
    readonly target: Target;
    readonly workspaceId: string;
    readonly configuration: GivenConfiguration | null;
    /** Nothing is shared with other hosts, as nothing will be built. */
    readonly local?: boolean;
  }): Promise<SurveyedTarget>;
  /**
   * Analysis and plan of an objective that is not started, made in this process: no server, no sandbox, no command of the
   * repository. The target has to be surveyed as `workspaceId` before.
   */
  foresee(request: {
    readonly input: ObjectiveInput;
    readonly workspaceId: string;
    readonly onProgress: (line: string) => void;
    readonly signal: AbortSignal;
  }): Promise<Foreseen>;
  findCoverage(objective: string, sample: string | null): Promise<OfflineCoverage>;
  probeSandbox(): Promise<SandboxState>;
  /** A commit of a repository looked at by the gate alone: no objective, no server, no model. */
  prepareGate(request: GateRequest): Promise<PreparedGate>;
  /** The receipts a commit carries. @throws UserError where it carries none that can be read */
  prepareVerification(request: {
    readonly repository: string;
    readonly commit: string;
  }): Promise<PreparedVerification>;
  /** The server to use, started if need be. @throws TemporalUnreachableError */
  useServer(request: {
    readonly hold: 'lease' | 'keep';
    readonly onProgress: (text: string) => void;
  }): Promise<ServerInUse>;
  /** The same, but null where no objective can be: nothing runs and nothing was ever stored in this home. */
  useServerWithHistory(request: { readonly onProgress: (text: string) => void }): Promise<ServerInUse | null>;
  /** Ends a kept embedded server; the number of clients still holding it, null when none runs. */
  stopKeepingServer(): Promise<number | null>;
  startBackgroundWorker(): Promise<{ readonly pid: number; readonly log: string }>;
  /** Ends the recorded background worker; its pid, null when none runs. */
  stopBackgroundWorker(): Promise<number | null>;
  blobs(): Promise<BlobStore>;
  /** What was decided in this home. */
  audit(): Promise<AuditReader>;
  /** Knows the hosts of pull requests. */
  findForge(): Promise<FindForge>;
  repositories(): Promise<Pick<Repositories, 'diff'>>;
  /** The code's part of taking an objective back. */
  rewinding(objectiveId: string): Promise<CodeRewind>;
  /** Where reports of this home are. */
  readonly reportsDir: string;
  /** `notify`: also sends a test over every channel of notifications. */
  examine(options?: { readonly notify: boolean }): Promise<readonly Check[]>;
  planGc(request: GcRequest): Promise<GcPlan>;
  applyGc(plan: GcPlan): Promise<GcDone>;
}
