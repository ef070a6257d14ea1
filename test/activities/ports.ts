import { createHash } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createActivities, type Activities, type Ports } from '../../activities';
import type { Analysis } from '../../src/domain/plan/analysis';
import type { Dossier } from '../../src/domain/work/dossier';
import type { Plan } from '../../src/domain/plan/plan';
import type { GateReport, Receipt } from '../../src/domain/quality-gate/receipt';
import type { DepartmentRoles } from '../../src/domain/department/department-roles';
import type { Survey } from '../../src/domain/target/survey';
import { NO_USAGE } from '../../src/domain/usage/usage';
import type { BlobStore } from '../../src/ports/blob-store';
import { memoryJournals } from '../support/journals';
import { NOTHING_TOUCHED, planTask } from '../domain/tasks';

export const commitOf = (text: string): string => createHash('sha1').update(text).digest('hex');
export const BASE = commitOf('base');
export const TREE = commitOf('tree');

/** Blobs in memory. */
function memoryStore(): BlobStore {
  const blobs = new Map<string, Buffer>();
  return {
    put: (bytes) => {
      const ref = createHash('sha256').update(bytes).digest('hex');
      blobs.set(ref, Buffer.from(bytes));
      return Promise.resolve(ref);
    },
    get: (ref) => {
      const blob = blobs.get(ref);
      if (blob === undefined) throw new Error(`The memory store has no blob ${ref}; put it there first.`);
      return Promise.resolve(blob);
    },
  };
}

export const SURVEY: Survey = {
  name: 'shop',
  stack: 'node',
  framework: null,
  packageManager: 'npm',
  install: null,
  build: null,
  test: ['npm', 'test'],
  lint: null,
  testTimeoutMs: 1000,
  migrations: null,
  apiSpec: null,
  database: 'none',
  conventions: [],
  manifests: [],
  notes: [],
};

export const DOSSIER: Dossier = {
  objectiveId: 'objective-test',
  objective: 'Add users',
  repository: { kind: 'path', path: '/srv/shop' },
  repositoryIdentity: '/srv/shop',
  baseRef: 'main',
  baseCommit: BASE,
  model: { kind: 'offline', playbook: 'auth', scenario: 'default' },
  options: {
    maxParallel: 4,
    budgetUsd: 10,
    deadline: null,
    approvePlan: false,
    push: false,
    allowUnsandboxed: true,
  },
  survey: SURVEY,
  conventions: '',
  files: [],
};

const PLAN: Plan = {
  summary: 'one task',
  tasks: [planTask(1, { owns: ['src/**'], shares: ['package.json'] })],
};

/** A gate report in which `red` failed and everything else looked at passed. */
export function reportOf(...red: readonly Receipt['subject'][]): GateReport {
  const receipt = (subject: Receipt['subject']): Receipt => ({
    subject,
    verdict: red.includes(subject) ? 'fail' : 'pass',
    checker: { kind: 'rule', name: 'scripted' },
    tree: TREE,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    sandbox: 'none',
    evidence: [],
    note: '',
  });
  return { tree: TREE, commit: BASE, base: BASE, receipts: [receipt('build'), receipt('tests')] };
}

/** A port of which a test scripts only what it is about; whatever else is called says so. */
function portOf<T extends object>(name: string, scripted: Partial<T>): T {
  return new Proxy(scripted, {
    get: (target, method) => {
      const known: unknown = Reflect.get(target, method);
      if (known !== undefined) return known;
      return () => {
        throw new Error(`${name}.${String(method)} was called, and this test scripts no answer for it.`);
      };
    },
  }) as T;
}

export interface Bench {
  readonly environment: MockActivityEnvironment;
  readonly store: BlobStore;
  readonly journals: ReturnType<typeof memoryJournals>;
  /** Runs one activity as Temporal would. */
  run<K extends keyof Activities>(
    name: K,
    request: Parameters<Activities[K]>[0],
  ): Promise<Awaited<ReturnType<Activities[K]>>>;
  /** What an activity failed with. */
  failure<K extends keyof Activities>(name: K, request: Parameters<Activities[K]>[0]): Promise<unknown>;
  readonly handle: { readonly dossier: string };
  /** The handle of the same dossier with roles of a repository. */
  withRoles(roles: DepartmentRoles): Promise<{ readonly dossier: string }>;
  readonly plan: string;
  readonly analysis: string;
}

