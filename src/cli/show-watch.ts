import { describeEscalation } from './live/questions';
import { pad, plain } from './live/text';
import { exitCodeOf, type ExitCode } from '../domain/common/exit-codes';
import type { WatchTally, WatchStatus } from '../domain/deployment/watch-status';
import type { WatchSummary } from '../client/watch-client';
import type { CommandContext } from './command';
import { withObjective } from './session';

/** Prints where the watch over a deployment stands. */
export async function showWatch(context: CommandContext, watchId: string): Promise<ExitCode> {
  const { terminal, call } = context;
  await withObjective(context, watchId, async ({ department, server }) => {
    const { status, summary } = await department.watch(watchId);
    if (status === null) {
      terminal.say(describeSummary(summary));
      terminal.say(`No worker is up, so this is all there is to see; \`${call('worker')}\` brings one.`);
      terminal.emit({ live: false, ...summary });
      return;
    }
    terminal.say(describeStatus(watchId, status).join('\n'));
    const url = server.workflowUrl(watchId);
    if (url !== null) terminal.say(`Web UI  ${url}`);
    if (status.state === 'awaiting-deployment') {
      const report = call(`deployed ${status.objectiveId} --environment <name>`);
      terminal.say(`Say when it is deployed: ${report}`);
    }
    for (const escalation of status.escalations) terminal.say(describeEscalation(watchId, escalation, call));
    terminal.emit({ live: true, ...status });
  });
  return exitCodeOf('delivered');
}

function describeSummary(summary: WatchSummary): string {
  return [
    `${summary.watchId}  ${summary.state ?? (summary.open ? 'open' : 'closed')}`,
    `  repository ${plain(summary.repository)}`,
    `  delivered  ${summary.commit} on ${plain(summary.branch)}`,
    `  started    ${summary.startedAt}`,
  ].join('\n');
}

function describeStatus(watchId: string, status: WatchStatus): readonly string[] {
  const { deployment } = status;
  return [
    `${watchId}  ${status.state}`,
    `  delivered  ${status.commit} on ${plain(status.branch)}`,
    ...(deployment === null
      ? []
      : [
          `  deployed   ${deployment.commit} in ${plain(deployment.environment)} at ${deployment.deployedAt}, says ${plain(deployment.by)}`,
          `  watched    ${status.watchedFrom ?? ''} to ${status.watchedUntil ?? ''}, ${String(status.rounds)} rounds so far`,
        ]),
    ...status.checks.map(describeCheck),
    ...status.decisions.map(
      (row) => `decided: ${row.escalationId} ${row.decision} by ${plain(row.by)} (${row.channel})`,
    ),
    ...status.ignored.map((row) => `ignored: ${plain(row.name)} at ${row.at}: ${plain(row.reason)}`),
  ];
}

function describeCheck(check: WatchTally): string {
  const last = check.accepted ? 'accepted, not asked any more' : plain(check.last?.text ?? 'not asked yet');
  const counts = `beyond its limit ${String(check.breaches)} and unanswered ${String(check.unanswered)} of ${String(check.asked)} times`;
  return `  ${pad(check.name, 24)} ${last}; worst ${check.worst === null ? 'none' : String(check.worst)}; ${counts}`;
}
