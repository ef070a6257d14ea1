import { exitCodeOf, type ExitCode } from '../../domain/common/exit-codes';
import type { Outcome } from '../../domain/department/states';
import type { ObjectiveResult, ObjectiveStatus } from '../../domain/objective/status';
import { modelLabel } from '../../domain/usage/model-label';
import { formatDuration, plain } from './text';

/** How a closed objective ends the command that waited for it. */
export function outcomeExit(outcome: Outcome): ExitCode {
  switch (outcome) {
    case 'delivered':
    case 'delivered-with-waivers':
      return exitCodeOf('delivered');
    case 'rejected':
    case 'red':
    case 'aborted':
    case 'cancelled':
      return exitCodeOf('not-delivered');
  }
}

const HEADLINES: Readonly<Record<Outcome, string>> = {
  delivered: 'Delivered.',
  'delivered-with-waivers': 'Delivered, with items a human accepted as they are.',
  rejected: 'Not delivered: the plan was rejected.',
  red: 'Not delivered: the quality gate is red.',
  aborted: 'Not delivered: aborted.',
  cancelled: 'Not delivered: cancelled.',
};

/** The last words on an objective: how it ended and where everything is. */
export function describeEnd(result: ObjectiveResult, status: ObjectiveStatus | null): string {
  const rows: (readonly [string, string | null])[] = [
    ['objective', result.objectiveId],
    ['reason', result.reason === null ? null : plain(result.reason)],
    ['repository', status?.delivery?.repository ?? null],
    ['branch', result.branch],
    ['commit', result.commit],
    ['report', result.report],
    ['as a page', result.report === null ? null : pageOf(result.report)],
    ['pull req.', result.pullRequest ?? status?.delivery?.pullRequest?.url ?? null],
    ['note', noteOf(status)],
    ['model', status === null ? null : modelLabel(status.model)],
    ['sandbox', status?.sandbox ?? null],
    ['cost', status === null ? null : describeCost(status)],
    ['took', status === null ? null : formatDuration(Date.parse(status.now) - Date.parse(status.startedAt))],
  ];
  return [
    HEADLINES[result.outcome],
    ...rows.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(10)} ${value}`])),
  ].join('\n');
}

/** The page that is written beside the Markdown of a report; null for what is no such path. */
export function pageOf(markdown: string): string | null {
  return markdown.endsWith('.md') ? `${markdown.slice(0, -'.md'.length)}.html` : null;
}

function noteOf(status: ObjectiveStatus | null): string | null {
  const note = status?.delivery?.pullRequestNote;
  return note === undefined ? null : plain(note);
}

/** Tokens, and money where the model has a price. */
export function describeCost(status: Pick<ObjectiveStatus, 'usage' | 'model'>): string {
  const { usage } = status;
  const tokens = `${String(usage.input + usage.cacheRead + usage.cacheWrite)} tokens in, ${String(usage.output)} out, ${String(usage.requests)} requests`;
  if (status.model.kind === 'offline') return `${tokens} (estimates, no charge)`;
  return usage.usd === null ? tokens : `${usage.usd.toFixed(2)} USD (${tokens})`;
}
