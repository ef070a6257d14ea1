// Needs no server: the client runs over a scripted gateway.
import { createProofs } from '../../src/audit/proofs';
import { createDepartmentClient } from '../../src/client/department-client';
import type { Proof } from '../../src/domain/escalation/decision-proof';
import { ResolveEscalation } from '../../src/domain/escalation/escalation';
import type { ObjectiveInput } from '../../src/domain/objective/objective';
import { ConfigurationError } from '../../src/domain/common/user-error';
import { createFakeGateway, execution, named } from './fake-gateway';

const ID = 'objective-add-login-0123abcd';
const input: ObjectiveInput = {
  objectiveId: ID,
  objective: 'Add login',
  repository: { kind: 'path', path: '/srv/shop' },
  repositoryIdentity: '/srv/shop',
  baseRef: 'main',
  baseCommit: 'a'.repeat(40),
  model: { kind: 'anthropic' },
  options: {
    maxParallel: 4,
    budgetUsd: 10,
    deadline: null,
    approvePlan: false,
    push: false,
    allowUnsandboxed: false,
  },
  configuration: null,
};
const RESULT = { objectiveId: ID, outcome: 'delivered', reason: null, branch: 'b', commit: 'c', report: 'r' };
const steer = { objectiveId: ID, name: 'steer', payload: { message: 'x', by: 'me' } } as const;

describe('starting', () => {
  test('a new objective is started under its own id with a memo for lists', async () => {
    const gateway = createFakeGateway({});
    const started = await createDepartmentClient(gateway).startObjective(input);
    expect(started).toEqual({ objectiveId: ID, attached: false, notice: null });
    expect(gateway.started[0]?.memo).toMatchObject({
      objective: 'Add login',
      repository: '/srv/shop',
      model: 'Claude',
    });
  });

  test('an open one of the same id is attached to', async () => {
    const gateway = createFakeGateway({
      executions: [
        execution(ID, {
          memo: { objective: 'Add login', repository: '', base: '', model: '', startId: 'someone-else' },
        }),
      ],
    });
    expect(await createDepartmentClient(gateway).startObjective(input)).toMatchObject({
      objectiveId: ID,
      attached: true,
    });
  });

  test('after closed ones the next number is taken, in the input too', async () => {
    const gateway = createFakeGateway({
      executions: [execution(ID, { state: 'completed' }), execution(`${ID}-2`, { state: 'failed' })],
    });
    const started = await createDepartmentClient(gateway).startObjective(input);
    expect(started.objectiveId).toBe(`${ID}-3`);
    expect(gateway.started[0]?.input.objectiveId).toBe(`${ID}-3`);
  });

  test('a server without the search attributes starts it all the same and says so once', async () => {
    const gateway = createFakeGateway({
      knowsSearchAttributes: false,
      executions: [execution(ID, { state: 'completed' })],
    });
    const started = await createDepartmentClient(gateway).startObjective(input);
    expect(started).toMatchObject({ objectiveId: `${ID}-2`, attached: false });
    expect(started.notice).toMatch(/`setup` registers them/);
    expect(gateway.started.map((request) => request.searchAttributes)).toEqual([false]);
  });
});

describe('messages', () => {
  test('a worker that answers applies an update', async () => {
    const gateway = createFakeGateway({
      executions: [execution(ID)],
      worker: true,
      update: () => ({ accepted: true, message: 'told' }),
    });
    expect(await createDepartmentClient(gateway).send(steer)).toEqual({ applied: true, message: 'told' });
    expect(gateway.signals).toEqual([]);
  });

  test('without a worker the message is a signal: recorded, not yet applied', async () => {
    const gateway = createFakeGateway({ executions: [execution(ID)] });
    const sent = await createDepartmentClient(gateway).send(steer);
    expect(sent.applied).toBe(false);
    expect(sent.message).toMatch(/^recorded, not yet applied/);
    expect(gateway.signals).toHaveLength(1);
  });

  test('a worker that polled and died leaves the message to a signal', async () => {
    const gateway = createFakeGateway({
      executions: [execution(ID)],
      worker: true,
      update: () => {
        throw named('WorkflowUpdateRPCTimeoutOrCancelledError', 'Update request timeout or cancelled');
      },
    });
    expect((await createDepartmentClient(gateway).send(steer)).applied).toBe(false);
  });

  test('a refused update is the reason of the refusal, exit 2', async () => {
    const gateway = createFakeGateway({
      executions: [execution(ID)],
      worker: true,
      update: () => {
        throw named('WorkflowUpdateFailedError', 'Workflow Update failed', {
          cause: new Error('already decided: retry by ann'),
        });
      },
    });
    await expect(createDepartmentClient(gateway).send(steer)).rejects.toMatchObject({
      message: 'already decided: retry by ann.',
      exitCode: 2,
    });
  });

  test('what was refused under an id is asked once more under another: its reason may be gone', async () => {
    const ids: string[] = [];
    const gateway = createFakeGateway({
      executions: [execution(ID)],
      worker: true,
      update: ({ updateId }) => {
        ids.push(updateId);
        if (updateId === 'the same words')
          throw named('WorkflowUpdateFailedError', 'Workflow Update failed', {
            cause: new Error('the proof of ada does not hold'),
          });
        return { accepted: true, message: 'decided' };
      },
    });
    const sent = await createDepartmentClient(gateway).send({ ...steer, updateId: 'the same words' });
    expect(sent).toEqual({ applied: true, message: 'decided' });
    expect(ids).toEqual(['the same words', expect.not.stringMatching('the same words')]);
  });

  test('losing the race against the end says that it was already decided', async () => {
    const gateway = createFakeGateway({
      executions: [execution(ID)],
      worker: true,
      update: () => {
        throw named('WorkflowUpdateFailedError', 'failed', {
          cause: new Error('workflow update was aborted by closing workflow'),
        });
      },
    });
    await expect(createDepartmentClient(gateway).send(steer)).rejects.toMatchObject({
      message: expect.stringMatching(/already decided/),
      exitCode: 2,
    });
  });

  test('a message to a finished objective says how it finished, exit 2', async () => {
    const gateway = createFakeGateway({
      executions: [execution(ID, { state: 'completed' })],
      signal: () => {
        throw named('WorkflowNotFoundError', 'workflow execution already completed');
      },
      result: RESULT,
    });
    await expect(createDepartmentClient(gateway).send(steer)).rejects.toMatchObject({
      message: expect.stringMatching(/already finished: delivered/),
      exitCode: 2,
    });
  });

  test('a message to an unknown objective points to the list, exit 2', async () => {
    const gateway = createFakeGateway({
      signal: () => {
        throw named('WorkflowNotFoundError', 'workflow not found');
      },
    });
    await expect(createDepartmentClient(gateway).send(steer)).rejects.toMatchObject({
      message: `There is no objective ${ID}; \`list\` shows what there is.`,
      exitCode: 2,
    });
  });
});

