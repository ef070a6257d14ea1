import type { Activities } from '../../activities/contract';
import { MESSAGES } from '../../src/domain/objective/messages';
import { notificationsWorkflowId } from '../../src/domain/notification/news';
import { greenGate, redGate, smoothActivities, until, type Objective } from '../support/department';
import { planTask } from '../support/plans';
import type { Scenario } from './scenario';

const E1 = 'backend-T001-E1';

/** One task that stays red, and a worker that tells people over two channels. */
function telling(): Activities {
  const tasks = [planTask({ id: 'backend-T001' })];
  const smooth = smoothActivities(tasks);
  const red = redGate({ subject: 'tests', excerpt: 'not ok 7' });
  return smoothActivities(tasks, {
    surveyRepository: async (input) => ({ ...(await smooth.surveyRepository(input)), notifies: true }),
    gateCommit: ({ scope }) => Promise.resolve(scope === 'task' ? red : greenGate()),
    listChannels: () => Promise.resolve({ channels: ['webhook:ops', 'email'] }),
  });
}

async function abort({ handle, status }: Objective): Promise<void> {
  await until(status, (seen) => seen.escalations.length > 0);
  await handle.signal(MESSAGES.resolveEscalation, { escalationId: E1, decision: 'abort', by: 'ada' });
}

/** An objective that tells people, and the workflow that does it. */
export const TELLING_SCENARIOS: readonly Scenario[] = [
  {
    name: 'tells-people',
    activities: telling,
    drive: abort,
    change: {
      from: 'startAbandoned)(news_1.NOTIFICATIONS_WORKFLOW, {',
      to: "startAbandoned)('messengerWorkflow', {",
    },
  },
  {
    name: 'notifications',
    activities: telling,
    drive: abort,
    workflow: notificationsWorkflowId,
    change: {
      from: 'telling.listChannels.executeWithOptions',
      to: 'telling.channels.executeWithOptions',
    },
  },
];
