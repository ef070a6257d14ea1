import { CannotTell } from '../checker';
import type { Inspection } from '../inspection';
import type { InspectionSetting } from '../open-inspection';
import type { CommandRun } from '../../process/run-command';
import type { Outcome } from '../outcome';
import type { StatementCount } from './database';

/** A request that reached the service while its tests ran. */
export interface RecordedRequest {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  /** Start of the response body, at most 4 KiB; null where it was not text. */
  readonly body: string | null;
}

/** Which lines of which sources ran; every source counts, loaded or not. */
export interface LineCoverage {
  readonly tool: string;
  readonly argv: readonly string[];
  /** Percent of executable lines. */
  readonly percent: number;
  /** By path relative to the checkout; empty where the report has totals only. */
  readonly files: ReadonlyMap<string, FileCoverage>;
}

export interface FileCoverage {
  readonly executable: ReadonlySet<number>;
  readonly covered: ReadonlySet<number>;
}

/** Something that could be recorded, or the reason why not. */
export type Recorded<T> =
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
  readonly coverage: Recorded<LineCoverage>;
  readonly requests: Recorded<readonly RecordedRequest[]>;
  /** Statements PostgreSQL executed on behalf of the tests. */
  readonly statements: Recorded<readonly StatementCount[]>;
}

/** Runs the tests over all sources and records what they did. */
export function gatherTestRun(_inspection: Inspection, _setting: InspectionSetting): Promise<TestRun> {
  return Promise.reject(new CannotTell('the tests cannot be recorded yet'));
}
