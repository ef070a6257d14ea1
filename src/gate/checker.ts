import type { Checker as CheckedBy, Evidence, Subject } from '../domain/quality-gate/receipt';
import type { Survey } from '../domain/target/survey';
import type { Inspection } from './inspection';
import type { Outcome } from './outcome';

/** What a checker says of one item. */
export interface Answer {
  readonly subject: Subject;
  readonly outcome: Outcome;
  /** The program that decided, where one did; absent: the checker's own rule. */
  readonly by?: CheckedBy;
  readonly evidence?: readonly Evidence[];
  /** Figures the metrics are made of; names in `src/domain/usage/metrics.ts`. */
  readonly measures?: Readonly<Record<string, number>>;
}

/**
 * One way of deciding items. It looks at a tree through its `Inspection`, changes nothing outside throw-away places, and
 * answers for each of its subjects; a subject it leaves out counts as not told. What it throws: `CannotTell` and
 * `DoesNotApply` become the answer for every subject not answered yet; anything else is a fault of ours.
 */
export interface GateChecker {
  /** Kebab case, unique; names the rule in receipts. */
  readonly name: string;
  /** Raised when its meaning changes, so that older receipts are not reused. */
  readonly version: string;
  readonly subjects: readonly Subject[];
  /** `task`: cheap enough for every task (the whole subset within 8 s); `objective`: the integrated tree only. */
  readonly scope: 'task' | 'objective';
  /** Whether a change of this file may change an answer. What it reads beyond that makes receipts lie. */
  readonly reads: (path: string, survey: Survey) => boolean;
  /** Its answer depends on what the branch changed: another base is another check. */
  readonly comparesWithBase?: boolean;
  /** Measures time: nothing else of this worker runs beside it. */
  readonly alone?: boolean;
  /**
   * Looks for a planted defect, once per process. False: it cannot find what it is for, and reports itself unavailable.
   */
  readonly control?: () => boolean | Promise<boolean>;
  readonly check: (inspection: Inspection) => Promise<readonly Answer[]>;
}

/** Thrown where something needed is missing or broken: no pass, no failure. */
export class CannotTell extends Error {
  override readonly name = 'CannotTell';
}

/** Thrown where a rule says that there is nothing to check; `rule` names it in kebab case. */
export class DoesNotApply extends Error {
  override readonly name = 'DoesNotApply';
  constructor(
    readonly rule: string,
    message: string,
  ) {
    super(message);
  }
}
