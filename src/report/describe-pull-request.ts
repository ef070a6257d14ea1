import { withoutReferences } from '../domain/pull-request/forge-references';
import { GATE_SECTIONS } from '../domain/quality-gate/gate-items';
import type { Report, ReportGate } from '../domain/objective/report';
import { code, escapeExcerpt, escapeMarkdown } from './escape-markdown';
import { renderDatabaseChanges } from './render-coordination';
import { renderMarkdown } from './render-markdown';

const MOST_TITLE_CHARACTERS = 120;

/**
 * A delivered objective as a pull request: the checklist, the receipts and what a migration needs first, the whole report
 * below. The forge cuts it where it takes no more.
 */
export function describePullRequest(
  report: Report,
  /** Absolute path of the whole report. */
  path: string,
): { readonly title: string; readonly body: string } {
  const head = [
    `Built by the backend coordinator: ${code(report.objectiveId)}. The whole report is ${code(path)} on the machine that ran it.`,
    renderChecklist(report.gate),
    renderReceipts(report.gate),
    renderRollout(report),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
  return {
    title: titleOf(report.objective),
    body: partReferences(`${head}\n\n---\n\n${renderMarkdown(report)}`),
  };
}

/**
 * Forges look for `@name`, `#1` and `GH-1` in what Markdown has become, where `&#64;` is an `@` again; a zero-width space
 * after it keeps them from mentioning people and closing issues.
 */
function partReferences(markdown: string): string {
  return markdown.replace(/&#(?:64|35);|\bGH-(?=\d)/gi, '$&\u200b');
}

/** The first line of the objective. Titles are plain text, in which `@` still mentions and `#` still refers. */
function titleOf(objective: string): string {
  const line = objective
    .trim()
    .split(/\r?\n/)[0]
    ?.replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ')
    .trim();
  const title = line === undefined || line === '' ? 'A backend objective' : withoutReferences(line);
  const points = [...title];
  return points.length <= MOST_TITLE_CHARACTERS
    ? title
    : `${points.slice(0, MOST_TITLE_CHARACTERS - 1).join('')}…`;
}

function renderChecklist(gate: ReportGate | null): string {
  if (gate === null) return '## Checklist\n\nThe gate did not run.';
  const lines = GATE_SECTIONS.flatMap(({ section, title }) => [
    `\n**${escapeMarkdown(title)}**\n`,
    ...gate.items
      .filter((item) => item.section === section)
      .map((item) => {
        const done = item.verdict === 'pass' || item.verdict === 'not-applicable';
        const how = item.verdict === 'pass' ? '' : ` (${item.verdict})`;
        return `- [${done ? 'x' : ' '}] ${String(item.item)}. ${escapeMarkdown(item.demand)}${how}`;
      }),
  ]);
  return `## Checklist\n${lines.join('\n')}`;
}

function renderReceipts(gate: ReportGate | null): string {
  if (gate === null) return '';
  const receipts = gate.items.flatMap((item) => item.receipts ?? []);
  const checkers = new Set(gate.items.flatMap((item) => item.checker ?? []));
  return [
    '## Receipts',
    '',
    `${String(receipts.length)} receipts by ${String(checkers.size)} checkers are bound to the tree ${code(gate.tree)}; ` +
      `they are git notes under ${code('refs/notes/coordinator')} of the repository that was built in (${code('verify-receipts')} checks them).`,
    ...gate.preconditions.map(
      (row) => `- ${escapeMarkdown(row.subject)}: **${row.verdict}** ${escapeExcerpt(row.note, 200)}`,
    ),
  ].join('\n');
}

function renderRollout(report: Report): string {
  const changes = renderDatabaseChanges(report);
  return changes === '' ? '## Migration and rollout\n\nNo schema change.' : changes;
}
