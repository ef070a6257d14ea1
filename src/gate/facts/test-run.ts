import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessageOf } from '../../config/error-code';
import { redactSecrets } from '../../process/redact';
import type { CommandRun } from '../../process/run-command';
import { CannotTell } from '../checker';
import { checkNamed, readRun } from '../checks';
import { countTests } from '../count-tests';
import type { Inspection } from '../inspection';
import type { InspectionSetting } from '../open-inspection';
import type { Outcome } from '../outcome';
import { percentOf } from '../recording/coverage-reports';
import { countMissingSources } from '../recording/missing-sources';
import { readRecordedRequests } from '../recording/recorded-requests';
import { readStatements } from '../recording/recorded-statements';
import { recorderFor } from '../recording/recorders';
import { planRecording, type RecordingPlan } from '../recording/recording-plan';
import { readStaticRequests } from '../recording/static-requests';
import { redOnlyByThreshold } from '../recording/threshold';
import { sourcesOf } from '../recording/test-sources';
import { openTestDatabase, type TestDatabase } from '../recording/test-database';
import type { StatementCount } from './database';

const KEPT_BYTES = 1024 * 1024;
/** Tests that take longer are run once. */
const LONGEST_REPEATED_MS = 180_000;

/** A request that reached the service while its tests ran. */
export interface RecordedRequest {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  /** 0 where it is not known, which happens to estimated ones only. */
  readonly status: number;
  readonly contentType: string | null;
  /** Start of the response body, at most 4 KiB; null where it was not text. */
  readonly body: string | null;
  /** Of a GraphQL request, the start of its document, at most 4 KiB. */
  readonly document: string | null;
}

/** Which lines of which sources ran; every source counts, loaded or not. */
export interface LineCoverage {
  readonly tool: string;
  readonly argv: readonly string[];
  /** Percent of executable lines. */
  readonly percent: number;
  /** By path relative to the checkout; empty where the report has totals only. */
  readonly files: ReadonlyMap<string, FileCoverage>;
  /** Sources the report did not speak of; their lines count as not reached. */
  readonly neverLoaded: readonly string[];
}

export interface FileCoverage {
  readonly executable: ReadonlySet<number>;
  readonly covered: ReadonlySet<number>;
}

/** Something that could be recorded, or the reason why not. */
type Recorded<T> =
  | { readonly kind: 'recorded'; readonly value: T }
  | { readonly kind: 'estimated'; readonly value: T; readonly how: string }
  | { readonly kind: 'absent'; readonly reason: string };

/** One run of the target's tests with everything recorded. */
export interface TestRun {
  readonly argv: readonly string[];
  readonly run: CommandRun;
  readonly outcome: Outcome;
  /** Both streams, redacted. */
  readonly output: string;
  /** The same, unredacted, for looking for canaries; never kept. */
  readonly rawOutput: string;
  readonly testsRun: number | null;
  /** Whether this was the target's test command itself, with recording around it. */
  readonly wrapsTests: boolean;
  readonly coverage: Recorded<LineCoverage>;
  readonly requests: Recorded<readonly RecordedRequest[]>;
  /** Statements PostgreSQL executed on behalf of the tests. */
  readonly statements: Recorded<readonly StatementCount[]>;
  /** The plain test command once more, on the database as the first run left it. */
  readonly again: Recorded<SecondRun>;
}

/** How the tests went the second time. */
interface SecondRun {
  readonly outcome: Outcome;
  /** Both streams, redacted. */
  readonly output: string;
}

/**
 * Runs the tests over all sources and records what they did: the configured coverage command, or the test command with
 * coverage around it, with a PostgreSQL server of its own where the target uses one.
 * @throws CannotTell where there are no tests to run; CouldNotRun when the machine stands in the way
 */
