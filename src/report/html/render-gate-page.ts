import type { GateSlug } from '../../domain/quality-gate/gate-items';
import { METRICS } from '../../domain/usage/metrics';
import type { GateReport } from '../../domain/quality-gate/receipt';
import type { ReportMetric } from '../../domain/objective/report';
import { buildFindings, buildMetrics } from '../gate-part';
import { renderGate } from './gate-section';
import { html, type Html } from '../../html/html';
import { renderMetrics } from './metrics-table';
import { renderPage } from '../../html/page';
import { STYLES } from './styles';

/** A run of the gate alone, and what its report does not know of it. */
export interface GatePage {
  readonly report: GateReport;
  /** Path or address, for people. */
  readonly repository: string;
  readonly green: boolean;
  /** Commit it was compared with; null: with none. */
  readonly base: string | null;
  /** sha-256 of the configuration that counted; null: there is none. */
  readonly config: string | null;
  /** Items that were asked for; absent: all. */
  readonly only?: readonly GateSlug[] | undefined;
}

/** The gate of one commit as one page that needs nothing else: no script, no network, evidence behind a click. */
export function renderGatePage(page: GatePage): string {
  const { preconditions, items } = buildFindings(page.report.receipts);
  const shown = items.filter(({ slug }) => page.only === undefined || page.only.includes(slug));
  const undecided = shown.filter(({ verdict }) => verdict === 'needs-review');
  const notAsked = items.length - shown.length;
  return renderPage(
    `${page.green ? 'Green' : 'Red'}: gate of ${page.report.commit.slice(0, 12)}`,
    STYLES,
    html`<header>${renderHead(page, shown)}</header>
      <section>
        <h2>Items</h2>
        ${renderGate({ green: page.green, tree: page.report.tree, preconditions, items: shown })}
      </section>
      <section>
        <h2>Metrics</h2>
        ${renderMetrics(buildMetrics([], page.report.receipts).filter(({ name }) => isOfCommit(name)))}
      </section>
      <section>
        <h2>What was not decided, and why</h2>
        ${undecided.length === 0 && notAsked === 0 ? html`<p>Every item was decided.</p>` : ''}
        ${notAsked === 0 ? '' : html`<p>${notAsked} of ${items.length} items were not asked for.</p>`}
        <ul>
          ${undecided.map(({ slug, note }) => html`<li><b>${slug}</b>: ${note}</li>`)}
        </ul>
      </section>`,
  );
}

function renderHead(
  { report, repository, green, base, config }: GatePage,
  items: readonly { readonly verdict: string }[],
): Html {
  const count = (verdict: string): string => String(items.filter((item) => item.verdict === verdict).length);
  const cards: readonly (readonly [string | Html, string])[] = [
    [html`<span class="${green ? 'pass' : 'fail'}">${green ? 'green' : 'red'}</span>`, 'gate'],
    ...(['pass', 'fail', 'needs-review', 'not-applicable', 'waived'] as const).map(
      (verdict) => [count(verdict), verdict] as const,
    ),
  ];
  const sandboxes = [...new Set(report.receipts.map(({ sandbox }) => sandbox))];
  const facts: readonly (readonly [string, string])[] = [
    ['Commit', report.commit],
    ['Tree', report.tree],
    ['Compared with', base ?? 'nothing: every failure counts as new'],
    ['Scope', report.scope === 'task' ? 'task: the cheap checks' : 'objective: all checks'],
    ['Configuration', config === null ? 'none' : `sha-256 ${config}`],
    ['Sandbox', sandboxes.length === 0 ? 'nothing ran' : sandboxes.join(', ')],
    ...timeOf(report),
  ];
  return html`<h1>Quality gate of ${repository}</h1>
    <div class="cards">
      ${cards.map(([value, name]) => html`<div class="card"><b>${value}</b><span>${name}</span></div>`)}
    </div>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>`;
}

function timeOf({ receipts }: GateReport): readonly (readonly [string, string])[] {
  const starts = receipts.map(({ startedAt }) => Date.parse(startedAt));
  const ends = receipts.map(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs);
  if (starts.length === 0) return [];
  const at = (times: readonly number[], pick: (...values: number[]) => number): string =>
    new Date(pick(...times)).toISOString();
  return [['Time', `${at(starts, Math.min)} to ${at(ends, Math.max)}`]];
}

/** Metrics of tasks say nothing of a commit. */
function isOfCommit(metric: ReportMetric['name']): boolean {
  return METRICS.some(({ name, source }) => name === metric && source !== 'task records');
}
