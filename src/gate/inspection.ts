import type { GateSettings } from '../domain/quality-gate/gate-settings';
import type { Evidence } from '../domain/quality-gate/receipt';
import type { Survey } from '../domain/target/survey';
import type { CheckTarget, Provision } from '../ports/gate';
import type { CommandRun } from '../process/run-command';
import type { ApiDescription } from './facts/api-description';
import type { Changes } from './facts/changes';
import type { DatabaseOptions, MigratedDatabase } from './facts/database';
import type { RunningService, ServiceOptions } from './facts/service';
import type { SourceFiles } from './facts/source-files';
import type { TestRun } from './facts/test-run';
import type { TestCopy } from './recording/test-copies';
import type { CheckRun } from './run-check';

/** The checkout of one tree: `path` is the folder of the service in it. */
export interface InspectedTarget extends CheckTarget {
  /** The whole checkout, which commands see. */
  readonly root: string;
  /** Of the service within the repository; `.`: the root. */
  readonly folder: string;
}

/** One command in the sandbox, in the checkout, without network. */
export interface SandboxedCommand {
  readonly argv: readonly string[];
  /** Beside the minimal environment and what the dependencies need. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** More folders it may read, such as the product's own tools. */
  readonly readOnly?: readonly string[];
  /** More folders it may write, such as a scratch folder for its reports. */
  readonly readWrite?: readonly string[];
  readonly stdin?: string;
  readonly maxOutputBytes?: number;
  /** A program of this machine, not of the target: it works in this folder and sees neither checkout nor dependencies. */
  readonly apart?: string;
}

/**
 * One tree being looked at. Facts are gathered when first asked for and once only; a fact that cannot be had throws
 * `CannotTell` or `DoesNotApply` for everybody who asks.
 */
export interface Inspection {
  readonly target: InspectedTarget;
  /** What is asked of the tree in the end: the cheap subset, or everything. */
  readonly scope: 'task' | 'objective';
  /** As the service sees it: paths are those of its folder. */
  readonly survey: Survey;
  readonly settings: GateSettings;
  readonly signal: AbortSignal;
  /** Dependencies of the target; a refusal that lies in it throws `CannotTell`. */
  provision(): Promise<Provision>;
  /** The target's build, run once; null where it has none. What runs the target's own code waits for it. */
  built(): Promise<CheckRun | null>;
  files(): Promise<SourceFiles>;
  /** Against the base. */
  changes(): Promise<Changes>;
  api(): Promise<ApiDescription>;
  /** The target's tests, run once over all sources with everything recorded. */
  tests(): Promise<TestRun>;
  /** A throw-away copy of the checkout, or of the base's files, to run the tests in again. */
  testCopy(of: 'checkout' | 'base'): Promise<TestCopy>;
  /** The service, started once on a migrated database with nothing but the seed in it. */
  service(): Promise<RunningService>;
  /** Another instance with a database of its own, for what would spoil the shared one; gone with the inspection. */
  startService(options: ServiceOptions): Promise<RunningService>;
  /** A database with all migrations of the tree, shared and only to be read. */
  database(): Promise<MigratedDatabase>;
  /** Another one, for what changes it; dropped with the inspection. */
  openDatabase(options?: DatabaseOptions): Promise<MigratedDatabase>;
  run(command: SandboxedCommand): Promise<CommandRun>;
  /** An empty folder that goes with the inspection. */
  scratch(): Promise<string>;
  /** Path of an optional or shipped program on this machine; null where there is none. */
  program(name: string): Promise<string | null>;
  /** Keeps a text as a blob, redacted and with its secrets removed, and answers with an excerpt of it. */
  keep(text: string): Promise<Evidence>;
}