describe('looking', () => {
  test('without a worker status tells what visibility and memo know, and asks no workflow', async () => {
    const gateway = createFakeGateway({
      executions: [
        execution(ID, {
          memo: { objective: 'Add login' },
          attributes: { CoordinatorStatus: 'awaiting-human' },
        }),
      ],
    });
    const answer = await createDepartmentClient(gateway).status(ID);
    expect(answer).toMatchObject({
      kind: 'recorded',
      summary: { objective: 'Add login', state: 'awaiting-human', open: true },
    });
    expect(gateway.queries).toEqual([]);
  });

  test('a list by state falls back to a plain listing where search attributes are not registered', async () => {
    const gateway = createFakeGateway({ executions: [execution(ID)], knowsSearchAttributes: false });
    const rows = await createDepartmentClient(gateway).list({ state: 'running' });
    expect(rows.map((row) => row.objectiveId)).toEqual([ID]);
    expect(gateway.queries).toHaveLength(2);
  });

  test.each([
    ['cancelled', 'cancelled'],
    ['terminated', 'aborted'],
  ] as const)('a %s workflow counts as the outcome %s', async (state, outcome) => {
    const gateway = createFakeGateway({ executions: [execution(ID, { state })] });
    expect(await createDepartmentClient(gateway).resultIfClosed(ID)).toMatchObject({ outcome });
  });

  test('a failed workflow is an internal error, exit 1', async () => {
    const gateway = createFakeGateway({ executions: [execution(ID, { state: 'failed' })] });
    await expect(createDepartmentClient(gateway).resultIfClosed(ID)).rejects.toMatchObject({ exitCode: 1 });
  });

  test('a server that went away is unreachable, exit 5, with its address', async () => {
    const gateway = createFakeGateway({
      executions: [execution(ID)],
      worker: true,
      query: () => {
        throw named('ServiceError', 'Failed to query Workflow', {
          cause: named('Error', '14 UNAVAILABLE: no connection', { code: 14 }),
        });
      },
    });
    await expect(createDepartmentClient(gateway).snapshot(ID)).rejects.toMatchObject({
      message: expect.stringContaining('127.0.0.1:7233'),
      exitCode: 5,
    });
  });
});

describe('decisions of somebody who is known', () => {
  const proofs = createProofs({ key: () => Promise.resolve('k'.repeat(32)) });
  const payload = { escalationId: 'backend-T001-E1', decision: 'skip', by: 'ada@cli' };
  const decision = { objectiveId: ID, name: 'resolveEscalation', payload } as const;
  const from = { person: 'ada', channel: 'cli' } as const;

  test('carry a proof of it that holds for this message to this objective', async () => {
    const gateway = createFakeGateway({ executions: [execution(ID)] });
    await createDepartmentClient(gateway, undefined, proofs).send({ ...decision, from });
    const { proof, ...said } = gateway.signals[0]?.payload as typeof payload & { proof: Proof };
    expect(said).toEqual(payload);
    const statement = {
      workflowId: ID,
      name: 'resolveEscalation',
      payload: said,
      speaker: from,
      at: proof.at,
    };
    expect(await proofs.holds(statement, proof.mac)).toBe(true);
    expect(await proofs.holds({ ...statement, workflowId: `${ID}-2` }, proof.mac)).toBe(false);
    expect(ResolveEscalation.parse(gateway.signals[0]?.payload)).toMatchObject({ proof: from });
  });

  test('go without one where nobody is known, or the message can carry none', async () => {
    const gateway = createFakeGateway({ executions: [execution(ID)] });
    const client = createDepartmentClient(gateway, undefined, proofs);
    await client.send(decision);
    await client.send({ ...decision, from: null });
    await client.send({ ...steer, from });
    await createDepartmentClient(gateway).send({ ...decision, from });
    expect(gateway.signals.map((signal) => signal.payload)).toEqual([
      payload,
      payload,
      steer.payload,
      payload,
    ]);
  });

  test('say in a sentence why no proof can be made', async () => {
    const gateway = createFakeGateway({ executions: [execution(ID)] });
    const keyless = createProofs({
      key: () => Promise.reject(new ConfigurationError('The key can be read by others.')),
    });
    const sent = createDepartmentClient(gateway, undefined, keyless).send({ ...decision, from });
    await expect(sent).rejects.toThrow('The key can be read by others.');
    expect(gateway.signals).toEqual([]);
  });
});
