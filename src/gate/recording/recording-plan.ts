import type { Inspection } from '../inspection';
import type { CoverageReport } from './coverage-reports';
import { javaPlan } from './java-plan';
import { nodePlan } from './node-plan';
import { pythonPlan } from './python-plan';

/** How the tests of a target are run so that coverage is measured on the way. */
export interface RecordingPlan {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly readOnly: readonly string[];
  /** Name of what measures coverage; null: nothing does, for `reason`. */
  readonly tool: string | null;
  readonly reason: string;
  /** Whether it is the target's test command with something around it, so that its end is the tests' end. */
  readonly wrapsTests: boolean;
  /** What was measured; a sentence where there is no report. */
  readonly report: () => Promise<CoverageReport | string>;
}

export interface PlanPlace {
  readonly inspection: Inspection;
  /** Folder for reports. */
  readonly scratch: string;
  /** The target's own test command. */
  readonly test: readonly string[];
  readonly sources: readonly string[];
}

/** The configured coverage command, else the one the test runner lends itself to. */
export async function planRecording(place: PlanPlace): Promise<RecordingPlan> {
  switch (place.inspection.survey.stack) {
    case 'node':
      return nodePlan(place);
    case 'python':
      return pythonPlan(place);
    case 'java':
      return javaPlan(place);
    case 'unknown':
      return withoutCoverage(place.test, 'no way to measure coverage is known for this stack');
  }
}

/** The plain test command. */
export function withoutCoverage(test: readonly string[], reason: string): RecordingPlan {
  return {
    argv: test,
    env: {},
    readOnly: [],
    tool: null,
    reason,
    wrapsTests: true,
    report: () => Promise.resolve(reason),
  };
}
