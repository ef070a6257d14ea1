// Needs Temporal, git and PostgreSQL: two objectives that run at the same time on one repository.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { Client } from 'pg';
import { QUERIES } from '../../src/domain/objective/messages';
import { ObjectiveStatus } from '../../src/domain/objective/status';
import { startPostgres } from '../../src/postgres/start-postgres';
import { animalOf, migratingDepartment, objectiveOf, questionOf, REPOSITORY } from './migrating-department';
import { git, openStage, pause, type Stage } from './stage';

const RUN_TIMEOUT_MS = 600_000;

let stage: Stage;
afterEach(() => stage.dispose());

const statusOf = async (handle: WorkflowHandle): Promise<ObjectiveStatus> =>
  ObjectiveStatus.parse(await handle.query(QUERIES.objectiveStatus));

const numberOf = ({ databaseChanges = [] }: ObjectiveStatus): string =>
  databaseChanges.map(({ slot }) => slot?.identifier ?? 'none').join();

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; round < 12_000; round++) {
    if (await condition()) return;
    await pause(20);
  }
  throw new Error('It did not come to that');
}

/** Waits for the end of an objective; one that asks a human will not come to it. */
async function delivered(handle: WorkflowHandle): Promise<ObjectiveStatus> {
  await until(async () => {
    const { state, outcome, escalations, events } = await statusOf(handle);
    if (escalations.length > 0 || state === 'awaiting-human')
      throw new Error(`It asks:\n${events.map(({ text }) => text).join('\n')}`);
    return outcome !== null;
  });
  await handle.result();
  return statusOf(handle);
}

test(
  'two that migrate at the same moment both deliver under numbers of their own, and merged they apply from zero',
  async () => {
    const silenced = new Set<string>();
    const answer = migratingDepartment();
    stage = await openStage((request) => {
      const animal = animalOf(request);
      // The worker dies while it waits for these: after the numbers were given out, before anything is written.
      if (questionOf(request) === 'design-migration' && !silenced.has(animal)) {
        silenced.add(animal);
        return { kind: 'silence' };
      }
      return answer(request);
    });
    await stage.startServer();
    const first = await stage.startWorker();
    const repository = await stage.makeRepository('animals', REPOSITORY);
    const animals = ['cats', 'dogs'];
    const started = await Promise.all(
      animals.map((animal) =>
        stage.startObjective(
          `objective-${animal}-00000000`,
          {},
          { objective: objectiveOf(animal), repository },
        ),
      ),
    );
    await until(() => silenced.size === animals.length);
    await first.kill();
    const second = await stage.startWorker();
    const ended = await Promise.all(started.map(({ handle }) => delivered(handle)));
    await second.kill();
    for (const { close } of started) await close();

    expect(ended.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered']);
    expect(ended.map(numberOf).sort()).toEqual(['0002', '0003']);
    const steps = ended.map(({ databaseChanges = [] }) =>
      databaseChanges.flatMap((row) => row.steps.map(({ state }) => state)),
    );
    expect(steps).toEqual(animals.map(() => ['done', 'done', 'done', 'done', 'done', 'pending']));

    // The later one's report says whose branch is merged first.
    const byNumber = ended.sort((a, b) => numberOf(a).localeCompare(numberOf(b)));
    const [before, after] = byNumber;
    expect(readFileSync(after?.delivery?.report ?? '', 'utf8')).toContain(
      `Merge after: \`0002\` of \`${before?.objectiveId ?? ''}\``,
    );
    for (const { delivery } of byNumber)
      await git(repository.path, 'merge', '--quiet', '--no-edit', delivery?.branch ?? '');
    const files = readdirSync(join(repository.path, 'migrations')).sort();
    expect(files.map((name) => name.slice(0, 4))).toEqual(['0001', '0002', '0003'].flatMap((n) => [n, n]));
    await applies(join(repository.path, 'migrations'), [...animals, 'owners']);
  },
  RUN_TIMEOUT_MS,
);

/** Runs every migration of a folder on an empty database, and takes them back. */
async function applies(folder: string, tables: readonly string[]): Promise<void> {
  const server = await startPostgres({
    path: process.env['PATH'] ?? '',
    dataRoot: join(stage.home, 'data-of-the-test'),
  });
  try {
    const database = await server.createDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const tablesNow = async (): Promise<string[]> => {
      const { rows } = await client.query<{ name: string }>(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
      );
      return rows.map(({ name }) => name);
    };
    const run = async (names: readonly string[]): Promise<void> => {
      for (const name of names) await client.query(readFileSync(join(folder, name), 'utf8'));
    };
    try {
      const names = readdirSync(folder).sort();
      await run(names.filter((name) => name.endsWith('.up.sql')));
      expect(await tablesNow()).toEqual(tables);
      await run(names.filter((name) => name.endsWith('.down.sql')).reverse());
      expect(await tablesNow()).toEqual([]);
    } finally {
      await client.end();
    }
  } finally {
    await server.stop();
  }
}

test(
  'two whose tasks own the same path work one after the other: the second says for whom it waits, and goes on',
  async () => {
    const path = 'docs/animals.md';
    const answer = migratingDepartment(() => path);
    let open = false;
    stage = await openStage(async (request) => {
      // Whoever comes first holds the path until the other was seen waiting.
      if (questionOf(request) === undefined) await until(() => open);
      return answer(request);
    });
    await stage.startServer();
    const worker = await stage.startWorker();
    const repository = await stage.makeRepository('animals', REPOSITORY);
    const started = await Promise.all(
      ['cats', 'dogs'].map((animal) =>
        stage.startObjective(
          `objective-${animal}-00000000`,
          {},
          { objective: objectiveOf(animal), repository },
        ),
      ),
    );
    const statuses = (): Promise<ObjectiveStatus[]> =>
      Promise.all(started.map(({ handle }) => statusOf(handle)));
    const waiting = ({ tasks }: ObjectiveStatus): boolean => tasks.some((task) => task.waitingFor !== null);
    await until(async () => (await statuses()).some(waiting));
    const [waiter, holder] = (await statuses()).sort((a, b) => Number(waiting(b)) - Number(waiting(a)));
    expect(waiter?.tasks[0]).toMatchObject({
      attempts: [],
      waitingFor: holder?.objectiveId,
      doing: `waits for ${holder?.objectiveId ?? ''} (backend-T001): ${path}`,
    });
    open = true;
    const ended = await Promise.all(started.map(({ handle }) => delivered(handle)));
    await worker.kill();
    for (const { close } of started) await close();

    expect(ended.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered']);
    const second = ended.find(({ objectiveId }) => objectiveId === waiter?.objectiveId);
    const first = ended.find(({ objectiveId }) => objectiveId === holder?.objectiveId);
    expect(second?.events.map(({ text }) => text)).toContain(
      `no longer waits for ${holder?.objectiveId ?? ''}`,
    );
    // Nothing of the task was begun before the other objective had delivered.
    const delivery = first?.events.find(({ text }) => text.startsWith('delivered '))?.at;
    const began = second?.events.find(({ text }) => text.startsWith('attempt 1 '))?.at;
    expect([delivery, began]).toEqual([expect.any(String), expect.any(String)]);
    expect(Date.parse(began ?? '')).toBeGreaterThanOrEqual(Date.parse(delivery ?? ''));
  },
  RUN_TIMEOUT_MS,
);
