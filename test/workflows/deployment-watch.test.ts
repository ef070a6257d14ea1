// Needs Temporal (a real dev server); the checks behind the watch are scripted.
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createDepartmentClient } from '../../src/client/department-client';
import { createTemporalGateway } from '../../src/client/temporal-gateway';
import { DecisionRules } from '../../src/domain/escalation/decision-rules';
import { deploymentWatchId, type DeploymentWatchInput } from '../../src/domain/deployment/deployment-watch';
import type { WatchStatus } from '../../src/domain/deployment/watch-status';
import { eventually } from '../support/eventually';
import { startTemporal } from '../support/temporal-server';
import {
  COMMIT,
  LEVEL_KEY,
  report,
  startWatchWorker,
  startWatchWorkflow,
  STATUS_KEY,
  watchInput,
  type Answers,
  type WatchWorker,
} from '../support/watch';

let server: TestWorkflowEnvironment;
let worker: WatchWorker;
beforeAll(async () => {
  server = await startTemporal();
  worker = await startWatchWorker(server);
});
afterAll(async () => {
  await worker.stop();
  await server.teardown();
});

type Started = Awaited<ReturnType<typeof startWatchWorkflow>>;
interface Watched extends Started {
  readonly input: DeploymentWatchInput;
  /** Checks asked, round by round. */
  readonly rounds: readonly string[][];
  send(name: string, payload: unknown): Promise<unknown>;
  answer(escalationId: string, decision: string, more?: object): Promise<unknown>;
}

async function watched(
  input: DeploymentWatchInput,
  answers: Answers,
  use: (watch: Watched) => Promise<void>,
): Promise<void> {
  const rounds = worker.script(input, answers);
  const started = await startWatchWorkflow(server, input);
  const newest = server.client.workflow.getHandle(started.handle.workflowId);
  const send = (name: string, payload: unknown): Promise<unknown> =>
    newest.executeUpdate(name, { args: [payload] });
  try {
    await use({
      ...started,
      input,
      rounds,
      send,
      answer: (escalationId, decision, more = {}) =>
        send('resolveEscalation', { escalationId, decision, by: 'ada', ...more }),
    });
  } finally {
    await newest.terminate('the test is over').catch(() => undefined);
  }
}

const refusedWith = (pattern: RegExp): object => ({
  cause: { message: expect.stringMatching(pattern) },
});
const attributes = async ({ handle }: Watched): Promise<unknown[]> => {
  const { typedSearchAttributes: found } = await server.client.workflow
    .getHandle(handle.workflowId)
    .describe();
  return [found.get(STATUS_KEY), found.get(LEVEL_KEY)];
};

