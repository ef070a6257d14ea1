import { GATE_SECTIONS } from '../domain/quality-gate/gate-items';
import { sumLedger } from '../domain/usage/ledger';
import { mention } from '../domain/department/specialists';
import type { Outcome } from '../domain/department/states';
import type { Report } from '../domain/objective/report';
import { channelOf } from './channel-of';
import { code, escapeExcerpt, escapeMarkdown, table } from './escape-markdown';
import { renderContext } from './render-context';
import { renderContracts, renderDatabaseChanges } from './render-coordination';

const TITLES: Readonly<Record<Outcome, string>> = {
  delivered: 'Delivered',
  'delivered-with-waivers': 'Delivered with waivers',
  rejected: 'Rejected: the plan was not approved',
  red: 'Red: the quality gate did not pass',
  aborted: 'Aborted',
  cancelled: 'Cancelled',
};

/** The report for people, fit for the description of a pull request. */
export function renderMarkdown(report: Report): string {
  const sections = [
    `# ${escapeExcerpt(report.objective, 120)}`,
    renderSummary(report),
    renderObjective(report),
    renderPlan(report),
    renderWork(report),
    renderContext(report),
    renderGate(report),
    renderContracts(report),
    renderDatabaseChanges(report),
    renderQuestions(report),
    renderMetrics(report),
    renderLimitations(report),
    renderCost(report),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function renderSummary(report: Report): string {
  const outcome = report.outcome === null ? `In progress (${report.state})` : TITLES[report.outcome];
  const rows: (readonly [string, string | null])[] = [
    ['Outcome', outcome],
    ['Reason', report.reason === null ? null : escapeExcerpt(report.reason, 500)],
    ['Objective id', code(report.objectiveId)],
    ['Branch', report.delivery === null ? null : code(report.delivery.branch)],
    ['Commit', report.delivery === null ? null : code(report.delivery.commit)],
    ['Base', `${escapeExcerpt(report.repository, 300)} at ${code(report.baseCommit.slice(0, 12))}`],
    ['Stack', report.stack === null ? null : escapeExcerpt(report.stack, 300)],
    ['Model', escapeMarkdown(report.modelLabel)],
    ['Sandbox', report.sandbox === null ? 'not recorded' : escapeExcerpt(report.sandbox, 300)],
    ['Time', `${report.startedAt} to ${report.writtenAt}`],
  ];
  return table(
    ['', ''],
    rows.flatMap(([name, value]) => (value === null ? [] : [[`**${name}**`, value]])),
  );
}

function renderObjective(report: Report): string {
  const lines = report.objective.trim().split(/\r?\n/).slice(0, 60);
  return ['## What was asked', '', ...lines.map((line) => `> ${escapeExcerpt(line, 1000)}`)].join('\n');
}

function renderPlan(report: Report): string {
  if (report.tasks.length === 0) return '## Plan\n\nThere was no plan.';
  const rows = report.tasks.map((task) => [
    String(task.group),
    `${code(task.id)} ${escapeExcerpt(task.title, 120)}`,
    code(mention(task.specialist)),
    task.dependsOn.map(code).join(' '),
    task.state,
  ]);
  return `## Plan\n\n${table(['Group', 'Task', 'Specialist', 'After', 'State'], rows)}`;
}

function renderWork(report: Report): string {
  const worked = report.tasks.filter((task) => task.attempts.length > 0);
  if (worked.length === 0) return '';
  const rows = worked.flatMap((task) =>
    task.attempts.map((attempt) => [
      code(`${task.id}/${String(attempt.number)}`),
      `L${String(attempt.level)}`,
      code(mention(attempt.specialist)),
      attempt.outcome,
      escapeExcerpt(attempt.because, 200),
      escapeExcerpt(attempt.summary, 300),
    ]),
  );
  const header = ['Attempt', 'Level', 'Specialist', 'Outcome', 'Because', 'Summary'];
  return `## Work\n\n${table(header, rows)}`;
}

function renderGate(report: Report): string {
  const { gate } = report;
  if (gate === null) return '## Quality gate\n\nThe gate did not run.';
  const counts = Object.entries(
    gate.items.reduce<Record<string, number>>(
      (sum, item) => ({ ...sum, [item.verdict]: (sum[item.verdict] ?? 0) + 1 }),
      {},
    ),
  ).map(([verdict, count]) => `${String(count)} ${verdict}`);
  const preconditions = gate.preconditions.map((row) => [
    row.subject,
    `**${row.verdict}**`,
    escapeExcerpt(row.note, 300),
    row.checker === null ? '' : escapeExcerpt(row.checker, 100),
  ]);
  const items = gate.items.map((row) => [
    String(row.item),
    escapeMarkdown(GATE_SECTIONS.find((section) => section.section === row.section)?.title ?? row.section),
    `${code(row.slug)} ${escapeMarkdown(row.demand)}`,
    `**${row.verdict}**`,
    escapeExcerpt(row.note, 300),
  ]);
  return [
    `## Quality gate: ${gate.green ? 'green' : 'red'}`,
    '',
    `Tree ${code(gate.tree)}. ${counts.join(', ')}.`,
    '',
    table(['Precondition', 'Verdict', 'Note', 'Checked by'], preconditions),
    '',
    table(['#', 'Section', 'Item', 'Verdict', 'Note'], items),
  ].join('\n');
}

function renderQuestions(report: Report): string {
  if (report.decisions.length === 0 && report.openEscalations.length === 0) {
    return '## Escalations\n\nNobody had to be asked.';
  }
  const rows = [
    ...report.decisions.map((decision) => [
      code(decision.escalationId),
      decision.trigger === undefined ? '' : code(decision.trigger),
      `**${decision.decision}**${decision.assignee === null ? '' : ` to ${code(mention(decision.assignee))}`}`,
      `${escapeExcerpt(decision.by, 100)} (${channelOf(decision)})`,
      decision.decidedAt,
      decision.guidance === null ? '' : escapeExcerpt(decision.guidance, 500),
    ]),
    ...report.openEscalations.map((escalation) => [
      code(escalation.id),
      code(escalation.trigger),
      'open',
      '',
      escalation.raisedAt,
      escapeExcerpt(escalation.question, 500),
    ]),
  ];
  return `## Escalations\n\n${table(['Question', 'Trigger', 'Decision', 'By', 'At', 'Words'], rows)}${auditText(report)}`;
}

function auditText({ audit }: Report): string {
  return audit === undefined ? '' : `\n\nAudit log: line ${audit.seq}, head ${code(audit.hash)}.`;
}

function renderMetrics(report: Report): string {
  const rows = report.metrics.map((metric) => [
    code(metric.name),
    metric.value === null ? 'no data' : String(Math.round(metric.value * 1000) / 1000),
    metric.value === null ? '' : metric.unit,
  ]);
  return `## Metrics\n\n${table(['Metric', 'Value', 'Unit'], rows)}`;
}

function renderLimitations(report: Report): string {
  const unchecked = report.gate?.items.filter((item) => item.checker === null).length ?? 0;
  const lines = [
    ...report.knownLimitations.map(
      ({ taskId, text }) => `- ${taskId === null ? '' : `${code(taskId)}: `}${escapeExcerpt(text, 500)}`,
    ),
    ...(unchecked === 0
      ? []
      : [`- ${String(unchecked)} gate items have no checker yet and need a reviewer's eye.`]),
    ...report.ignored.map(
      (message) => `- Ignored message ${code(message.name)}: ${escapeExcerpt(message.reason, 300)}`,
    ),
  ];
  return `## Known limitations\n\n${lines.length === 0 ? 'None was written down.' : lines.join('\n')}`;
}

function renderCost(report: Report): string {
  const { usage } = report;
  const estimates = report.model.kind === 'offline';
  const money = estimates
    ? 'no charge'
    : usage.usd === null
      ? 'no price known'
      : `${usage.usd.toFixed(4)} USD`;
  const budget = report.budgetUsd === null ? 'no limit' : `${report.budgetUsd.toFixed(2)} USD`;
  const rows = [
    [
      String(usage.requests),
      String(usage.input),
      String(usage.cacheRead),
      String(usage.cacheWrite),
      String(usage.output),
      money,
      budget,
    ],
  ];
  const note = estimates ? '\n\nToken figures are estimates of the offline model.' : '';
  const shares = renderShares(report);
  return `## Cost\n\n${table(['Requests', 'Input', 'Cache read', 'Cache write', 'Output', 'Cost', 'Budget'], rows)}${note}${shares === '' ? '' : `\n\n${shares}`}`;
}

/** The ledger by role, task and level. */
function renderShares({ ledger }: Report): string {
  const parts = [
    ['Role', sumLedger(ledger, (row) => mention(row.role))],
    ['Task', sumLedger(ledger, (row) => row.subject)],
    ['Level', sumLedger(ledger, (row) => `L${String(row.level)}`)],
  ] as const;
  return parts
    .filter(([, sums]) => sums.size > 0)
    .map(([name, sums]) =>
      table(
        [name, 'Requests', 'Tokens in', 'Tokens out', 'USD'],
        [...sums].map(([key, usage]) => [
          code(key),
          String(usage.requests),
          String(usage.input + usage.cacheRead + usage.cacheWrite),
          String(usage.output),
          usage.usd === null ? '' : usage.usd.toFixed(4),
        ]),
      ),
    )
    .join('\n\n');
}
