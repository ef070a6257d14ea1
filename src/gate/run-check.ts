import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorMessageOf } from '../config/error-code';
import type { Survey } from '../domain/target/survey';
import type { Provision } from '../ports/gate';
import type { ConfinedDatabase, ConfinedOptions } from '../postgres/postgres-server';
import { redactSecrets } from '../process/redact';
import { type CommandRun, minimalEnvironment, runCommand } from '../process/run-command';
import type { Sandbox } from '../sandbox/sandbox';
import { type Check, readRun } from './checks';
import { CouldNotRun } from './could-not-run';
import type { Outcome } from './outcome';

const KEPT_BYTES = 512 * 1024;

/** The part of a PostgreSQL server that checks need. */
export interface CheckDatabaseServer {
  readonly adminUrl: string;
  /** Where the server came from, for reports. */
  readonly source?: string;
  /** Folder of its unix socket; undefined when it is reached over TCP only. */
  readonly socketDir?: string | undefined;
  createDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }>;
  /** For SQL nobody vouches for: its owner can do nothing outside the database. */
  createConfinedDatabase?(options?: ConfinedOptions): Promise<ConfinedDatabase>;
}

/**
 * A database for tests, which may create more; and the address where they do. A superuser's would let a test start
 * programs outside its sandbox.
 */
export async function databaseForTests(
  server: CheckDatabaseServer,
): Promise<{ readonly url: string; readonly serverUrl: string; drop(): Promise<void> }> {
  if (server.createConfinedDatabase === undefined) {
    return { ...(await server.createDatabase()), serverUrl: server.adminUrl };
  }
  const database = await server.createConfinedDatabase({ mayCreateDatabases: true });
  return { ...database, serverUrl: database.maintenanceUrl ?? database.url };
}

export interface CheckSetting {
  readonly sandbox: Sandbox;
  /** Starts or finds the server that all checks share; asked only for a target that uses PostgreSQL. */
  readonly postgres: () => Promise<CheckDatabaseServer>;
  /** Folder with the installed dependencies, mounted read-only. */
  readonly dependencyStore: string;
}

export interface CheckPlace {
  /** Where the command runs. */
  readonly path: string;
  /** The checkout around it, which the command sees too; absent: `path` is all of it. */
  readonly root?: string;
  readonly gitDir: string;
  readonly survey: Survey;
  /** What the bootstrap of the checkout answered. */
  readonly provision: Provision;
  readonly signal: AbortSignal;
}

export interface CheckRun {
  readonly check: Check;
  readonly argv: readonly string[];
  readonly exitCode: number | null;
  readonly outcome: Outcome;
  /** Both streams, shortened in the middle when long, without secrets. */
  readonly output: string;
  readonly durationMs: number;
  readonly timedOut: boolean;
}

/**
 * Runs one check's command in the sandbox, without network, in a minimal environment with a home of its own; tests
 * of a service with PostgreSQL get a fresh database that is dropped afterwards.
 * @throws CouldNotRun when the machine stands in the way; the signal's reason when it is aborted
 */
export async function runCheck(
  setting: CheckSetting,
  check: Check,
  argv: readonly string[],
  place: CheckPlace,
): Promise<CheckRun> {
  const { survey, provision, signal } = place;
  const server = check.usesDatabase && survey.database === 'postgres' ? await databaseServer(setting) : null;
  signal.throwIfAborted();
  const database = server === null ? null : await asMachine('database', () => databaseForTests(server));
  const scratch = await mkdtemp(join(tmpdir(), 'check-home-'));
  try {
    const run = await runCommand(
      setting.sandbox.wrap(
        {
          argv: nonEmpty(argv),
          cwd: place.path,
          env: {
            ...minimalEnvironment(provision.path),
            ...provision.env,
            HOME: scratch,
            TMPDIR: scratch,
            CI: '1',
            NODE_ENV: 'test',
            NPM_CONFIG_UPDATE_NOTIFIER: 'false',
            ...(database === null
              ? {}
              : {
                  COORDINATOR_REPLICA_URL: database.serverUrl,
                  DATABASE_URL: database.url,
                  [survey.gate?.database?.urlEnv ?? 'DATABASE_URL']: database.url,
                }),
          },
          timeoutMs: survey.testTimeoutMs,
          signal,
          maxOutputBytes: KEPT_BYTES,
        },
        {
          worktree: place.root ?? place.path,
          readOnly: [place.gitDir, setting.dependencyStore, ...provision.readOnly],
          readWrite: server?.socketDir === undefined ? [] : [server.socketDir],
          network: 'none',
        },
      ),
    );
    signal.throwIfAborted();
    refuseBrokenSandbox(setting.sandbox, run);
    if (run.end.kind === 'not-started' && run.end.ofMachine === true) {
      throw new CouldNotRun(
        `${run.end.reason}; the machine is short of processes, memory or open files, free some or run less at once.`,
      );
    }
    return {
      check,
      argv,
      exitCode: run.end.kind === 'exited' ? run.end.code : null,
      outcome: readRun(check, run, survey.testTimeoutMs),
      output: redactSecrets([run.stdout, run.stderr].filter((text) => text !== '').join('\n')),
      durationMs: run.durationMs,
      timedOut: run.end.kind === 'timed-out',
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
    // A database that cannot be dropped goes with its server; the check's answer stands.
    await database?.drop().catch(() => undefined);
  }
}

/** The server, refused where commands in the sandbox could not reach it. @throws CouldNotRun */
export async function databaseServer(
  setting: Pick<CheckSetting, 'sandbox' | 'postgres'>,
): Promise<CheckDatabaseServer> {
  const server = await asMachine('PostgreSQL', () => setting.postgres());
  if (setting.sandbox.level !== 'none' && server.socketDir === undefined) {
    throw new CouldNotRun(
      'The PostgreSQL for checks is reached over TCP, and checks have no network; give COORDINATOR_REPLICA_URL with a unix socket (?host=/folder) or leave it out.',
    );
  }
  return server;
}

async function asMachine<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const why = redactSecrets(errorMessageOf(error));
    throw new CouldNotRun(`There is no ${what} for the tests: ${why}`, { cause: error });
  }
}

function refuseBrokenSandbox(sandbox: Sandbox, run: CommandRun): void {
  if (sandbox.level === 'none' || run.stdout !== '' || run.end.kind !== 'exited' || run.end.code === 0)
    return;
  const [line] = /^bwrap: .*$/m.exec(run.stderr) ?? [];
  if (line !== undefined && !line.includes('execvp')) {
    throw new CouldNotRun(`The sandbox did not start a check (${line}); run doctor to see what is missing.`);
  }
}

function nonEmpty(argv: readonly string[]): [string, ...string[]] {
  const [program, ...rest] = argv;
  if (program === undefined) throw new Error('A command has no words; the survey should have refused it.');
  return [program, ...rest];
}
