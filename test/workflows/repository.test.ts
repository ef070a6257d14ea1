// Needs Temporal (a real dev server); repositories behind the activities are scripted.
import { randomUUID } from 'node:crypto';
import type { Activities } from '../../activities/contract';
import { entityId } from '../../src/temporal/entities';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import { workUntilCancelled } from '../support/held-work';
import { planTask } from '../support/plans';
import { handedOff, resultOf, startDepartment, until, type TestDepartment } from '../support/department';
import { openShop } from '../support/shop';

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
afterAll(() => department.stop());

const here = (): TestDepartment => department;
const statusOf = async (id: string): Promise<string> =>
  (await department.server.client.workflow.getHandle(id).describe()).status.name;
const A = 'objective-a-00000001';
const B = 'objective-b-00000002';
const T1 = 'backend-T001';

describe('migrations of two objectives on one repository', () => {
  it('asked for at the same time get different numbers, in one order, which the later is told', async () => {
    const shop = openShop(here);
    const slots = await Promise.all(
      [A, B].map((objectiveId) => shop.call('reserveMigration', { objectiveId, taskId: T1 })),
    );
    expect(slots.map((slot) => slot.identifier).sort()).toEqual(['0003', '0004']);
    const second = slots.findIndex((slot) => slot.identifier === '0004');
    expect(slots[second]?.after).toEqual([{ objectiveId: [A, B][1 - second], identifier: '0003' }]);
    expect(slots[1 - second]?.after).toEqual([]);
  });

  it('outlive the worker: what was handed out stays, and who asks meanwhile is answered by the next one', async () => {
    const shop = openShop(here);
    await shop.call('reserveMigration', { objectiveId: A, taskId: T1 });
    const [, meanwhile] = await Promise.all([
      department.redeploy({ codePath: WORKFLOW_BUNDLE }),
      shop.call('reserveMigration', { objectiveId: B, taskId: T1 }),
    ]);
    expect(meanwhile.identifier).toBe('0004');
    expect(await shop.call('reserveMigration', { objectiveId: A, taskId: T1 })).toEqual({
      identifier: '0003',
      after: [],
    });
  });

  it('are given back by an objective that is aborted, and stay taken by one that delivers', async () => {
    const shop = openShop(here);
    await shop.call('reserveMigration', { objectiveId: A, taskId: T1 });
    await shop.call('releaseClaims', { objectiveId: A, delivered: false });
    expect(await statusOf(shop.entity)).toBe('RUNNING');
    expect((await shop.call('reserveMigration', { objectiveId: B, taskId: T1 })).identifier).toBe('0003');
    await shop.call('releaseClaims', { objectiveId: B, delivered: true });
    expect(await shop.call('reserveMigration', { objectiveId: A, taskId: T1 })).toEqual({
      identifier: '0004',
      after: [{ objectiveId: B, identifier: '0003' }],
    });
  });

  it('of tasks that were left out are given back, also by an objective that delivers the rest', async () => {
    const shop = openShop(here);
    const T2 = 'backend-T002';
    for (const taskId of [T1, T2]) await shop.call('reserveMigration', { objectiveId: A, taskId });
    await shop.call('releaseClaims', { objectiveId: A, delivered: true, made: [T1] });
    expect(await shop.call('reserveMigration', { objectiveId: B, taskId: T1 })).toEqual({
      identifier: '0004',
      after: [{ objectiveId: A, identifier: '0003' }],
    });
  });

  it('of samples are counted for each objective alone: each has a copy of its own', async () => {
    const shop = openShop(here, undefined, undefined, 'sample');
    const [a, b] = [`${A}-${randomUUID()}`, `${B}-${randomUUID()}`];
    for (const objectiveId of [a, b]) {
      const slot = await shop.call('reserveMigration', { objectiveId, taskId: T1 });
      expect(slot).toEqual({ identifier: '0003', after: [] });
    }
    await shop.call('releaseClaims', { objectiveId: a, delivered: true });
    const left = department.server.client.workflow.getHandle(entityId({ kind: 'repository', identity: a }));
    expect(await left.result()).toBeDefined();
  });

  it('merged one after another are one line from the base on, without a number twice', async () => {
    const files = ['migrations/0001_a.up.sql'];
    const identity = `/srv/shop-${randomUUID()}`;
    const shop = openShop(here, files, identity);
    const first = await shop.call('reserveMigration', { objectiveId: A, taskId: T1 });
    const second = await shop.call('reserveMigration', { objectiveId: B, taskId: T1 });
    for (const objectiveId of [A, B]) await shop.call('releaseClaims', { objectiveId, delivered: true });
    const merged = [
      ...files,
      ...[first, second].map((slot) => `migrations/${slot.identifier ?? ''}_x.up.sql`),
    ];
    expect(merged).toEqual([...new Set(merged)].sort());
    const later = openShop(here, merged, identity);
    expect(await later.call('reserveMigration', { objectiveId: 'objective-c-1', taskId: T1 })).toEqual({
      identifier: '0004',
      after: [],
    });
    expect((await later.state()).folders[0]?.floor).toBe(3);
  });
});

