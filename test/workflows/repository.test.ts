// Needs Temporal (a real dev server); repositories behind the activities are scripted.
import { createHash, randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createClaimActivities } from '../../activities/claims';
import type { Activities } from '../../activities/contract';
import { createRecords } from '../../activities/records';
import type { Dossier } from '../../src/domain/dossier';
import type { ObjectiveInput } from '../../src/domain/objective';
import { outlineTask, type PlanTask } from '../../src/domain/plan';
import { REPOSITORY_STATE, RepositoryState } from '../../src/domain/repository-entity';
import { NO_USAGE } from '../../src/domain/usage';
import type { BlobStore } from '../../src/ports/blob-store';
import type { Integration, Repositories } from '../../src/ports/workspace';
import { createEntities, entityId } from '../../src/temporal/entities';
import { TASK_QUEUE } from '../../src/domain/messages';
import { WORKFLOW_BUNDLE } from '../../src/worker/bundle';
import { workUntilCancelled } from '../support/held-work';
import { planTask } from '../support/plans';
import {
  BASE,
  commitId,
  handedOff,
  objectiveInput,
  resultOf,
  smoothActivities,
  startDepartment,
  until,
  type TestDepartment,
} from '../support/department';
import { DOSSIER } from '../activities/ports';

const HEAD = commitId('somebody’s head');
const unused = (): never => {
  throw new Error('not asked for');
};

let department: TestDepartment;
beforeAll(async () => {
  department = await startDepartment();
});
afterAll(() => department.stop());

interface Shop {
  /** Where the entity is. */
  readonly entity: string;
  /** An objective on the repository, as its workflow is given it. */
  input(): ObjectiveInput;
  /** Activities of an objective with a plan, whose claims are real. */
  activitiesOf(
    input: ObjectiveInput,
    tasks: readonly PlanTask[],
    overrides?: Partial<Activities>,
  ): Promise<Activities>;
  /** Calls a claim activity for an objective that has no workflow, or whose workflow is not about that. */
  call<K extends 'reserveMigration' | 'readClaims' | 'claimWork' | 'releaseClaims'>(
    name: K,
    request: Omit<Parameters<Activities[K]>[0], 'handle' | 'plan'> & {
      readonly objectiveId: string;
      readonly tasks?: readonly PlanTask[];
    },
  ): Promise<Awaited<ReturnType<Activities[K]>>>;
  state(): Promise<RepositoryState>;
}

