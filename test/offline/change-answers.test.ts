// Needs loopback. What the bundled playbooks answer about schema changes and contracts, asked as the activities ask.
import { join } from 'node:path';
import { MigrationDesign } from '../../src/domain/database/migration-design';
import { Plan, type DelegatedTask, type PlanTask } from '../../src/domain/plan/plan';
import type { RehearsalReport } from '../../src/domain/database/rehearsal';
import { createClientFor } from '../../src/model/client';
import { createCoordination } from '../../src/model/coordination';
import { loadRoles } from '../../src/model/roles';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import type { LoadedPlaybook } from '../../src/offline/playbook';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import type { ContractBrief, DeploymentBrief } from '../../src/ports/change-briefs';
import type { Coordination } from '../../src/ports/department';
import { dossierFixture, memoryBlobs, taskFixture } from '../model/fixtures';
import { DESIGN, DRILL, rehearsal, statement } from '../support/changes';
import { askingFixture } from '../support/journals';

const ROOT = join(__dirname, '..', '..');
const { signal } = new AbortController();

let offline: OfflineModel;
let playbooks: readonly LoadedPlaybook[];
let coordination: Coordination;
beforeAll(async () => {
  playbooks = await loadPlaybooks(join(ROOT, 'playbooks'));
  offline = await startOfflineModel({ playbooks });
  coordination = createCoordination({
    clientFor: createClientFor({
      anthropic: { apiKey: undefined, baseUrl: undefined },
      offlineUrl: (playbook, scenario) => offline.url(playbook, scenario),
    }),
    roles: await loadRoles(join(ROOT, 'agents')),
    blobs: memoryBlobs(),
  });
});
afterAll(() => offline.stop());

function asked<B>(playbook: string, scenario: string, brief: B) {
  const dossier = { ...dossierFixture(scenario), model: { kind: 'offline' as const, playbook, scenario } };
  return { dossier, brief, asking: askingFixture(), signal };
}

function tasksOf({ answers }: LoadedPlaybook): readonly PlanTask[] {
  const reply = answers.find(({ when }) => when.ask === 'plan')?.reply;
  return Plan.parse(reply?.kind === 'json' ? reply.value : undefined).tasks;
}
const delegated = (task: PlanTask): DelegatedTask => ({ ...task, blocks: [] });
const schemaTask = taskFixture('backend-T002', { specialist: 'database-optimizer', kind: 'schema' });

test('every schema task of a bundled playbook has a design in every scenario, whatever its number', async () => {
  const designed: string[] = [];
  for (const playbook of playbooks) {
    for (const task of tasksOf(playbook).filter(({ kind }) => kind === 'schema')) {
      for (const { name } of playbook.scenarios) {
        const slot = { identifier: '0042', after: [] };
        const brief = { task: delegated(task), schemaChanges: [], migrations: [], slot };
        const { value } = await coordination.designMigration(asked(playbook.name, name, brief));
        expect(MigrationDesign.safeParse(value).success).toBe(true);
        designed.push(`${playbook.name}/${task.id}`);
      }
    }
  }
  expect([...new Set(designed)]).toEqual(['auth/backend-T002', 'inventory/backend-T002']);
});

test('where refresh tokens are let in as they are, the design says so before', async () => {
  const slot = { identifier: '0003', after: [] };
  const brief = { task: schemaTask, schemaChanges: [], migrations: [], slot };
  const keyOf = async (scenario: string): Promise<string | undefined> => {
    const { value } = await coordination.designMigration(asked('auth', scenario, brief));
    return value.tables.find(({ table }) => table === 'refresh_tokens')?.columns[0]?.name;
  };
  expect([await keyOf('clean'), await keyOf('human')]).toEqual(['token_hash', 'token']);
});

test('a playbook without a schema change refuses to design one', async () => {
  const brief = {
    task: schemaTask,
    schemaChanges: [],
    migrations: [],
    slot: { identifier: null, after: [] },
  };
  const refused = coordination.designMigration(asked('catalog', 'clean', brief));
  await expect(refused).rejects.toMatchObject({ type: 'Model.InvalidRequest', retryable: false });
  await expect(refused).rejects.toThrow('has no answer for the question "design-migration" of backend-T002');
});

