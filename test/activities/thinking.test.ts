// Needs no server: activities run in Temporal's mock environment over scripted ports.
import { DeploymentPlan, RolloutPlan } from '../../src/domain/database/deployment-plan';
import { MigrationDesign } from '../../src/domain/database/migration-design';
import type { Dossier } from '../../src/domain/work/dossier';
import type {
  ContractBrief,
  DeploymentBrief,
  MigrationBrief,
  RolloutBrief,
} from '../../src/ports/change-briefs';
import { NOTHING_TOUCHED } from '../domain/tasks';
import { DEPLOYMENT, DESIGN, DRILL, rehearsal, ROLLOUT } from '../support/changes';
import { answered, createBench, DOSSIER, SURVEY, type Bench } from './ports';

const TASK = { taskId: 'backend-T001' } as const;
const SLOT = { identifier: '0003', after: [] };
const put = (bench: Bench, value: unknown): Promise<string> => bench.store.put(JSON.stringify(value));
const load = async (bench: Bench, ref: string): Promise<unknown> =>
  JSON.parse((await bench.store.get(ref)).toString('utf8'));

describe('designMigration', () => {
  const FILES: Readonly<Record<string, string | null>> = {
    'migrations/0010_late.up.sql': 'late',
    'migrations/0002_early.up.sql': 'early',
    'migrations/0003_binary.sql': 'a\0b',
    'migrations/picture.png': 'no',
    'src/0001.sql': 'elsewhere',
  };

  async function design(survey: Dossier['survey'], value = DESIGN) {
    const briefs: MigrationBrief[] = [];
    const bench = await createBench({
      repositories: {
        listFiles: () => Promise.resolve(Object.keys(FILES)),
        readFile: ({ path }) => Promise.resolve(FILES[path] ?? null),
      },
      coordination: {
        designMigration: ({ brief }) => {
          briefs.push(brief);
          return answered(value);
        },
      },
    });
    const handle = { dossier: await put(bench, { ...DOSSIER, survey }) };
    const analysis = await put(bench, { ...NOTHING_TOUCHED, schemaChanges: ['a table of people'] });
    const result = await bench.run('designMigration', {
      handle,
      plan: bench.plan,
      analysis,
      ...TASK,
      slot: SLOT,
    });
    return { bench, result, brief: briefs[0] };
  }
  const migrating = { ...SURVEY, migrations: { tool: 'sql', dir: 'migrations' } };

  test('shows the migrations of the base in the order of their numbers, and stores what was designed', async () => {
    const { bench, result, brief } = await design(migrating);
    expect(brief).toMatchObject({
      task: { id: 'backend-T001' },
      schemaChanges: ['a table of people'],
      slot: SLOT,
      migrations: [
        { path: 'migrations/0002_early.up.sql', text: 'early' },
        { path: 'migrations/0003_binary.sql', text: null },
        { path: 'migrations/0010_late.up.sql', text: 'late' },
      ],
    });
    expect(MigrationDesign.parse(await load(bench, result.design))).toEqual(DESIGN);
    expect(result.summary).toBe('People get a table');
  });

  test('shows none where the repository keeps none, and reads no file then', async () => {
    const { brief } = await design(SURVEY);
    expect(brief?.migrations).toEqual([]);
  });

  test('cuts what enters history, not what is stored', async () => {
    const summary = 'x'.repeat(900);
    const { bench, result } = await design(migrating, { ...DESIGN, summary });
    expect(result.summary).toHaveLength(500);
    expect(await load(bench, result.design)).toMatchObject({ summary });
  });
});

