import { createHash } from 'node:crypto';
import { inRepository } from '../domain/target/service-folder';
import { type Evidence, type GateFinding, MOST_COMPARED, type Receipt } from '../domain/quality-gate/receipt';
import type { Answer, GateChecker } from './checker';
import { explanationOf, verdictOf } from './outcome';

/** What is the same for all answers of one checker. */
export interface ReceiptFrame {
  readonly tree: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly sandbox: string;
  readonly inputs: string;
  /** Of the service: a checker names files of it, a receipt those of the repository. */
  readonly folder: string;
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
    evidence: (answer.evidence ?? []).slice(0, 20).map((row) => placed(row, frame.folder)),
    note: explanationOf(outcome).slice(0, 1000),
    findings: sample(findings).map((finding) => ({
      ...(finding.file === undefined
        ? finding
        : { ...finding, file: inRepository(frame.folder, finding.file) }),
      key: shortened(finding.key, 300),
      text: finding.text.slice(0, 500),
    })),
    ...(answer.measures === undefined ? {} : { measures: { ...answer.measures } }),
    ...(outcome.kind === 'could-not-run' && outcome.ofMachine === true ? { ofMachine: true } : {}),
    asked: checker.name,
    inputs: { digest: frame.inputs, tree: frame.tree },
  };
}

function placed(evidence: Evidence, folder: string): Evidence {
  return evidence.kind === 'source' ? { ...evidence, file: inRepository(folder, evidence.file) } : evidence;
}

/** Of more than can be compared the same ones on base and branch, whatever order they were found in. */
function sample(findings: readonly GateFinding[]): readonly GateFinding[] {
  if (findings.length <= MOST_COMPARED) return findings;
  return findings.toSorted((a, b) => (a.key < b.key ? -1 : 1)).slice(0, MOST_COMPARED);
}

/** Cut, with a digest of the whole, so that two long keys do not become one. */
function shortened(key: string, length: number): string {
  if (key.length <= length) return key;
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 16);
  return `${key.slice(0, length - digest.length - 1)}~${digest}`;
}