describe('a check beyond its limit', () => {
  it('is asked about once with the rollback command, while the watch goes on; accepted, it goes on without it', async () => {
    const answers: Answers = { errors: 2, orders: 7 };
    await watched(watchInput(), answers, async (watch) => {
      expect((await watch.status()).state).toBe('awaiting-deployment');
      expect(await watch.send('reportDeployment', report())).toMatchObject({ accepted: true });
      await watch.until((status) => status.rounds >= 1 && status.state === 'watching');
      expect(await attributes(watch)).toEqual(['watching', 0]);
      answers['errors'] = 9;
      const asked = await watch.until((status) => status.escalations.length > 0);
      expect(asked).toMatchObject({ state: 'awaiting-human' });
      expect(asked.escalations[0]).toMatchObject({
        id: 'deployment-E1',
        level: 4,
        trigger: 'deployment-breach',
        question: expect.stringContaining(`${COMMIT.slice(0, 12)} in production, errors is beyond the limit`),
        evidence: [
          'errors: 9, wanted at most 5; 1 in a row',
          'Rollback: npm run migrate:down ; git revert HEAD',
        ],
        recommended: 'roll-back',
        options: [
          { id: 'roll-back', decision: 'abort', label: 'Roll back: npm run migrate:down' },
          { id: 'go-on', decision: 'retry' },
          { id: 'accept', decision: 'accept' },
        ],
      });
      const later = await watch.until((status) => status.rounds >= asked.rounds + 2);
      expect(later.escalations.map((row) => row.id)).toEqual(['deployment-E1']);
      expect(await attributes(watch)).toEqual(['awaiting-human', 4]);
      await watch.answer('deployment-E1', 'accept', { guidance: 'a campaign runs' });
      const accepted = await watch.status();
      expect(accepted).toMatchObject({ state: 'watching', escalations: [] });
      // The first of them may have begun before the answer.
      await watch.until((status) => status.rounds >= accepted.rounds + 2);
      expect(watch.rounds.at(-1)).toEqual(['orders']);
      expect(await attributes(watch)).toEqual(['watching', 0]);
    });
  });

  it('is reminded of as the rules say, is never decided by silence, and no other report takes it away from its role', async () => {
    const decisions = DecisionRules.parse({
      people: { architect: ['lin'] },
      who: { 'deployment-breach': 'architect' },
      remindAfterHours: 1 / 3600,
      defaults: { 'could-not-run': { afterHours: 1 / 3600 } },
    });
    await watched(watchInput({}, { decisions }), { errors: 9, orders: 7 }, async (watch) => {
      await watch.send('reportDeployment', report());
      const saying = (status: WatchStatus): string[] =>
        status.events.map(({ text }) => text).filter((text) => text.startsWith('reminder:'));
      const seen = await watch.until((status) => saying(status).length >= 2);
      expect(saying(seen)[0]).toMatch(
        /^reminder: deployment-E1 waits for architect since .* beyond the limit/,
      );
      expect(seen.decisions).toEqual([]);
      await expect(watch.send('reportDeployment', report({ environment: 'canary' }))).rejects.toMatchObject(
        refusedWith(/deployment-E1 is open and for architect; once it is answered/),
      );
      expect((await watch.status()).escalations).toMatchObject([{ id: 'deployment-E1' }]);
      expect(await watch.send('reportDeployment', report())).toMatchObject({ accepted: true });
    });
  });

  it('is not asked about before it breaches as often in a row as configured', async () => {
    const first = [9];
    let later = 1;
    const answers: Answers = {
      get errors() {
        return first.shift() ?? later;
      },
      orders: 7,
    };
    await watched(watchInput({ breaches: 2 }), answers, async (watch) => {
      await watch.send('reportDeployment', report());
      const calm = await watch.until((status) => status.checks[0]?.last?.value === 1);
      expect(calm).toMatchObject({
        escalations: [],
        checks: [{ breaches: 1, breachesInRow: 0, worst: 9 }, {}],
      });
      later = 9;
      const asked = await watch.until((status) => status.escalations.length > 0);
      expect(asked.checks[0]?.breachesInRow).toBeGreaterThanOrEqual(2);
    });
  });

  it('that was answered with going on is asked about anew; rolled back, the watch ends at once', async () => {
    await watched(watchInput(), { errors: 9, orders: 7 }, async (watch) => {
      await watch.send('reportDeployment', report());
      await watch.until((status) => status.escalations.length > 0);
      await watch.answer('deployment-E1', 'retry');
      await watch.until((status) => status.escalations[0]?.id === 'deployment-E2');
      await watch.answer('deployment-E2', 'abort', { option: 'roll-back' });
      expect(await watch.handle.result()).toMatchObject({
        outcome: 'rolled-back',
        worst: [
          { name: 'errors', value: 9 },
          { name: 'orders', value: 7 },
        ],
        decisions: [
          {
            escalationId: 'deployment-E1',
            decision: 'retry',
            trigger: 'deployment-breach',
            channel: 'update',
          },
          { escalationId: 'deployment-E2', decision: 'abort', option: 'roll-back' },
        ],
      });
      expect(await attributes(watch)).toEqual(['rolled-back', 0]);
    });
  });

  it('takes one answer that was offered, also as a signal', async () => {
    await watched(watchInput(), { errors: 9, orders: 7 }, async (watch) => {
      await watch.send('reportDeployment', report());
      await watch.until((status) => status.escalations.length > 0);
      await expect(watch.answer('deployment-E9', 'retry')).rejects.toMatchObject(
        refusedWith(/no escalation deployment-E9; open: deployment-E1/),
      );
      await expect(watch.answer('deployment-E1', 'skip')).rejects.toMatchObject(refusedWith(/not offered/));
      await expect(watch.answer('deployment-E1', 'retry', { option: 'accept' })).rejects.toMatchObject(
        refusedWith(/no option accept for retry/),
      );
      const accept = { escalationId: 'deployment-E1', decision: 'accept', guidance: 'known', by: 'bob' };
      await watch.handle.signal('resolveEscalation', accept);
      await watch.until((status) => status.escalations.length === 0);
      await expect(watch.answer('deployment-E1', 'retry')).rejects.toMatchObject(
        refusedWith(/already decided: accept by bob/),
      );
    });
  });
});

