// Needs git and temporary folders. A playbook's migrations under the identifier the task is told.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { renumbering } from '../../src/offline/renumber';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { createSampleRepository, type SampleRepository } from './support/sample-repository';
import { runSample } from './support/sample-run';

const MIGRATIONS = [
  { task: 'backend-T002', dir: 'migrations', identifier: '0003', name: 'authentication' },
  { task: 'backend-T009', dir: 'migrations', identifier: '0004', name: 'digests' },
];
const toldTo = (identifier: string): string =>
  `x\nMIGRATION NUMBER: begin the file's name with ${identifier}\ny`;

describe('the migrations of a playbook', () => {
  const VALUE = {
    tools: [{ input: { file_path: 'migrations/0003_authentication.up.sql', content: 'since 0003 (0003)' } }],
    text: 'Migration 0003 adds users.',
    other: ['10003', '0003a', 'a0003', 3, null, /0003/],
  };

  it('get the identifier their task is told, in paths and in texts, and nothing else is touched', () => {
    const renumber = renumbering(MIGRATIONS, { task: 'backend-T002', told: toldTo('0007') });
    expect(renumber(VALUE)).toEqual({
      tools: [
        { input: { file_path: 'migrations/0007_authentication.up.sql', content: 'since 0007 (0007)' } },
      ],
      text: 'Migration 0007 adds users.',
      other: ['10003', '0003a', 'a0003', 3, null, /0003/],
    });
  });

  it('keep their own where it is the one that is told, or nobody says anything', () => {
    for (const told of [toldTo('0003'), 'nothing']) {
      expect(renumbering(MIGRATIONS, { task: 'backend-T002', told })(VALUE)).toBe(VALUE);
    }
  });

  it('are known to other tasks by a path that was shown, not by a number that is not theirs', () => {
    const told = 'grep\nmigrations/20261126_authentication.up.sql:3:create table users';
    const text = (of: string): string => renumbering(MIGRATIONS, { task: 'backend-T003', told: of })('0003');
    expect(text(told)).toBe('20261126');
    expect(text(toldTo('0007'))).toBe('0003');
    expect(text('old/migrations/0007_authentication.up.sql')).toBe('0003');
  });

  it('stay in their order: a later one moves along unless it is told its own', () => {
    const shown = 'migrations/0007_authentication.up.sql';
    const both = (told: string): string =>
      renumbering(MIGRATIONS, { task: 'backend-T009', told })('0003, 0004');
    expect(both(shown)).toBe('0007, 0008');
    expect(both(`${shown}\n${toldTo('0012')}`)).toBe('0007, 0012');
  });
});

describe('a run that is told another number', () => {
  let offline: OfflineModel;
  let repository: SampleRepository;
  beforeAll(async () => {
    offline = await startOfflineModel({
      playbooks: await loadPlaybooks(join(__dirname, '..', '..', 'playbooks')),
    });
  });
  afterAll(() => offline.stop());
  afterEach(() => repository.remove());

  /** What is written is looked at here and not run. */
  const sampleOf = (name: string): Promise<SampleRepository> =>
    createSampleRepository({
      name,
      modules: null,
      commands: { test: ['true'], lint: ['true'] },
      environment: { PATH: process.env['PATH'] },
      addDependency: () => Promise.resolve([]),
      remove: () => Promise.resolve(),
    });
  const slotFor = (task: string, identifier: string) => (taskId: string) =>
    taskId === task ? { design: null, slot: { identifier, after: [] } } : undefined;

  async function texts(...paths: readonly string[]): Promise<string> {
    return (await Promise.all(paths.map((path) => readFile(join(repository.path, path), 'utf8')))).join('\n');
  }

  test('writes, documents and mends its migration under it, and its repair comes after', async () => {
    repository = await sampleOf('orders-service');
    const { tasks } = await runSample(repository, offline, {
      playbook: 'auth',
      objective: 'Add user authentication system with OAuth2 and JWT',
      scenario: 'human',
      order: [1, 2, 3, 4, 5, 6, 7].map((number) => `backend-T00${String(number)}`),
      orders: slotFor('backend-T002', '0007'),
      decide: () => 'retry',
    });
    expect([...tasks.values()].every(({ step }) => step.kind === 'settled')).toBe(true);
    expect((await readdir(join(repository.path, 'migrations'))).sort()).toEqual([
      '0001_orders.down.sql',
      '0001_orders.up.sql',
      '0002_order_items.down.sql',
      '0002_order_items.up.sql',
      '0007_authentication.down.sql',
      '0007_authentication.up.sql',
      '0008_refresh_token_digests.down.sql',
      '0008_refresh_token_digests.up.sql',
    ]);
    const documents = await texts('docs/schema.md', 'docs/security/auth-audit.md');
    expect(documents).toContain('(0007, 0008)');
    expect(documents).not.toMatch(/\b000[34]\b/);
  });

  test('of Python finds its migration too', async () => {
    repository = await sampleOf('inventory-service');
    await runSample(repository, offline, {
      playbook: 'inventory',
      objective: 'Add stock reservations with expiry to the inventory API',
      scenario: 'clean',
      order: [1, 2, 3, 4, 5].map((number) => `backend-T00${String(number)}`),
      orders: slotFor('backend-T002', '0005'),
    });
    const names = await readdir(join(repository.path, 'migrations'));
    expect(names.filter((name) => name.includes('reservations')).sort()).toEqual([
      '0005_reservations.down.sql',
      '0005_reservations.up.sql',
    ]);
    expect(await texts('docs/schema.md')).not.toMatch(/\b0002\b/);
  });
});
