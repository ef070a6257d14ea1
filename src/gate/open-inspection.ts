import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_SETTINGS } from '../domain/quality-gate/gate-settings';
import type { Evidence } from '../domain/quality-gate/receipt';
import { folderOf, surveyOfService } from '../domain/target/service-folder';
import type { Survey } from '../domain/target/survey';
import type { BlobStore } from '../ports/blob-store';
import type { Bootstrap, CheckTarget, Provision } from '../ports/gate';
import { redactSecrets } from '../process/redact';
import { type CommandRun, minimalEnvironment, runCommand } from '../process/run-command';
import { BootstrapRefused } from './bootstrap-refused';
import { CannotTell } from './checker';
import { checkNamed } from './checks';
import { excerptOf } from './excerpt';
import { gatherApiDescription } from './facts/api-description';
import { gatherChanges } from './facts/changes';
import { openMigratedDatabase } from './facts/database';
import { type RunningService, startRunningService } from './facts/service';
import { gatherSourceFiles } from './facts/source-files';
import { gatherTestRun } from './facts/test-run';
import type { Inspection, SandboxedCommand } from './inspection';
import { findProgram } from './programs';
import { copyBase, copyCheckout } from './recording/test-copies';
import { type CheckDatabaseServer, type CheckRun, type CheckSetting, runCheck } from './run-check';

const EXCERPT_CHARACTERS = 3500;
const KEPT_BYTES = 512 * 1024;
const GATHERED_WITHIN_MS = 60_000;
const NOTHING_PROVIDED: Provision = { env: {}, path: [], readOnly: [] };

export interface InspectionSetting extends CheckSetting {
  readonly bootstrap: Bootstrap;
  readonly store: BlobStore;
  /** The PATH to look for optional programs on. */
  readonly searchPath: string;
  /** Starts a server nobody else uses; without it the shared one is used, and what it executes is not counted. */
  readonly privatePostgres?: () => Promise<CheckDatabaseServer & { stop(): Promise<void> }>;
}

/** An inspection, and the end of it: services stopped, databases dropped, folders removed. */
export interface OpenedInspection {
  readonly inspection: Inspection;
  dispose(): Promise<void>;
}

/** Looks at one checkout. Nothing is gathered before somebody asks for it. */
export function openInspection(
  setting: InspectionSetting,
  asked: {
    /** The whole checkout, and paths as the repository has them. */
    readonly target: CheckTarget;
    readonly survey: Survey;
    readonly signal: AbortSignal;
    /** Absent: the whole gate. */
    readonly scope?: Inspection['scope'];
  },
): OpenedInspection {
  const { signal } = asked;
  const survey = surveyOfService(asked.survey);
  const folder = folderOf(asked.survey);
  const root = asked.target.path;
  const target = { ...asked.target, path: join(root, folder), root, folder };
  const endings: (() => Promise<void>)[] = [];
  let closed = false;
  // What comes too late, after its checker was given up, ends at once.
  const atEnd = async (end: () => Promise<void>): Promise<void> => {
    if (!closed) {
      endings.push(end);
      return;
    }
    await end();
    throw new CannotTell('the inspection is over');
  };
  const facts = new Map<string, Promise<unknown>>();
  const once = <T>(name: string, gather: () => Promise<T>): Promise<T> => {
    const known = (facts.get(name) as Promise<T> | undefined) ?? gather();
    facts.set(name, known);
    return known;
  };
  const openDatabase: Inspection['openDatabase'] = async (options) => {
    const database = await openMigratedDatabase(inspection, setting, options);
    await atEnd(() => database.dispose());
    return database;
  };
  const startService = async (
    options: Parameters<Inspection['startService']>[0],
  ): Promise<RunningService> => {
    const service = await startRunningService(inspection, setting, options);
    await atEnd(() => service.stop());
    return service;
  };
  const inspection: Inspection = {
    target,
    scope: asked.scope ?? 'objective',
    survey,
    settings: survey.gate ?? NO_SETTINGS,
    signal,
    provision: () => once('provision', () => provide(setting, inspection)),
    built: () => once('built', () => build(setting, inspection)),
    files: () => once('files', () => gatherSourceFiles({ ...target, signal })),
    changes: () => once('changes', () => gatherChanges(inspection)),
    api: () => once('api', () => gatherApiDescription(inspection)),
    tests: () => once('tests', () => gatherTestRun(inspection, setting)),
    testCopy: (of) => (of === 'base' ? copyBase(inspection, setting) : copyCheckout(inspection, setting)),
    service: () => once('service', () => startService({ seed: true })),
    startService,
    database: () => once('database', () => openDatabase()),
    openDatabase,
    run: (command) => runSandboxed(setting, inspection, command),
    scratch: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'inspection-'));
      await atEnd(() => rm(folder, { recursive: true, force: true }));
      return folder;
    },
    program: (name) => findProgram(name, setting.searchPath),
    keep: (text) => keepOutput(setting.store, text),
  };
  return {
    inspection,
    dispose: async () => {
      await settledWithin(Promise.allSettled([...facts.values()]), GATHERED_WITHIN_MS);
      closed = true;
      for (const end of endings.toReversed()) await end().catch(() => undefined);
    },
  };
}

/** Facts heed the signal; one that does not is not waited for, and ends what it opened by itself. */
async function settledWithin(gathered: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([gathered, late]);
  clearTimeout(timer);
}

async function provide(
  setting: InspectionSetting,
  { target, survey, signal }: Inspection,
): Promise<Provision> {
  try {
    return await setting.bootstrap.ensure({ path: target.path, survey, signal });
  } catch (error) {
    if (error instanceof BootstrapRefused) throw new CannotTell(error.message, { cause: error });
    throw error;
  }
}

async function build(setting: InspectionSetting, inspection: Inspection): Promise<CheckRun | null> {
  const { survey, target, signal } = inspection;
  const check = checkNamed('build');
  const argv = check.command(survey);
  if (argv === null) return null;
  return runCheck(setting, check, argv, {
    ...target,
    survey,
    provision: await inspection.provision(),
    signal,
  });
}

async function runSandboxed(
  setting: InspectionSetting,
  inspection: Inspection,
  command: SandboxedCommand,
): Promise<CommandRun> {
  const { target, signal } = inspection;
  const { apart } = command;
  const provision = apart === undefined ? await inspection.provision() : NOTHING_PROVIDED;
  const [program, ...rest] = command.argv;
  if (program === undefined) throw new Error('A command has no words.');
  return runCommand(
    setting.sandbox.wrap(
      {
        argv: [program, ...rest],
        cwd: apart ?? target.path,
        env: {
          ...minimalEnvironment(provision.path),
          ...provision.env,
          CI: '1',
          NODE_ENV: 'test',
          ...command.env,
        },
        timeoutMs: command.timeoutMs,
        signal,
        maxOutputBytes: command.maxOutputBytes ?? KEPT_BYTES,
        ...(command.stdin === undefined ? {} : { stdin: command.stdin }),
      },
      {
        worktree: apart ?? target.root,
        readOnly: [
          ...(apart === undefined ? [target.gitDir, setting.dependencyStore, ...provision.readOnly] : []),
          ...(command.readOnly ?? []),
        ],
        readWrite: [...(command.readWrite ?? [])],
        network: 'none',
      },
    ),
  );
}

async function keepOutput(store: BlobStore, text: string): Promise<Evidence> {
  const clean = redactSecrets(text);
  return { kind: 'output', output: await store.put(clean), excerpt: excerptOf(clean, EXCERPT_CHARACTERS) };
}