describe('a check that cannot be asked', () => {
  it('is asked about after three rounds in a row, and goes on when it answers again', async () => {
    const answers: Answers = { errors: null, orders: 7 };
    await watched(watchInput(), answers, async (watch) => {
      await watch.send('reportDeployment', report());
      const asked = await watch.until((status) => status.escalations.length > 0);
      expect(asked.checks[0]?.unanswered).toBeGreaterThanOrEqual(3);
      expect(asked.escalations[0]).toMatchObject({
        trigger: 'could-not-run',
        recommended: 'go-on',
        evidence: ['errors: nobody is there', expect.stringMatching(/^Rollback/)],
      });
      answers['errors'] = 1;
      await watch.answer('deployment-E1', 'retry');
      const mended = await watch.until((status) => status.checks[0]?.last?.value === 1);
      expect(mended).toMatchObject({ escalations: [], checks: [{ unansweredInRow: 0 }, {}] });
    });
  });

  it('because nothing is configured ends with the report', async () => {
    await watched(watchInput({ checks: [] }), {}, async (watch) => {
      await watch.send('reportDeployment', report());
      expect(await watch.handle.result()).toMatchObject({ outcome: 'not-watched', deployment: report() });
    });
  });
});

describe('a report', () => {
  it.each([
    ['no object', 'production'],
    ['an unknown key', { ...report(), force: true }],
    ['a commit that is none', { ...report(), commit: '; rm -rf /' }],
    ['an instant that has not come', { ...report(), deployedAt: '2999-01-01T00:00:00Z' }],
  ])('that is %s is refused as an update and kept as ignored as a signal', async (_, payload) => {
    await watched(watchInput(), {}, async (watch) => {
      await expect(watch.send('reportDeployment', payload)).rejects.toMatchObject(refusedWith(/./));
      await watch.handle.signal('reportDeployment', payload);
      const status = await watch.until(({ ignored }) => ignored.length > 0);
      expect(status).toMatchObject({
        state: 'awaiting-deployment',
        deployment: null,
        ignored: [{ name: 'reportDeployment' }],
      });
    });
  });

  it('of an unknown name is kept as ignored', async () => {
    await watched(watchInput(), {}, async (watch) => {
      await watch.handle.signal('deployed', report());
      const { ignored } = await watch.until((status) => status.ignored.length > 0);
      expect(ignored).toMatchObject([
        { name: 'deployed', reason: expect.stringContaining('reportDeployment') },
      ]);
    });
  });

  it('of another environment or commit begins anew and withdraws what was asked; the same again does not', async () => {
    const answers: Answers = { errors: 9, orders: 7 };
    await watched(watchInput(), answers, async (watch) => {
      await watch.send('reportDeployment', report({ environment: 'staging', commit: COMMIT.slice(0, 10) }));
      const asked = await watch.until((status) => status.escalations.length > 0);
      expect(await watch.send('reportDeployment', report({ environment: 'staging' }))).toMatchObject({
        message: expect.stringMatching(/watched since .* already/),
      });
      expect((await watch.status()).escalations).toHaveLength(1);
      answers['errors'] = 1;
      const other = 'f'.repeat(40);
      expect(await watch.send('reportDeployment', report({ commit: other }))).toMatchObject({
        message: expect.stringMatching(/another commit was delivered/),
      });
      const anew = await watch.until((status) => status.rounds >= 1 && status.deployment?.commit === other);
      expect(anew).toMatchObject({ escalations: [], deployment: { environment: 'production' } });
      expect(anew.checks[0]?.worst).toBe(1);
      expect(anew.watchedFrom! > asked.watchedFrom!).toBe(true);
      const told = anew.events.map((event) => event.text);
      expect(told).toContain('withdrew deployment-E1');
      expect(told.some((text) => text.includes('ends for that of ffffffffffff in production'))).toBe(true);
      await expect(watch.answer('deployment-E1', 'accept', { guidance: 'x' })).rejects.toMatchObject(
        refusedWith(/nothing is open/),
      );
    });
  });
});

