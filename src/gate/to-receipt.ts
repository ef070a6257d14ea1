import { MOST_FINDINGS, type Receipt } from '../domain/receipt';
import type { Answer, GateChecker } from './checker';
import { explanationOf, verdictOf } from './outcome';

/** What is the same for all answers of one checker. */
export interface ReceiptFrame {
  readonly tree: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly sandbox: string;
  readonly inputs: string;
}

/** An answer as a receipt. */
export function toReceipt(checker: GateChecker, answer: Answer, frame: ReceiptFrame): Receipt {
  const { outcome } = answer;
  const findings = outcome.kind === 'ran-found' ? (outcome.findings ?? []) : [];
  const rule = outcome.kind === 'not-applicable' ? outcome.rule : undefined;
  return {
    subject: answer.subject,
    verdict: verdictOf(outcome),
    checker: answer.by ?? { kind: 'rule', name: rule ?? checker.name, version: checker.version },
    tree: frame.tree,
    startedAt: frame.startedAt.toISOString(),
    durationMs: frame.durationMs,
    sandbox: frame.sandbox,
    evidence: (answer.evidence ?? []).slice(0, 20),
    note: explanationOf(outcome).slice(0, 1000),
    findings: findings.slice(0, MOST_FINDINGS).map((finding) => ({
      ...finding,
      key: finding.key.slice(0, 300),
      text: finding.text.slice(0, 500),
    })),
    ...(answer.measures === undefined ? {} : { measures: { ...answer.measures } }),
    inputs: { digest: frame.inputs, tree: frame.tree },
  };
}
