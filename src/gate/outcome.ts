import type { GateFinding, Verdict } from '../domain/quality-gate/receipt';

/** What a check came to; a tool's exit code alone does not tell these apart. */
export type Outcome =
  | { readonly kind: 'ran-clean'; readonly note: string }
  /** Without `findings` the run itself is the one thing that is wrong. */
  | { readonly kind: 'ran-found'; readonly note: string; readonly findings?: readonly GateFinding[] }
  /** No answer: not a pass, not a failure. */
  /** `ofMachine`: it was the machine, such as a busy one, and says nothing of the tree. */
  | { readonly kind: 'could-not-run'; readonly reason: string; readonly ofMachine?: true }
  /** A claim like any other: `rule` names what it stands on. */
  | { readonly kind: 'not-applicable'; readonly reason: string; readonly rule?: string };

const VERDICTS: Readonly<Record<Outcome['kind'], Verdict>> = {
  'ran-clean': 'pass',
  'ran-found': 'fail',
  'could-not-run': 'needs-review',
  'not-applicable': 'not-applicable',
};

export function verdictOf(outcome: Outcome): Verdict {
  return VERDICTS[outcome.kind];
}

export function explanationOf(outcome: Outcome): string {
  return 'note' in outcome ? outcome.note : outcome.reason;
}