describe('a round that could not be carried out', () => {
  it('counts as unanswered', async () => {
    const input = watchInput();
    // Three refusals of the activity are one round that failed.
    const answers = new Proxy<Answers>(
      {},
      {
        get: () => {
          throw new Error('out of memory');
        },
      },
    );
    await watched(input, answers, async (watch) => {
      await watch.send('reportDeployment', report());
      const status = await watch.until((seen) => seen.rounds >= 1);
      expect(status.checks.map((check) => check.last?.text)).toEqual([
        'the round could not be carried out',
        'the round could not be carried out',
      ]);
    });
  });
});

describe('the client', () => {
  it('shows a watch, reports to it, finds its questions and answers them; an unknown one is bad input', async () => {
    const { address } = server;
    const gateway = await createTemporalGateway({
      address,
      namespace: 'default',
      clientOptions: { address },
    });
    const client = createDepartmentClient(gateway);
    const answers: Answers = { errors: 9, orders: 7 };
    try {
      await watched(watchInput(), answers, async (watch) => {
        const id = deploymentWatchId(watch.input.objectiveId);
        expect((await client.watch(id)).summary).toMatchObject({
          watchId: id,
          commit: COMMIT,
          open: true,
          state: 'awaiting-deployment',
        });
        const sent = await client.send({ objectiveId: id, name: 'reportDeployment', payload: report() });
        expect(sent).toMatchObject({
          applied: true,
          message: expect.stringMatching(/in production is watched until/),
        });
        await watch.until((status) => status.escalations.length > 0);
        expect((await client.watch(id)).status).toMatchObject({ state: 'awaiting-human' });
        expect(await client.openEscalations(id)).toMatchObject([{ id: 'deployment-E1' }]);
        const asking = async (): Promise<readonly string[]> =>
          (await client.waiting()).executions.map((row) => row.id);
        await eventually(asking, (ids) => ids.length > 0);
        expect((await client.waiting()).executions).toMatchObject([
          { id, waits: [{ kind: 'question', id: 'deployment-E1', trigger: 'deployment-breach' }] },
        ]);
        // One whose state the server does not know says by its memo that nothing waits, once it has begun.
        const bare = watchInput();
        const unindexed = await startWatchWorkflow(server, bare, 'plain');
        await eventually(
          async () => (await unindexed.handle.describe()).memo?.['waits'],
          (waits) => waits === 'nothing',
        );
        await eventually(asking, (ids) => ids.length <= 1);
        expect(await asking()).toEqual([id]);
        await unindexed.handle.terminate('the test is over');
        const payload = { escalationId: 'deployment-E1', decision: 'abort', by: 'ada' };
        await client.send({ objectiveId: id, name: 'resolveEscalation', payload });
        await watch.handle.result();
        await expect(
          client.send({ objectiveId: id, name: 'reportDeployment', payload: report() }),
        ).rejects.toMatchObject({
          message: expect.stringMatching(/already finished: rolled-back/),
          exitCode: 2,
        });
      });
      await expect(client.watch('objective-nothing-0123abcd/deployment')).rejects.toMatchObject({
        message: expect.stringMatching(/^There is no watch objective-nothing-0123abcd\/deployment/),
        exitCode: 2,
      });
    } finally {
      await client.close();
    }
  });
});
