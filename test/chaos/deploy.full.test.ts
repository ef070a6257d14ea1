// Needs Temporal and git: real worker processes, stopped as a deploy stops them.
import { MESSAGES, QUERIES } from '../../src/domain/objective/messages';
import { ObjectiveStatus } from '../../src/domain/objective/status';
import { turnOf } from '../support/provider-stub';
import { scriptedAnswer, STEPS, TASKS } from './scripted-department';
import { openStage, pause, type Stage } from './stage';

const RUN_TIMEOUT_MS = 300_000;

let stage: Stage;
beforeEach(async () => {
  stage = await openStage(scriptedAnswer);
  await stage.startServer();
});
afterEach(() => stage.dispose());

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; round < 6_000; round++) {
    if (await condition()) return;
    await pause(20);
  }
  throw new Error('It did not come to that');
}

test(
  'SIGTERM of a worker hands its attempts to the next one: nobody counts as cancelled, no turn is paid twice',
  async () => {
    const first = await stage.startWorker('stopped');
    const { handle, close } = await stage.startObjective('objective-deploy-00000000');
    await until(() => stage.stub.requests.length >= 8);
    await first.terminate();
    const second = await stage.startWorker();
    await handle.result();
    const status = ObjectiveStatus.parse(await handle.query(QUERIES.objectiveStatus));
    expect(status.outcome).toBe('delivered');
    expect(status.tasks.map(({ level, attempts }) => [level, attempts.length])).toEqual(
      TASKS.map(() => [0, 1]),
    );
    const keys = stage.stub.requests.map((request) => JSON.stringify([turnOf(request), request.messages]));
    const again = keys.length - new Set(keys).size;
    // What was in flight at the moment of the stop, at most one call for each task.
    expect(again).toBeLessThanOrEqual(TASKS.length);
    await close();
    await second.kill();
  },
  RUN_TIMEOUT_MS,
);

test(
  'a budget stops parallel tasks at the cap with at most a call in flight each; raised, they go on where they were',
  async () => {
    // 1,000 tokens in and 100 out of Sonnet cost 0.003 USD a call at the list prices of 2026-10-07.
    const call = 0.003;
    const cap = 0.05;
    const worker = await stage.startWorker();
    const { handle, close } = await stage.startObjective('objective-budget-00000000', {
      budgetUsd: cap,
      maxParallel: 3,
    });
    const status = async () => ObjectiveStatus.parse(await handle.query(QUERIES.objectiveStatus));
    await until(async () => (await status()).escalations.some((row) => row.trigger === 'budget-exhausted'));
    const stopped = await status();
    const asked = stage.stub.requests.length;
    expect(asked * call).toBeLessThanOrEqual(cap + TASKS.length * call);
    expect(stopped.usage.requests).toBe(asked);
    await pause(1_500);
    expect(stage.stub.requests.length).toBe(asked);
    await handle.executeUpdate(MESSAGES.setBudget, { args: [{ usd: 20, by: 'ada' }] });
    await handle.result();
    const end = await status();
    expect(end.outcome).toBe('delivered');
    expect(end.tasks.map(({ level, attempts }) => [level, attempts.length])).toEqual(TASKS.map(() => [0, 1]));
    // Analysis and plan, the attempts, two reviewers and the last comparison: nothing was asked twice on the way.
    expect(stage.stub.requests).toHaveLength(2 + TASKS.length * (STEPS + 1) + 3);
    expect(end.usage.requests).toBe(stage.stub.requests.length);
    await close();
    await worker.kill();
  },
  RUN_TIMEOUT_MS,
);