describe.each(['auth', 'inventory'])('a schema change of %s', (playbook) => {
  const briefOf = (report: RehearsalReport | null): DeploymentBrief => ({
    task: schemaTask,
    design: DESIGN,
    rehearsal: report,
    drill: DRILL,
  });

  test('is signed off with the longest wait that was measured, also of a statement nobody is shown', async () => {
    const many = Array.from({ length: 60 }, () => statement({ readersBlockedMs: 1 }));
    const measured = rehearsal({ statements: [...many, statement({ writersBlockedMs: 87.43 })] });
    const { value } = await coordination.planDeployment(asked(playbook, 'clean', briefOf(measured)));
    expect(value).toMatchObject({ estimatedLockMs: 88, signOff: { decision: 'approved' } });
    expect(value.signOff.reason).toContain('87.5 ms; the restore was drilled');
    expect(value.order[0]).toMatch(/^Back up: pg_dump /);
  });

  test('is signed off where nothing could be measured, which is said', async () => {
    const brief = { ...briefOf(null), drill: null };
    const { value } = await coordination.planDeployment(asked(playbook, 'clean', brief));
    expect(value.signOff).toEqual({
      decision: 'approved',
      reason: 'nothing was measured on a replica; the restore was not drilled here',
    });
  });

  test('that destroys data begins with the backup, so it is accepted at once', async () => {
    const destructive = [{ migration: 'm', what: 'column a', sql: 'ALTER' }];
    const { value, usage } = await coordination.planDeployment(
      asked(playbook, 'clean', briefOf(rehearsal({ destructive }))),
    );
    expect(usage.requests).toBe(1);
    expect(value.signOff.decision).toBe('approved');
  });

  test.each<[string, DeploymentBrief]>([
    [
      'the replica',
      briefOf(rehearsal({ problems: [{ step: 'replica', text: 'writers waited for 9 s', evidence: [] }] })),
    ],
    [
      'the restore',
      {
        ...briefOf(rehearsal()),
        drill: {
          ...DRILL,
          problems: [{ step: 'deployment', text: 'writers waited for 9 s', evidence: [] }],
        },
      },
    ],
  ])('is refused for what went wrong on %s', async (_, brief) => {
    const { value } = await coordination.planDeployment(asked(playbook, 'clean', brief));
    expect(value.signOff).toEqual({ decision: 'refused', reason: 'writers waited for 9 s' });
  });

  test('is rolled out in place where the old version works or nobody could tell', async () => {
    for (const oldVersionWorks of [true, null]) {
      const { deployment, ...brief } = await deployed(briefOf(rehearsal({ oldVersionWorks })));
      const { value } = await coordination.chooseRollout(asked(playbook, 'clean', { ...brief, deployment }));
      expect(value.strategy).toBe('in-place');
      expect(value.phases[0]?.action).toBe('migrate-up');
    }
  });

  async function deployed(brief: DeploymentBrief) {
    const { value } = await coordination.planDeployment(asked(playbook, 'clean', brief));
    return { ...brief, deployment: value };
  }

  test('never runs an old version that fails on the new schema beside the new one', async () => {
    const brief = await deployed(briefOf(rehearsal({ oldVersionWorks: false })));
    const choice = coordination.chooseRollout(asked(playbook, 'clean', brief));
    if (playbook === 'inventory') {
      await expect(choice).rejects.toMatchObject({ type: 'Model.InvalidRequest' });
      return;
    }
    const { value, usage } = await choice;
    expect(usage.requests).toBe(1);
    expect(value.strategy).toBe('expand-contract');
    expect(value.reasons).toContain('the old version on the new schema: does not work');
  });
});

describe('the frontend', () => {
  const contract = (more: Partial<ContractBrief> = {}): ContractBrief => ({
    task: taskFixture('backend-T001'),
    name: 'x',
    revision: 1,
    hash: 'f'.repeat(64),
    operations: [],
    breaking: [],
    changelog: null,
    types: 'interface Tokens { expiresIn: number }',
    earlier: [],
    ...more,
  });

  test.each([
    ['auth', ['POST /v1/auth/login', 'GET /v1/account'], 3],
    ['billing', ['POST /v1/invoices/{invoiceId}/credit-notes'], 2],
    ['catalog', ['Mutation.addReview', 'Mutation.removeReview'], 3],
    ['inventory', ['POST /v1/items/{sku}/reservations'], 2],
  ])(
    'approves the contract of %s and speaks of operations it has',
    async (playbook, operations, comments) => {
      const { value } = await coordination.validateContract(
        asked(playbook, 'clean', contract({ operations })),
      );
      expect(value.decision).toBe('approve');
      expect(value.comments).toHaveLength(comments);
    },
  );

  test('asks for a change once: until the types have what it asks for, not until it was said', async () => {
    const operations = ['POST /v1/auth/login'];
    const review = async (brief: Partial<ContractBrief>, scenario = 'contract') =>
      (await coordination.validateContract(asked('auth', scenario, contract({ operations, ...brief }))))
        .value;
    const first = await review({ types: 'interface Tokens {}' });
    expect(first).toMatchObject({
      decision: 'request-changes',
      comments: [{ operation: 'POST /v1/auth/login' }],
    });
    const earlier = first.comments.map(({ comment }) => comment);
    expect(await review({ types: 'interface Tokens {}', revision: 2, earlier })).toEqual(first);
    expect(await review({ revision: 2, earlier })).toMatchObject({ decision: 'approve' });
    expect(await review({ types: 'interface Tokens {}' }, 'clean')).toMatchObject({ decision: 'approve' });
  });
});