/** A repository of its own, with the given files in the base; `identity` may be that of another, seen at another base. */
function openShop(
  files: readonly string[] = ['migrations/0001_a.up.sql', 'migrations/0002_b.up.sql'],
  identity = `/srv/shop-${randomUUID()}`,
  on: () => TestDepartment = () => department,
  kind: 'path' | 'sample' = 'path',
): Shop {
  const store = memoryStore();
  const records = createRecords(store);
  const repositories: Repositories = {
    prepare: async () => ({ head: HEAD }),
    listFiles: async ({ commit }) => (commit === BASE ? files : [...files, 'migrations/README.md']),
    deliver: unused,
    origin: unused,
    push: unused,
    readFile: unused,
    changedFiles: unused,
    diff: unused,
  };
  const integration: Pick<Integration, 'head'> = { head: async () => HEAD };
  const claims = createClaimActivities(
    { entities: createEntities({ taskQueue: TASK_QUEUE }), repositories, integration },
    records,
  );
  const dossierOf = (objectiveId: string): Dossier => ({
    ...DOSSIER,
    objectiveId,
    baseCommit: BASE,
    repository:
      kind === 'path' ? { kind, path: identity } : { kind, name: 'orders-service', version: '1.0.0' },
    repositoryIdentity: identity,
    survey: { ...DOSSIER.survey, migrations: { tool: 'sql-updown', dir: 'migrations' } },
  });
  const entity = entityId({ kind: 'repository', identity });
  on().carry({ ...objectiveInput(), objectiveId: entity }, smoothActivities([], claims));
  return {
    entity,
    input: () => ({
      ...objectiveInput(),
      repository: { kind: 'path', path: identity },
      repositoryIdentity: identity,
    }),
    activitiesOf: async ({ objectiveId }, tasks, overrides = {}) => {
      const dossier = await records.save(dossierOf(objectiveId));
      const plan = await records.save({ summary: 'a plan', tasks });
      const smooth = smoothActivities(tasks);
      return {
        ...smooth,
        ...claims,
        surveyRepository: async (request) => ({ ...(await smooth.surveyRepository(request)), dossier }),
        planObjective: async () => ({
          outcome: 'accepted',
          plan,
          tasks: tasks.map(outlineTask),
          usage: NO_USAGE,
        }),
        ...overrides,
      };
    },
    call: async (name, { objectiveId, tasks = [], ...rest }) => {
      const environment = new MockActivityEnvironment({}, { client: on().server.client });
      const handle = { dossier: await records.save(dossierOf(objectiveId)) };
      const plan = await records.save({ summary: 'a plan', tasks });
      const request = name === 'claimWork' ? { handle, plan } : { handle, ...rest };
      const activity = claims[name] as (argument: object) => Promise<unknown>;
      const answer: unknown = await environment.run<[object], unknown, typeof activity>(activity, request);
      return answer as never;
    },
    state: async () =>
      RepositoryState.parse(await on().server.client.workflow.getHandle(entity).query(REPOSITORY_STATE)),
  };
}

function memoryStore(): BlobStore {
  const blobs = new Map<string, Buffer>();
  return {
    put: async (bytes) => {
      const ref = createHash('sha256').update(bytes).digest('hex');
      blobs.set(ref, Buffer.from(bytes));
      return ref;
    },
    get: async (ref) => blobs.get(ref) ?? unused(),
  };
}

const statusOf = async (id: string): Promise<string> =>
  (await department.server.client.workflow.getHandle(id).describe()).status.name;
const A = 'objective-a-00000001';
const B = 'objective-b-00000002';
const T1 = 'backend-T001';

describe('migrations of two objectives on one repository', () => {
  it('asked for at the same time get different numbers, in one order, which the later is told', async () => {
    const shop = openShop();
    const slots = await Promise.all(
      [A, B].map((objectiveId) => shop.call('reserveMigration', { objectiveId, taskId: T1 })),
    );
    expect(slots.map((slot) => slot.identifier).sort()).toEqual(['0003', '0004']);
    const second = slots.findIndex((slot) => slot.identifier === '0004');
    expect(slots[second]?.after).toEqual([{ objectiveId: [A, B][1 - second], identifier: '0003' }]);
    expect(slots[1 - second]?.after).toEqual([]);
  });

  it('outlive the worker: what was handed out stays, and who asks meanwhile is answered by the next one', async () => {
    const shop = openShop();
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
    const shop = openShop();
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

  it('of samples are counted for each objective alone: each has a copy of its own', async () => {
    const shop = openShop(undefined, undefined, undefined, 'sample');
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
    const shop = openShop(files, identity);
    const first = await shop.call('reserveMigration', { objectiveId: A, taskId: T1 });
    const second = await shop.call('reserveMigration', { objectiveId: B, taskId: T1 });
    for (const objectiveId of [A, B]) await shop.call('releaseClaims', { objectiveId, delivered: true });
    const merged = [
      ...files,
      ...[first, second].map((slot) => `migrations/${slot.identifier ?? ''}_x.up.sql`),
    ];
    expect(merged).toEqual([...new Set(merged)].sort());
    const later = openShop(merged, identity);
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
    const shop = openShop();
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
    const shop = openShop();
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
    const shop = openShop();
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
  const shop = openShop();
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
    const shop = openShop(undefined, undefined, () => short);
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
