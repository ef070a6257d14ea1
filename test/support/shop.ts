import { createHash, randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createClaimActivities } from '../../activities/claims';
import type { Activities } from '../../activities/contract';
import { createRecords } from '../../activities/records';
import type { Dossier } from '../../src/domain/work/dossier';
import { TASK_QUEUE } from '../../src/domain/objective/messages';
import type { ObjectiveInput } from '../../src/domain/objective/objective';
import { outlineTask, type Plan, type PlanTask } from '../../src/domain/plan/plan';
import { judgeChange } from '../../src/domain/plan/plan-edit';
import { REPOSITORY_STATE, RepositoryState } from '../../src/domain/coordination/repository-entity';
import { SPECIALIST_NAMES } from '../../src/domain/department/specialists';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { BlobStore } from '../../src/ports/blob-store';
import type { Integration, Repositories } from '../../src/ports/workspace';
import { createEntities, entityId } from '../../src/temporal/entities';
import { DOSSIER } from '../activities/ports';
import { NOTHING_TOUCHED } from '../domain/tasks';
import { BASE, commitId, objectiveInput, smoothActivities, type TestDepartment } from './department';

const HEAD = commitId('somebody’s head');
const unused = (): never => {
  throw new Error('not asked for');
};

/** A target repository that several objectives work on, with its real entity. */
export interface Shop {
  /** Where the entity is. */
  readonly entity: string;
  /** An objective on the repository, as its workflow is given it. */
  input(): ObjectiveInput;
  /** Activities of an objective with a plan, whose claims and edits are real. */
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
export function openShop(
  on: () => TestDepartment,
  files: readonly string[] = ['migrations/0001_a.up.sql', 'migrations/0002_b.up.sql'],
  identity = `/srv/shop-${randomUUID()}`,
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
        amendPlan: async (request) => {
          const { change, begun = [] } = request;
          if (change.kind === 'repair' || change.kind === 'feedback') return unused();
          const before: Plan = await records.plan(request.plan);
          const facts = { analysis: NOTHING_TOUCHED, roster: SPECIALIST_NAMES, begun };
          const judged = judgeChange({ plan: before, change, ...facts });
          if (judged.kind === 'refused')
            return { outcome: 'refused', errors: [...judged.errors], usage: NO_USAGE };
          const edited = judged.plan;
          return {
            outcome: 'accepted',
            plan: await records.save(edited),
            tasks: edited.tasks.map(outlineTask),
            usage: NO_USAGE,
          };
        },
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
