import { sumLedger } from '../../domain/usage/ledger';
import type { Report } from '../../domain/objective/report';
import { mention } from '../../domain/department/specialists';
import { channelOf } from '../channel-of';
import { renderCoordination } from './coordination-section';
import { renderGate } from './gate-section';
import { html, type Html } from '../../html/html';
import { renderMetrics } from './metrics-table';
import { renderPage } from '../../html/page';
import { STYLES } from './styles';
import { renderPlanGraph } from './plan-graph';
import { renderTimeline } from './timeline-chart';

/** The report as one page that needs nothing else: no script, no network, evidence behind a click. */
export function renderHtml(report: Report): string {
  return renderPage(titleOf(report), STYLES, renderSections(report));
}

function titleOf({ outcome, state, objective }: Report): string {
  return `${outcome ?? state}: ${objective.trim().split('\n')[0]?.slice(0, 100) ?? ''}`;
}

function renderSections(report: Report): Html {
  return html`<header>${renderHead(report)}</header>
    <section>
      <h2>Plan</h2>
      ${report.tasks.length === 0 ? html`<p>There was no plan.</p>` : renderPlanGraph(report.tasks)}
    </section>
    <section>
      <h2>Timeline</h2>
      ${renderTimeline(report)}
    </section>
    <section>
      <h2>Quality gate</h2>
      ${renderGate(report.gate)}
    </section>
    ${renderCoordination(report)}
    <section>
      <h2>Metrics</h2>
      ${renderMetrics(report.metrics)}
    </section>
    <section>
      <h2>Escalations</h2>
      ${renderEscalations(report)}
    </section>
    <section>
      <h2>Cost</h2>
      ${renderCost(report)}
    </section>
    <section>
      <h2>Known limitations</h2>
      ${renderLimitations(report)}
    </section>
    <section>
      <h2>What was not checked, and why</h2>
      ${renderUnchecked(report)}
    </section>`;
}

function renderHead(report: Report): Html {
  const items = report.gate?.items ?? [];
  const count = (verdict: string): number => items.filter((item) => item.verdict === verdict).length;
  const merged = report.tasks.filter((task) => task.state === 'merged').length;
  const minutes = (Date.parse(report.writtenAt) - Date.parse(report.startedAt)) / 60_000;
  const cards: readonly (readonly [string, string])[] = [
    [report.outcome ?? report.state, 'outcome'],
    [`${String(merged)} of ${String(report.tasks.length)}`, 'tasks merged with a green gate'],
    [
      `${String(count('pass'))} / ${String(count('fail'))} / ${String(count('needs-review'))}`,
      'items pass / fail / need review',
    ],
    [
      minutes < 2 ? `${String(Math.round(minutes * 60))} s` : `${minutes.toFixed(0)} min`,
      'from start to report',
    ],
    [costOf(report), 'cost'],
  ];
  const facts: readonly (readonly [string, string | null])[] = [
    ['Objective', report.objectiveId],
    ['Branch', report.delivery?.branch ?? null],
    ['Commit', report.delivery?.commit ?? null],
    ['Base', `${report.repository} at ${report.baseCommit.slice(0, 12)}`],
    ['Stack', report.stack],
    ['Model', report.modelLabel],
    ['Sandbox', report.sandbox ?? 'not recorded'],
    ['Reason', report.reason],
    ['Time', `${report.startedAt} to ${report.writtenAt}`],
  ];
  return html`<h1>${report.objective}</h1>
    <div class="cards">
      ${cards.map(([value, name]) => html`<div class="card"><b>${value}</b><span>${name}</span></div>`)}
    </div>
    <dl class="facts">
      ${facts.map(([name, value]) =>
        value === null
          ? ''
          : html`<dt>${name}</dt>
              <dd>${value}</dd>`,
      )}
    </dl>`;
}

function renderEscalations({ decisions, openEscalations, audit }: Report): Html {
  if (decisions.length === 0 && openEscalations.length === 0) return html`<p>Nobody had to be asked.</p>`;
  return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Question</th>
            <th>Why</th>
            <th>Decision</th>
            <th>By</th>
            <th>At</th>
          </tr>
        </thead>
        <tbody>
          ${decisions.map(
            (row) =>
              html`<tr>
                <td><code>${row.escalationId}</code></td>
                <td>${row.trigger ?? ''}</td>
                <td>
                  <b>${row.decision}</b>${row.assignee === null ? '' : ` to ${mention(row.assignee)}`}
                  ${row.guidance ?? ''}
                </td>
                <td>${row.by} (${channelOf(row)})</td>
                <td>${row.decidedAt}</td>
              </tr>`,
          )}
          ${openEscalations.map(
            (row) =>
              html`<tr>
                <td><code>${row.id}</code> ${row.question}</td>
                <td>${row.trigger}</td>
                <td class="needs-review">open</td>
                <td></td>
                <td>${row.raisedAt}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${audit === undefined ? '' : html`<p>Audit log: line ${audit.seq}, head <code>${audit.hash}</code>.</p>`}`;
}

function renderCost(report: Report): Html {
  const roles = sumLedger(report.ledger, (row) => mention(row.role));
  const note =
    report.model.kind === 'offline' ? 'The offline model charges nothing; its tokens are estimates.' : '';
  return html`<p>${costOf(report)} in ${report.usage.requests} requests. ${note}</p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Role</th>
            <th class="number">Requests</th>
            <th class="number">Tokens in</th>
            <th class="number">Tokens out</th>
            <th class="number">USD</th>
          </tr>
        </thead>
        <tbody>
          ${[...roles].map(
            ([role, usage]) =>
              html`<tr>
                <td>${role}</td>
                <td class="number">${usage.requests}</td>
                <td class="number">${usage.input + usage.cacheRead + usage.cacheWrite}</td>
                <td class="number">${usage.output}</td>
                <td class="number">${usage.usd === null ? '' : usage.usd.toFixed(4)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function renderLimitations({ knownLimitations }: Report): Html {
  if (knownLimitations.length === 0) return html`<p>None was written down.</p>`;
  return html`<ul>
    ${knownLimitations.map(
      ({ taskId, text }) => html`<li>${taskId === null ? '' : html`<code>${taskId}</code> `}${text}</li>`,
    )}
  </ul>`;
}

function renderUnchecked({ gate }: Report): Html {
  const rows = (gate?.items ?? []).filter(
    ({ verdict }) => verdict === 'needs-review' || verdict === 'not-applicable',
  );
  if (rows.length === 0) return html`<p>Every item was decided.</p>`;
  return html`<ul>
    ${rows.map(
      (row) =>
        html`<li><b>${row.slug}</b>: <span class="${row.verdict}">${row.verdict}</span>, ${row.note}</li>`,
    )}
  </ul>`;
}

function costOf({ usage, model }: Report): string {
  if (model.kind === 'offline') return 'no charge';
  return usage.usd === null ? 'no price known' : `${usage.usd.toFixed(2)} USD`;
}
