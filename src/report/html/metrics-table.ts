import { METRICS } from '../../domain/usage/metrics';
import type { ReportMetric } from '../../domain/objective/report';
import { html, type Html } from '../../html/html';

/** The metrics with what they mean and how they are measured. */
export function renderMetrics(metrics: readonly ReportMetric[]): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>Metric</th>
          <th class="number">Value</th>
          <th>How it is measured</th>
          <th>Beside it</th>
        </tr>
      </thead>
      <tbody>
        ${metrics.map((metric) => {
          const row = METRICS.find(({ name }) => name === metric.name);
          const details = Object.entries(metric.details ?? {}).map(
            ([name, value]) => `${name} ${round(value)}`,
          );
          return html`<tr>
            <td><code>${metric.name}</code><br /><span class="muted">${row?.meaning ?? ''}</span></td>
            <td class="number">
              ${metric.value === null ? 'no data' : `${round(metric.value)} ${metric.unit}`}
            </td>
            <td>${row?.formula ?? ''}; from ${row?.source ?? ''}</td>
            <td>${details.join(', ')}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

function round(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