/** The first attempt of the task there is, without what it works on. */
export const FIRST_ATTEMPT = {
  taskId: 'backend-T001',
  number: 1,
  level: 0,
  specialist: 'nodejs-expert',
  start: { kind: 'continue' },
  prompt: { kind: 'delegation' },
  transcript: null,
} as const;

/** All activities over scripted ports, with a dossier, a plan and an analysis in the store. */
export async function createBench(
  scripted: {
    readonly [
      P in keyof Omit<Ports, 'store' | 'sandbox' | 'journals' | 'providerOf' | 'findForge'>
    ]?: Partial<Ports[P]>;
  } = {},
  info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {},
  analysis: Analysis = NOTHING_TOUCHED,
): Promise<Bench> {
  const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
  const store = memoryStore();
  const journals = memoryJournals();
  const activities = createActivities({
    store,
    sandbox: 'none',
    journals,
    providerOf: () => 'provider',
    findForge: () => ({ kind: 'none', why: 'this test has no forge' }),
    coordination: portOf('coordination', scripted.coordination ?? {}),
    specialists: portOf('specialists', scripted.specialists ?? {}),
    repositories: portOf('repositories', {
      prepare: () => Promise.resolve({ head: BASE }),
      changedFiles: () => Promise.resolve([]),
      ...scripted.repositories,
    }),
    compatibility: portOf('compatibility', scripted.compatibility ?? {}),
    entities: portOf('entities', scripted.entities ?? {}),
    contracts: portOf('contracts', scripted.contracts ?? {}),
    worktrees: portOf('worktrees', { warm: () => Promise.resolve(), ...scripted.worktrees }),
    integration: portOf<Ports['integration']>('integration', {
      settle: ({ expected }) => Promise.resolve({ kind: 'ours', head: expected, restored: null }),
      sides: () => Promise.resolve({ mine: '', theirs: '', tasks: [] }),
      ...scripted.integration,
    }),
    surveyor: portOf('surveyor', {
      readRoles: () => Promise.resolve({ roles: { brought: [], settings: {} }, notes: [] }),
      ...scripted.surveyor,
    }),
    gates: portOf('gates', scripted.gates ?? {}),
    bootstrap: portOf('bootstrap', {
      ensure: () => Promise.resolve({ env: {}, path: [], readOnly: [] }),
      ...scripted.bootstrap,
    }),
    replicas: portOf('replicas', scripted.replicas ?? {}),
    reports: portOf('reports', scripted.reports ?? {}),
    notes: portOf('notes', scripted.notes ?? {}),
    probes: portOf('probes', scripted.probes ?? {}),
    audit: portOf('audit', { head: () => Promise.resolve(null), ...scripted.audit }),
    proofs: portOf('proofs', scripted.proofs ?? {}),
    notifications: portOf('notifications', {
      isOn: () => Promise.resolve(false),
      ...scripted.notifications,
    }),
  });
  const run: Bench['run'] = (name, request) =>
    environment.run(activities[name] as (argument: typeof request) => never, request);
  return {
    environment,
    store,
    journals,
    run,
    failure: (name, request) =>
      run(name, request).then(
        (answer) => {
          throw new Error(`${name} was to fail and answered ${JSON.stringify(answer)}`);
        },
        (error: unknown) => error,
      ),
    handle: { dossier: await store.put(JSON.stringify(DOSSIER)) },
    withRoles: async (roles) => ({ dossier: await store.put(JSON.stringify({ ...DOSSIER, roles })) }),
    plan: await store.put(JSON.stringify(PLAN)),
    analysis: await store.put(JSON.stringify(analysis)),
  };
}

export const answered = <T>(value: T): Promise<{ value: T; usage: typeof NO_USAGE }> =>
  Promise.resolve({ value, usage: NO_USAGE });
