import type { Evidence, Subject } from '../../domain/quality-gate/receipt';
import type { Answer } from '../checker';
import { type Exchange, exchangeEvidence, type ProbeFinding } from './exchange';

const MOST_EXCHANGES = 8;

/**
 * What probes come to for one item: their findings, each key once, with the exchanges that show them; or `clean`, a
 * sentence on what was looked at.
 */
export function probeAnswer(
  subject: Subject,
  findings: readonly ProbeFinding[],
  clean: string,
  more: { readonly evidence?: readonly Evidence[]; readonly shown?: readonly Exchange[] } = {},
): Answer {
  const unique = findings.filter(({ key }, index) => findings.findIndex((one) => one.key === key) === index);
  const shown = unique.length > 0 ? unique.flatMap(({ exchange }) => exchange ?? []) : (more.shown ?? []);
  const evidence = [...shown.slice(0, MOST_EXCHANGES).map(exchangeEvidence), ...(more.evidence ?? [])];
  if (unique.length === 0) return { subject, outcome: { kind: 'ran-clean', note: clean }, evidence };
  const [first] = unique;
  const others = unique.length === 1 ? '' : ` (and ${unique.length - 1} more)`;
  return {
    subject,
    outcome: {
      kind: 'ran-found',
      note: `${first?.text ?? ''}${others}`.slice(0, 1000),
      findings: unique.map(({ exchange: _, ...finding }) => finding),
    },
    evidence,
  };
}
