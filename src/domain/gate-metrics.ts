import { judgeItems } from './gate-verdict';
import { METRICS, type MetricName } from './metrics';
import type { Receipt } from './receipt';

/** Items the audit's pass rate is taken over: secrets in the tree, and the security section. */
const AUDITED: ReadonlySet<number> = new Set([9, 13, 14, 15, 16, 17, 18, 19]);

/**
 * The metrics one gate run can tell, by name; null: no data, which is not 0. Figures of checkers are taken from their
 * `measures` of that name; what tasks tell is not known to a gate run.
 */
export function gateMetrics(receipts: readonly Receipt[]): Record<MetricName, number | null> {
  const measured = (name: MetricName): number | null =>
    receipts.map(({ measures }) => measures?.[name]).find((value) => value !== undefined) ?? null;
  const values = METRICS.map(({ name }): [MetricName, number | null] => [
    name,
    name === 'security_audit_pass_rate' ? auditPassRate(receipts) : measured(name),
  ]);
  return Object.fromEntries(values) as Record<MetricName, number | null>;
}

/** Security items that passed over those that passed or failed. */
function auditPassRate(receipts: readonly Receipt[]): number | null {
  const verdicts = judgeItems(receipts)
    .filter(({ item }) => AUDITED.has(item.item))
    .map(({ verdict }) => verdict);
  const passed = verdicts.filter((verdict) => verdict === 'pass').length;
  const failed = verdicts.filter((verdict) => verdict === 'fail').length;
  return passed + failed === 0 ? null : passed / (passed + failed);
}
