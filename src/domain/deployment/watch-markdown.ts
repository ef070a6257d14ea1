import { markdownInstant, markdownText } from '../common/markdown-text';
import { questionMarkdown, signalMarkdown } from '../escalation/question-markdown';
import type { WatchStatus } from './watch-status';

/** A watch over a deployment as current details in the Web UI. @param workflowId of the watch, to be answered under */
export function watchMarkdown(workflowId: string, status: WatchStatus): string {
  const { state, startedAt, now, objectiveId, escalations } = status;
  return [
    `State: **${state}** · of ${objectiveId} · begun ${markdownInstant(startedAt)} · last change ${markdownInstant(now)}`,
    deployed(status),
    ...checksTable(status),
    ...escalations.map((escalation) => questionMarkdown(workflowId, escalation)),
  ].join('\n\n');
}

function deployed({ deployment, objectiveId, commit, watchedUntil, rounds }: WatchStatus): string {
  if (deployment !== null) {
    const until = watchedUntil === null ? '' : `, watched until ${markdownInstant(watchedUntil)}`;
    return `\`${deployment.commit.slice(0, 12)}\` in ${markdownText(deployment.environment)}${until}; ${String(rounds)} rounds.`;
  }
  const payload = { environment: '', commit: commit.slice(0, 12), deployedAt: '', by: '' };
  return [
    `Nobody has reported a deployment of \`${commit.slice(0, 12)}\` yet. ${signalMarkdown('reportDeployment', payload)}`,
    `Or on a terminal: \`backend-coordinator deployed ${objectiveId} --environment production\``,
  ].join('\n\n');
}

function checksTable({ checks }: WatchStatus): string[] {
  if (checks.length === 0) return [];
  const rows = checks.map((row) => {
    const verdict = row.accepted ? 'accepted' : (row.last?.verdict ?? '');
    return `| ${[row.name, verdict, row.last?.value ?? '', row.worst ?? '', row.breaches, row.unanswered].map((cell) => markdownText(String(cell))).join(' | ')} |`;
  });
  const head = [
    '| check | last | value | worst | breaches | unanswered |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  return [[...head, ...rows].join('\n')];
}
