import { gateFacts } from './gate-facts';
import { measure, type MetricName } from '../usage/metrics';
import type { Receipt } from './receipt';

/** The metrics one gate run can tell, by name; null: no data, which is not 0. What tasks tell it does not know. */
export function gateMetrics(receipts: readonly Receipt[]): Record<MetricName, number | null> {
  const values = measure({ tasks: [], gate: gateFacts(receipts) }).map(
    (metric): [MetricName, number | null] => [metric.name, metric.kind === 'measured' ? metric.value : null],
  );
  return Object.fromEntries(values) as Record<MetricName, number | null>;
}