describe('planDeployment and chooseRollout', () => {
  async function planned() {
    const briefs: (DeploymentBrief | RolloutBrief)[] = [];
    const bench = await createBench({
      coordination: {
        planDeployment: ({ brief }) => {
          briefs.push(brief);
          return answered(DEPLOYMENT);
        },
        chooseRollout: ({ brief }) => {
          briefs.push(brief);
          return answered({ ...ROLLOUT, reasons: ['it only adds', 'r'.repeat(500)] });
        },
      },
    });
    const request = {
      handle: bench.handle,
      plan: bench.plan,
      ...TASK,
      design: await put(bench, DESIGN),
      rehearsal: await put(bench, rehearsal()),
      drill: await put(bench, DRILL),
    };
    return { bench, briefs, request };
  }

  test('a deployment stands on design, rehearsal and drill, and says whether it is signed off', async () => {
    const { bench, briefs, request } = await planned();
    const result = await bench.run('planDeployment', request);
    expect(result).toMatchObject({ approved: true, reason: 'it only adds', summary: 'Migrate, then deploy' });
    expect(DeploymentPlan.parse(await load(bench, result.deployment))).toEqual(DEPLOYMENT);
    expect(briefs).toEqual([
      expect.objectContaining({ design: DESIGN, rehearsal: rehearsal(), drill: DRILL }),
    ]);
  });

  test('what was not run is null', async () => {
    const { bench, briefs, request } = await planned();
    await bench.run('planDeployment', { ...request, rehearsal: null, drill: null });
    expect(briefs).toEqual([expect.objectContaining({ rehearsal: null, drill: null })]);
  });

  test('a rollout stands on the deployment too, and its reasons are cut to a line', async () => {
    const { bench, briefs, request } = await planned();
    const deployment = await put(bench, DEPLOYMENT);
    const result = await bench.run('chooseRollout', { ...request, deployment });
    expect(result.strategy).toBe('in-place');
    expect(result.reason).toMatch(/^it only adds; r+$/);
    expect(result.reason).toHaveLength(500);
    expect(RolloutPlan.parse(await load(bench, result.rollout)).phases).toEqual(ROLLOUT.phases);
    expect(briefs).toEqual([expect.objectContaining({ deployment: DEPLOYMENT })]);
  });
});

describe('validateContract', () => {
  async function validated(files: Readonly<Record<string, string>>) {
    const briefs: ContractBrief[] = [];
    const bench = await createBench({
      coordination: {
        validateContract: ({ brief }) => {
          briefs.push(brief);
          return answered({
            decision: 'request-changes',
            comments: [
              { operation: 'GET /people', comment: 'c'.repeat(400) },
              { operation: null, comment: 'say how to sign in' },
            ],
          });
        },
      },
    });
    const stored = await Promise.all(
      Object.entries(files).map(async ([path, text]) => ({
        path,
        blob: await bench.store.put(text),
        bytes: text.length,
        mediaType: 'text/plain',
      })),
    );
    const bundle = await put(bench, {
      name: 'shop',
      revision: 2,
      hash: 'f'.repeat(64),
      kind: 'openapi',
      source: 'openapi.yaml',
      files: stored,
      operations: [{ name: 'GET /people', id: 'listPeople', summary: '' }],
      breaking: [],
    });
    const result = await bench.run('validateContract', {
      handle: bench.handle,
      plan: bench.plan,
      ...TASK,
      bundle,
      revision: 2,
      earlier: ['GET /people: it has no name'],
    });
    return { result, brief: briefs[0] };
  }

  test('shows the bundle with what was asked before, and answers in lines', async () => {
    const { result, brief } = await validated({ 'changelog.md': 'added', 'types.ts': 'export type A = 1' });
    expect(brief).toMatchObject({
      name: 'shop',
      revision: 2,
      operations: ['GET /people'],
      changelog: 'added',
      types: 'export type A = 1',
      earlier: ['GET /people: it has no name'],
    });
    expect(result).toMatchObject({
      decision: 'request-changes',
      comments: [`GET /people: ${'c'.repeat(400)}`, 'say how to sign in'],
    });
  });

  test('does without files the bundle lacks', async () => {
    const { brief } = await validated({});
    expect(brief).toMatchObject({ changelog: null, types: null });
  });
});
