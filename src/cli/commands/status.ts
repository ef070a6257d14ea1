import type { CallForm } from '../../config/call-form';
import type { ObjectiveSummary } from '../../client/objective-summary';
import { exitCodeOf } from '../../domain/common/exit-codes';
import { isDeploymentWatchId } from '../../domain/deployment/deployment-watch';
import { objectiveOrWatchArgument } from '../argument';
import type { Command } from '../command';
import { asOfNow } from '../live/as-of-now';
import { describeCost } from '../live/outcome';
import { describeEscalation, describeReviews } from '../live/questions';
import { renderTree } from '../live/render-tree';
import { plain } from '../live/text';
import { showWatch } from '../show-watch';
import { withObjective } from '../session';

export const status: Command = {
  name: 'status',
  args: '<id>',
  summary: 'show where an objective stands',
  options: [],
  run: async (context, args) => {
    const objectiveId = objectiveOrWatchArgument(args);
    if (isDeploymentWatchId(objectiveId)) return showWatch(context, objectiveId);
    const { terminal, call } = context;
    await withObjective(context, objectiveId, async ({ department, server }) => {
      const answer = await department.status(objectiveId);
      if (answer.kind === 'recorded') {
        terminal.say(describeSummary(answer.summary, call));
        terminal.emit({ live: false, ...answer.summary });
        return;
      }
      const snapshot = answer.status;
      const uiUrl = server.workflowUrl(objectiveId);
      const { paint } = terminal;
      terminal.say(renderTree(asOfNow(snapshot), { columns: terminal.columns(), paint, uiUrl, call }));
      for (const escalation of snapshot.escalations) {
        terminal.say('');
        terminal.say(describeEscalation(objectiveId, escalation, call));
      }
      const reviews = describeReviews(snapshot, call);
      if (reviews.length > 0) terminal.say('');
      for (const line of reviews) terminal.say(line);
      for (const decision of snapshot.decisions) {
        terminal.say(
          `decided: ${decision.escalationId} ${decision.decision} by ${plain(decision.by)} (${decision.channel})`,
        );
      }
      for (const message of snapshot.ignored) {
        terminal.say(`ignored: ${plain(message.name)} at ${message.at}: ${plain(message.reason)}`);
      }
      const { forecast } = snapshot;
      if (forecast) terminal.say(`forecast: done at ${forecast.finishAt}`);
      terminal.say(`cost: ${describeCost(snapshot)}`);
      terminal.emit({ live: true, ...snapshot });
    });
    return exitCodeOf('delivered');
  },
};

function describeSummary(summary: ObjectiveSummary, call: CallForm): string {
  return [
    `${summary.objectiveId}  ${summary.state ?? (summary.open ? 'open' : 'closed')}`,
    `  objective  ${plain(summary.objective)}`,
    `  repository ${summary.repository} at ${summary.base}`,
    `  model      ${summary.model}`,
    `  started    ${summary.startedAt}`,
    `No worker is up, so this is all there is to see; \`${call(`attach ${summary.objectiveId}`)}\` brings one.`,
  ].join('\n');
}