describe('claims', () => {
  const auth = [planTask({ id: T1, owns: ['src/auth/**'] })];
  const both = [...auth, planTask({ id: 'backend-T002', owns: ['src/billing/**'] })];

  it('of an objective that died without giving anything back do not hold anybody up', async () => {
    const shop = openShop(here);
    const dead = shop.input();
    await department.withObjective(
      await shop.activitiesOf(dead, auth, { runAttempt: () => workUntilCancelled() }),
      async ({ handle, status }) => {
        await until(status, (s) => s.tasks[0]?.state === 'running');
        const waiting = await shop.call('claimWork', { objectiveId: B, tasks: auth });
        expect(waiting.held).toEqual([
          { taskId: T1, holder: dead.objectiveId, holderTask: T1, what: 'src/auth/**' },
        ]);
        expect((await shop.call('readClaims', { objectiveId: B })).lines).toEqual([
          `${dead.objectiveId} (${T1}): src/auth/**`,
        ]);
        await handle.terminate('gone');
        expect((await shop.call('readClaims', { objectiveId: B })).lines).toEqual([]);
        expect(await shop.call('claimWork', { objectiveId: B, tasks: auth })).toEqual({ held: [] });
      },
      dead,
    );
  });

  it('let a task wait, visibly, while the rest goes on; when the holder has delivered it goes on by itself', async () => {
    const shop = openShop(here);
    let release = (): void => undefined;
    const open = new Promise<void>((resolve) => {
      release = resolve;
    });
    const [first, second] = [shop.input(), shop.input()];
    const told: (readonly string[] | undefined)[] = [];
    const holder = await shop.activitiesOf(first, auth, {
      runAttempt: async (request) => {
        await open;
        return handedOff(request);
      },
    });
    const plain = await shop.activitiesOf(second, both);
    const waiter = {
      ...plain,
      planObjective: async (request: Parameters<Activities['planObjective']>[0]) => {
        told.push(request.held);
        return plain.planObjective(request);
      },
    };
    await department.withObjective(
      holder,
      async (one) => {
        await until(one.status, (s) => s.tasks[0]?.state === 'running');
        await department.withObjective(
          waiter,
          async (other) => {
            const waits = await until(
              other.status,
              (s) => s.tasks[1]?.state === 'merged' && s.tasks[0]?.waitingFor !== null,
            );
            expect(told).toEqual([[`${first.objectiveId} (${T1}): src/auth/**`]]);
            expect(waits.tasks[0]).toMatchObject({
              state: 'ready',
              attempts: [],
              waitingFor: first.objectiveId,
              doing: `waits for ${first.objectiveId} (${T1}): src/auth/**`,
            });
            release();
            expect(await resultOf(one.handle)).toMatchObject({ outcome: 'delivered' });
            expect(await resultOf(other.handle)).toMatchObject({ outcome: 'delivered' });
            const events = (await other.status()).events.map((row) => row.text);
            expect(events).toContain(`no longer waits for ${first.objectiveId}`);
            expect(events.filter((text) => text.startsWith('waits for'))).toHaveLength(1);
          },
          second,
        );
      },
      first,
    );
    // Nothing is held and no number was handed out, so the entity is done.
    expect(await department.server.client.workflow.getHandle(shop.entity).result()).toBeDefined();
  });

  it('are given back by an objective that is cancelled', async () => {
    const shop = openShop(here);
    const input = shop.input();
    await department.withObjective(
      await shop.activitiesOf(input, auth, { runAttempt: () => workUntilCancelled() }),
      async ({ handle, status }) => {
        await until(status, (s) => s.tasks[0]?.state === 'running');
        expect((await shop.state()).objectives.map((row) => row.objectiveId)).toEqual([input.objectiveId]);
        await handle.cancel();
        await expect(handle.result()).rejects.toThrow();
        expect(await department.server.client.workflow.getHandle(shop.entity).result()).toBeDefined();
      },
      input,
    );
  });
});

it('a message that makes no sense is refused and changes nothing', async () => {
  const shop = openShop(here);
  await shop.call('reserveMigration', { objectiveId: A, taskId: T1 });
  const handle = department.server.client.workflow.getHandle(shop.entity);
  await expect(
    handle.executeUpdate('claimWork', { args: [{ objectiveId: B, tasks: 'all' }] }),
  ).rejects.toThrow();
  expect((await shop.state()).objectives).toEqual([]);
});

describe('over a long life', () => {
  let short: TestDepartment;
  beforeAll(async () => {
    short = await startDepartment({ dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': '20' } });
  });
  afterAll(() => short.stop());

  it('the entity continues as new and forgets nothing', async () => {
    const shop = openShop(() => short);
    const reserve = (n: number) =>
      shop.call('reserveMigration', { objectiveId: `objective-${n}`, taskId: T1 });
    const handle = short.server.client.workflow.getHandle(shop.entity);
    await reserve(1);
    const { runId } = await handle.describe();
    const identifiers: (string | null)[] = [];
    for (let n = 1; n <= 12; n += 1) identifiers.push((await reserve(n)).identifier);
    expect(identifiers).toEqual(Array.from({ length: 12 }, (_, n) => String(n + 3).padStart(4, '0')));
    expect((await handle.describe()).runId).not.toBe(runId);
    expect((await reserve(1)).identifier).toBe('0003');
  });
});
