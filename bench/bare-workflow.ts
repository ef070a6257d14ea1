import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/contract';

/** What the yardstick needs to know: the same tasks, and payloads of the same size. */
export interface BareInput {
  readonly input: Parameters<Activities['surveyRepository']>[0];
  readonly tasks: readonly {
    readonly id: string;
    readonly specialist: string;
    readonly dependsOn: readonly string[];
  }[];
}

const activities = proxyActivities<Activities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** The yardstick: the same activities in the same order with no department around them. */
export async function bareWorkflow({ input, tasks }: BareInput): Promise<void> {
  const { dossier, baseCommit } = await activities.surveyRepository(input);
  const handle = { dossier };
  const planned = async (): Promise<string> => {
    const { analysis } = await activities.analyseObjective({ handle });
    const result = await activities.planObjective({ handle, analysis, refusals: [], comment: null });
    return result.outcome === 'accepted' ? result.plan : '';
  };
  const [{ report: base }, plan] = await Promise.all([
    activities.gateCommit({ handle, scope: 'base', commit: baseCommit, base: null }),
    planned(),
  ]);
  let head = baseCommit;
  let train: Promise<void> = Promise.resolve();
  const done = new Map<string, Promise<void>>();
  for (const task of tasks) {
    const build = async (): Promise<void> => {
      await Promise.all(task.dependsOn.map((id) => done.get(id) ?? Promise.resolve()));
      const taskId = task.id;
      const attempt = await activities.runAttempt({
        handle,
        plan,
        taskId,
        number: 1,
        level: 0,
        specialist: task.specialist,
        start: { kind: 'fresh', from: head },
        prompt: { kind: 'delegation' },
        transcript: null,
      });
      if (attempt.outcome !== 'handed-off') return;
      const { commit } = attempt;
      await activities.gateCommit({ handle, scope: 'task', commit, base });
      train = train.then(async () => {
        const merged = await activities.mergeTask({
          handle,
          taskId,
          commit,
          expectedHead: head,
          base,
          waived: [],
        });
        head = merged.head;
      });
      await train;
    };
    done.set(task.id, build());
  }
  await Promise.all(done.values());
  await activities.gateCommit({ handle, scope: 'objective', commit: head, base });
  await activities.deliverObjective({ handle, head });
}
