import { awaitedContracts } from '../contract/contract-status';
import { markdownInstant, markdownText } from '../common/markdown-text';
import { planMarkdown } from '../plan/plan-markdown';
import { questionMarkdown, signalMarkdown } from '../escalation/question-markdown';
import type { ObjectiveStatus } from './status';
import type { Usage } from '../usage/usage';

/** Messages that could not be used, newest first; a signal from the Web UI gets no other answer. */
const IGNORED_SHOWN = 3;

/**
 * An objective as current details in the Web UI: where it stands and since when, what it cost, what waits for a human and
 * how to answer, what was ignored, then every task.
 */
export function objectiveMarkdown(status: ObjectiveStatus): string {
  const { objectiveId, escalations, tasks } = status;
  return [
    headline(status),
    costLine(status),
    ...endLines(status),
    ...escalations.map((escalation) => questionMarkdown(objectiveId, escalation)),
    ...awaitedContracts(tasks).map((name) => contractLines(status, name)),
    ...approvalLines(status),
    ...(status.state === 'paused'
      ? [`Nothing new starts while it is paused. ${signalMarkdown('resume', { by: '' })}`]
      : []),
    ...(status.wall?.until === undefined
      ? []
      : [
          `The provider wants no calls until ${markdownInstant(status.wall.until)}: ${markdownText(status.wall.reason)}`,
        ]),
    ...ignoredLines(status),
    planMarkdown(tasks),
  ].join('\n\n');
}

function headline({ state, startedAt, now, tasks }: ObjectiveStatus): string {
  const done = tasks.filter((task) => task.state === 'merged' || task.state === 'waived').length;
  return [
    `State: **${state}**`,
    ...(tasks.length === 0 ? [] : [`${String(done)} of ${String(tasks.length)} tasks merged`]),
    `started ${markdownInstant(startedAt)}`,
    `last change ${markdownInstant(now)}`,
  ].join(' · ');
}

function costLine({ usage, model, budgetUsd, reservedUsd }: ObjectiveStatus): string {
  if (model.kind === 'offline') return `Cost: ${tokens(usage)}, estimates of the offline model; no charge`;
  const spent = `${(usage.usd ?? 0).toFixed(2)} USD`;
  return [
    `Cost: ${budgetUsd === null ? `${spent}, no budget set` : `${spent} of ${budgetUsd.toFixed(2)} USD`}`,
    ...(reservedUsd === undefined || reservedUsd === 0
      ? []
      : [`${reservedUsd.toFixed(2)} USD held for what runs now`]),
    tokens(usage),
  ].join(' · ');
}

function tokens({ input, cacheRead, cacheWrite, output, requests }: Usage): string {
  return `${String(input + cacheRead + cacheWrite)} tokens in, ${String(output)} out, ${String(requests)} requests`;
}

function endLines({ outcome, reason, delivery }: ObjectiveStatus): string[] {
  const said = outcome === null ? [] : [`Outcome: **${outcome}**`];
  if (reason !== null) said.push(markdownText(reason));
  if (delivery !== null) said.push(`branch \`${delivery.branch}\` at \`${delivery.commit.slice(0, 12)}\``);
  return said.length === 0 ? [] : [said.join(' · ')];
}

function contractLines({ objectiveId, reviewers }: ObjectiveStatus, contract: string): string {
  return [
    `### Contract ${contract} waits to be reviewed${keptFor(reviewers?.contract)}`,
    `- approve: ${signalMarkdown('reviewContract', { contract, decision: 'approve', by: '' })}`,
    `- request changes: ${signalMarkdown('reviewContract', { contract, decision: 'request-changes', comments: [''], by: '' })}`,
    `Or on a terminal: \`backend-coordinator contract ${objectiveId} ${contract} --approve\``,
  ].join('\n\n');
}

/** After what waits: whom it is for. */
const keptFor = (who: string | undefined): string => (who === undefined ? '' : `, for ${markdownText(who)}`);

function approvalLines({ objectiveId, state, plan, reviewers }: ObjectiveStatus): string[] {
  if (state !== 'awaiting-approval' || plan === null) return [];
  const baseVersion = plan.version;
  return [
    [
      `### The plan waits for approval${keptFor(reviewers?.plan)}`,
      `- approve: ${signalMarkdown('reviewPlan', { decision: 'approve', baseVersion, by: '' })}`,
      `- reject: ${signalMarkdown('reviewPlan', { decision: 'reject', baseVersion, comment: '', by: '' })}`,
      `Or on a terminal: \`backend-coordinator plan ${objectiveId} approve\``,
    ].join('\n\n'),
  ];
}

function ignoredLines({ ignored }: ObjectiveStatus): string[] {
  if (ignored.length === 0) return [];
  const rows = ignored
    .slice(-IGNORED_SHOWN)
    .reverse()
    .map(({ at, name, reason }) => `- ${markdownInstant(at)} \`${code(name)}\`: ${markdownText(reason)}`);
  return [['**Ignored, nothing was changed by it:**', ...rows].join('\n')];
}

/** A name somebody sent, inside backticks. */
function code(name: string): string {
  return name.replace(/[`\s]+/g, ' ').slice(0, 80);
}
