import { DATABASE_CHANGE_STEPS } from '../domain/database/database-change';
import type { Report, ReportDatabaseChange } from '../domain/objective/report';
import { tellingStatements } from './telling-statements';
import { code, escapeExcerpt, table } from './escape-markdown';

const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

/** API contracts: which revision is locked, who approved it, and what the test with its consumers said. */
export function renderContracts({ contracts = [] }: Report): string {
  if (contracts.length === 0) return '';
  const rows = contracts.map(({ name, path, revision, hash, state, by, comments }) => [
    `${escapeExcerpt(name, 100)}${path === null ? '' : ` (${code(path)})`}`,
    String(revision),
    hash === null ? '' : code(hash.slice(0, 12)),
    state,
    by === null ? '' : escapeExcerpt(by, 100),
    comments.map((line) => escapeExcerpt(line, 300)).join('; '),
  ]);
  return `## API contracts\n\n${table(['Contract', 'Revision', 'Hash', 'State', 'By', 'Comments'], rows)}`;
}

/** Schema changes: the six steps, what was measured, and how they are deployed and taken back. */
export function renderDatabaseChanges({ databaseChanges = [] }: Report): string {
  if (databaseChanges.length === 0) return '';
  return ['## Database changes', ...databaseChanges.map(renderChange)].join('\n\n');
}

function renderChange(change: ReportDatabaseChange): string {
  const { taskId, identifier, comesAfter = [], design, rehearsal, deployment, rollout } = change;
  const steps = DATABASE_CHANGE_STEPS.map(({ key, title }, index) => {
    const step = change.steps.find((row) => row.key === key);
    return [`${String(index + 1)}. ${title}`, step?.state ?? '', escapeExcerpt(step?.summary ?? '', 300)];
  });
  const parts = [
    `### ${code(taskId)}${identifier === null ? '' : ` · migration ${code(identifier)}`}`,
    ...(comesAfter.length === 0
      ? []
      : [
          `Merge after: ${comesAfter.map((row) => `${code(row.identifier)} of ${code(row.objectiveId)}`).join(', ')}`,
        ]),
    ...(design === null ? [] : [escapeExcerpt(design.summary, 1000)]),
    table(['Step', 'State', ''], steps),
  ];
  if (rehearsal !== null && rehearsal.statements.length > 0) {
    const { shown, left } = tellingStatements(rehearsal.statements);
    const rows = shown.map((statement) => [
      code(statement.sql.replace(/\s+/g, ' ').slice(0, 100)),
      statement.direction,
      statement.lock ?? 'none',
      ms(statement.runMs),
      ms(statement.readersBlockedMs),
      ms(statement.writersBlockedMs),
    ]);
    parts.push(
      `Measured on ${escapeExcerpt(rehearsal.server, 200)}, ${rehearsal.tables.map(({ table: name, rows: count }) => `${code(name)} ${String(count)} rows`).join(', ')}:`,
      table(['Statement', '', 'Lock', 'Ran', 'Readers waited', 'Writers waited'], rows),
      ...(left === 0 ? [] : [`${String(left)} more statements locked nothing and were shorter.`]),
    );
  }
  if (deployment !== null) {
    parts.push(
      `**Deployment** (${escapeExcerpt(deployment.window, 300)}): ${escapeExcerpt(deployment.summary, 1000)}`,
      deployment.order.map((line, index) => `${String(index + 1)}. ${escapeExcerpt(line, 500)}`).join('\n'),
      `Stop when: ${deployment.abortWhen.map((line) => escapeExcerpt(line, 300)).join('; ')}`,
    );
  }
  if (rollout !== null) {
    const rows = rollout.phases.map(({ name, entry, exit, rollback }) =>
      [name, entry, exit, rollback].map((text) => escapeExcerpt(text, 300)),
    );
    parts.push(
      `**Rollout** ${rollout.strategy}: ${rollout.reasons.map((line) => escapeExcerpt(line, 300)).join('; ')}`,
      table(['Phase', 'Begins when', 'Over when', 'Taken back by'], rows),
    );
  }
  return parts.join('\n\n');
}
