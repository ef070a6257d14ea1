// Needs PostgreSQL and a temporary folder. Designs of the playbooks against what their migrations make.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../src/config/environment';
import type { MigrationDesign } from '../../src/domain/database/migration-design';
import { readCatalog } from '../../src/gate/database/read-catalog';
import { openSession } from '../../src/gate/database/session';
import type { Table } from '../../src/gate/facts/database';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import type { LoadedPlaybook } from '../../src/offline/playbook';
import { dataFolderFor } from '../../src/postgres/data-folder';
import { startPostgres, type PostgresServer } from '../../src/postgres/start-postgres';

const ROOT = join(__dirname, '..', '..');
const { signal } = new AbortController();

jest.setTimeout(120_000);

let root: string;
let postgres: PostgresServer;
let playbooks: readonly LoadedPlaybook[];
beforeAll(async () => {
  playbooks = await loadPlaybooks(join(ROOT, 'playbooks'));
  root = await mkdtemp(join(tmpdir(), 'playbook-designs-'));
  postgres = await startPostgres({
    path: readEnvironment().path,
    dataRoot: await dataFolderFor(join(root, 'postgres')),
  });
});
afterAll(async () => {
  await postgres.stop();
  await rm(root, { recursive: true, force: true });
});

function playbookOf(name: string): LoadedPlaybook {
  const playbook = playbooks.find((row) => row.name === name);
  if (playbook === undefined) throw new Error(`there is no playbook ${name}`);
  return playbook;
}

/** The statements of a task's migration on the way up, as the last answer of a scenario writes them. */
function migrationOf({ answers }: LoadedPlaybook, scenario: string, task: string): string {
  const written = answers
    .filter(({ when, scenarios }) => when.task?.includes(task) === true && scenarios.includes(scenario))
    .flatMap(({ reply }) => (reply.kind === 'turn' ? reply.tools : []))
    .filter(({ name, input }) => name === 'write' && String(input['file_path']).endsWith('.up.sql'))
    .map(({ input }) => String(input['content']));
  const last = written.at(-1);
  if (last === undefined) throw new Error(`${task} writes no migration in ${scenario}`);
  return last;
}

/** The tables before and after the last of the migrations, on top of those of the sample. */
async function migrate(
  sample: string,
  migrations: readonly string[],
): Promise<{
  readonly before: readonly Table[];
  readonly after: readonly Table[];
}> {
  const database = await postgres.createDatabase();
  const session = await openSession(database.url, signal);
  try {
    const dir = join(ROOT, 'examples', sample, 'migrations');
    for (const file of (await readdir(dir)).filter((name) => name.endsWith('.up.sql')).sort())
      await session.execute(await readFile(join(dir, file), 'utf8'));
    for (const sql of migrations.slice(0, -1)) await session.execute(sql);
    const before = await readCatalog(session);
    await session.execute(migrations.at(-1) ?? '');
    return { before, after: await readCatalog(session) };
  } finally {
    await session.end();
    await database.drop();
  }
}

/** What a migration did, in the words of a design. */
function designed(before: readonly Table[], after: readonly Table[]): MigrationDesign['tables'] {
  return after.flatMap((table): MigrationDesign['tables'] => {
    const old = before.find(({ name }) => name === table.name);
    const isNew =
      <T>(rows: readonly T[] | undefined) =>
      (row: T): boolean =>
        rows?.some((one) => JSON.stringify(one) === JSON.stringify(row)) !== true;
    const columns = table.columns.filter(isNew(old?.columns)).map(({ name, type, nullable, ...column }) => {
      const added = { change: 'add' as const, default: column.default };
      return { name, type, nullable, ...added };
    });
    const dropped = (old?.columns ?? []).filter(
      ({ name }) => !table.columns.some((column) => column.name === name),
    );
    const indexes = table.indexes
      .filter(({ name }) => !table.constraints.some((constraint) => constraint.name === name))
      .filter(isNew(old?.indexes));
    const constraints = table.constraints.filter(isNew(old?.constraints));
    if (columns.length + dropped.length + indexes.length + constraints.length === 0) return [];
    return [
      {
        table: table.name,
        change: old === undefined ? 'create' : 'alter',
        columns: [
          ...columns,
          ...dropped.map(({ name, nullable }) => {
            return { name, change: 'drop' as const, type: '', nullable, default: null };
          }),
        ],
        indexes: indexes.map((index) => {
          return { name: index.name, change: 'add', columns: [...index.columns], unique: index.unique };
        }),
        constraints: constraints.map(({ definition }) => definition),
      },
    ];
  });
}

/** Sorted, since the order of tables, columns, indexes and constraints says nothing. */
function sorted(tables: MigrationDesign['tables']): MigrationDesign['tables'] {
  const byText = <T>(rows: readonly T[]): T[] =>
    [...rows].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  return [...tables]
    .sort((one, other) => (one.table < other.table ? -1 : 1))
    .map((table) => ({
      ...table,
      columns: byText(
        table.columns.map(({ name, change, type, nullable, ...column }) => {
          return { name, change, type, nullable, default: column.default };
        }),
      ),
      indexes: byText(
        table.indexes.map(({ name, change, columns, unique }) => ({ name, change, columns, unique })),
      ),
      constraints: byText(table.constraints),
    }));
}

test.each([
  ['auth', 'clean', ['backend-T002']],
  ['auth', 'contract', ['backend-T002']],
  // The comments it forgets are no part of a design.
  ['auth', 'default', ['backend-T002']],
  ['auth', 'human', ['backend-T002']],
  ['auth', 'human', ['backend-T002', 'backend-T009']],
  ['inventory', 'clean', ['backend-T002']],
])('%s, %s: the design of the last of %j is what its migration makes', async (name, scenario, tasks) => {
  const playbook = playbookOf(name);
  const { before, after } = await migrate(
    playbook.target.sample,
    tasks.map((task) => migrationOf(playbook, scenario, task)),
  );
  const design = playbook.design?.find(
    (row) => row.task === tasks.at(-1) && row.scenarios.includes(scenario),
  )?.design;
  expect(design).toBeDefined();
  expect(sorted(design?.tables ?? [])).toEqual(sorted(designed(before, after)));
});

test('every query of a design is served by a key or an index that is there', async () => {
  for (const playbook of playbooks) {
    for (const { task, scenarios, design } of playbook.design ?? []) {
      const earlier = task === 'backend-T002' ? [task] : ['backend-T002', task];
      const scenario = scenarios[0] ?? 'clean';
      const { after } = await migrate(
        playbook.target.sample,
        earlier.map((id) => migrationOf(playbook, scenario, id)),
      );
      const indexes = after.flatMap((table) => table.indexes.map((index) => index.name));
      expect(indexes).toEqual(expect.arrayContaining(design.queries.map(({ servedBy }) => servedBy)));
    }
  }
});
