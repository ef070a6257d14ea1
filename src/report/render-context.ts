import { CONTEXT_FLAGS, type ContextAccount } from '../domain/context/context-account';
import type { Report } from '../domain/objective/report';
import { code, escapeExcerpt, table } from './escape-markdown';

/** What each task was given of the repository, what was withheld, which exceptions were made and what to look at. */
export function renderContext(report: Report): string {
  const rows = report.tasks.flatMap(({ id, context }) => (context === undefined ? [] : [{ id, context }]));
  if (rows.length === 0) return '';
  const figures = rows.map(({ id, context }) => [
    code(id),
    String(context.offered),
    String(context.filtered),
    String(context.sent),
    context.categories
      .filter((row) => row.filtered > 0)
      .map((row) => `${row.category} ${String(row.filtered)}`)
      .join(', '),
    String(context.exceptionCount),
  ]);
  const header = ['Task', 'Offered', 'Filtered', 'Sent', 'Filtered by category', 'Exceptions'];
  const notes = rows.flatMap(({ id, context }) => notesOf(context).map((note) => `- ${code(id)}: ${note}`));
  return [
    '## Context',
    '',
    'Estimated tokens of the repository, after the context rules of each role.',
    '',
    table(header, figures),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
}

function notesOf(context: ContextAccount): string[] {
  const { exceptions, exceptionCount, flags, unmaskedShell } = context;
  const more = exceptionCount - exceptions.length;
  return [
    ...(exceptions.length === 0
      ? []
      : [
          `read as exceptions: ${exceptions
            .map(({ path, reason }) => `${escapeExcerpt(path, 120)} (${reason})`)
            .join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`,
        ]),
    ...flags.map(({ flag, times }) => {
      const words = CONTEXT_FLAGS.find(([known]) => known === flag)?.[1] ?? flag;
      return `**flagged**: ${words}${times > 1 ? ` (${String(times)} times)` : ''}`;
    }),
    ...(unmaskedShell
      ? [
          'its shell ran without a sandbox: files were not masked, its output was filtered line by line as well as can be',
        ]
      : []),
  ];
}
