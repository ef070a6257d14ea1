import type { Verdict } from '../domain/receipt';

/** What a check came to; a tool's exit code alone does not tell these apart. */
export type Outcome =
  | { readonly kind: 'ran-clean'; readonly note: string }
  | { readonly kind: 'ran-found'; readonly note: string }
  /** No answer: not a pass, not a failure. */
  | { readonly kind: 'could-not-run'; readonly reason: string }
  | { readonly kind: 'not-applicable'; readonly reason: string };

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
