import { type GateFinding, MOST_FINDINGS } from '../../../domain/quality-gate/receipt';
import type { Outcome } from '../../outcome';

/** Clean with `note`, or what was found, told by its first finding. */
export function withFindings(findings: readonly GateFinding[], note: string): Outcome {
  const [first] = findings;
  if (first === undefined) return { kind: 'ran-clean', note: note.slice(0, 1000) };
  const more = findings.length === 1 ? '' : ` (and ${String(findings.length - 1)} more)`;
  return {
    kind: 'ran-found',
    note: `${first.text}${more}`.slice(0, 1000),
    findings: findings.slice(0, MOST_FINDINGS).map((finding) => ({
      ...finding,
      key: finding.key.slice(0, 300),
      text: finding.text.slice(0, 500),
    })),
  };
}