export async function gatherTestRun(inspection: Inspection, setting: InspectionSetting): Promise<TestRun> {
  const { survey, settings, signal } = inspection;
  if (survey.test === null) throw new CannotTell('no test command is known for this repository');
  const provision = await inspection.provision();
  await inspection.built();
  const files = await inspection.files();
  const scratch = await inspection.scratch();
  const [records, home] = [join(scratch, 'requests'), join(scratch, 'home')];
  for (const folder of [records, home]) await mkdir(folder);
  const sources = sourcesOf(files.paths, survey.stack);
  const plan = await planRecording({ inspection, scratch, test: survey.test, sources });
  const recorder = recorderFor(survey.stack, records, provision.env, settings.api?.kind === 'graphql');
  const database = survey.database === 'postgres' ? await openTestDatabase(setting) : null;
  try {
    const plainly = {
      HOME: home,
      TMPDIR: home,
      NPM_CONFIG_UPDATE_NOTIFIER: 'false',
      ...database?.env(settings.database?.urlEnv),
    };
    const run = await inspection.run({
      argv: plan.argv,
      env: { ...plainly, ...plan.env, ...recorder?.env },
      timeoutMs: survey.testTimeoutMs,
      readOnly: [...plan.readOnly, ...(recorder?.readOnly ?? [])],
      readWrite: [scratch, ...(database?.readWrite ?? [])],
      maxOutputBytes: KEPT_BYTES,
    });
    signal.throwIfAborted();
    const rawOutput = [run.stdout, run.stderr].filter((text) => text !== '').join('\n');
    const outcome =
      redOnlyByThreshold(run, rawOutput) ?? readRun(checkNamed('test'), run, survey.testTimeoutMs);
    const first = {
      argv: plan.argv,
      run,
      outcome,
      output: redactSecrets(rawOutput),
      rawOutput,
      testsRun: countTests(rawOutput)?.ran ?? null,
      wrapsTests: plan.wrapsTests,
      coverage: await coverageOf(plan, sources, inspection),
      requests: await requestsOf(inspection, recorder === null ? null : records),
      statements: database === null ? absent('the target uses no PostgreSQL') : await statementsOf(database),
    };
    // Last: what was recorded is read by then.
    return { ...first, again: await runAgain(inspection, { first, database, env: plainly, scratch }) };
  } finally {
    await database?.close();
  }
}

async function runAgain(
  inspection: Inspection,
  {
    first,
    database,
    env,
    scratch,
  }: {
    readonly first: Pick<TestRun, 'run' | 'outcome'>;
    readonly database: TestDatabase | null;
    readonly env: Readonly<Record<string, string>>;
    readonly scratch: string;
  },
): Promise<TestRun['again']> {
  const { survey, signal } = inspection;
  if (database === null) return absent('the target uses no PostgreSQL');
  if (survey.test === null || first.outcome.kind !== 'ran-clean') return absent('the tests do not pass');
  if (first.run.durationMs > LONGEST_REPEATED_MS) return absent('the tests take too long to run twice');
  const run = await inspection.run({
    argv: survey.test,
    env,
    timeoutMs: survey.testTimeoutMs,
    readWrite: [scratch, ...database.readWrite],
    maxOutputBytes: KEPT_BYTES,
  });
  signal.throwIfAborted();
  if (run.end.kind !== 'exited') return absent(`the second run of the tests was ended (${run.end.kind})`);
  return {
    kind: 'recorded',
    value: {
      outcome: readRun(checkNamed('test'), run, survey.testTimeoutMs),
      output: redactSecrets([run.stdout, run.stderr].filter((text) => text !== '').join('\n')),
    },
  };
}

async function coverageOf(
  plan: RecordingPlan,
  sources: readonly string[],
  inspection: Inspection,
): Promise<Recorded<LineCoverage>> {
  if (plan.tool === null) return absent(plan.reason);
  const report = await plan.report();
  if (typeof report === 'string') return absent(report);
  // JaCoCo goes through every compiled class; one it leaves out, such as an interface, has nothing to execute.
  const counted = inspection.survey.stack === 'java' ? [] : sources;
  const missing = await countMissingSources(counted, report, await inspection.files());
  const files = new Map([...report.files, ...missing]);
  const overall = percentOf(files.values());
  const percent = missing.size === 0 ? (report.percent ?? overall) : overall;
  if (percent === null) return absent(`${plan.tool} found no line that could be executed`);
  if (report.files.size > 0 && [...report.files.values()].every(({ covered }) => covered.size === 0)) {
    return absent(
      `${plan.tool} saw no line executed: the tests measure coverage themselves, or run elsewhere`,
    );
  }
  return {
    kind: 'recorded',
    value: { tool: plan.tool, argv: plan.argv, percent, files, neverLoaded: [...missing.keys()] },
  };
}

async function requestsOf(
  inspection: Inspection,
  folder: string | null,
): Promise<Recorded<readonly RecordedRequest[]>> {
  if (folder !== null) return { kind: 'recorded', value: await readRecordedRequests(folder) };
  if (inspection.survey.stack !== 'java') return absent('requests of this stack are not recorded');
  const value = await readStaticRequests(await inspection.files());
  return { kind: 'estimated', value, how: 'read from the sources of the tests, not from what they did' };
}

async function statementsOf(database: TestDatabase): Promise<Recorded<readonly StatementCount[]>> {
  if (database.counted !== null) return absent(database.counted);
  try {
    return { kind: 'recorded', value: await readStatements(database.adminUrl) };
  } catch (error) {
    return absent(`the server could not be asked for its statements: ${errorMessageOf(error)}`);
  }
}

function absent(reason: string): { readonly kind: 'absent'; readonly reason: string } {
  return { kind: 'absent', reason };
}
