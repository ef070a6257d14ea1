// Needs no server: a home folder of its own in the temporary directory.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { planGc, removeItems } from '../../src/cli/collect-garbage';
import { DAY_MS } from '../../src/cli/gc-plan';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'gc-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const folders = () => ({
  blobs: join(home, 'blobs'),
  journals: join(home, 'journals'),
  reports: join(home, 'reports'),
  logs: join(home, 'logs'),
  receipts: join(home, 'receipts'),
  dependencies: join(home, 'dependencies'),
});

async function file(path: string, ageDays: number): Promise<string> {
  const full = join(home, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, 'xyz');
  const at = new Date(Date.now() - ageDays * DAY_MS);
  await utimes(full, at, at);
  await utimes(dirname(full), at, at);
  return full;
}

const request = (open: readonly string[] = []) => ({ olderThanMs: 30 * DAY_MS, open: new Set(open) });

test('receipts and installed dependencies go by age, a folder as a whole', async () => {
  const oldReceipt = await file('receipts/a.json', 40);
  const newReceipt = await file('receipts/b.json', 1);
  const oldInstall = await file('dependencies/old/node_modules', 40);
  const newInstall = await file('dependencies/new/node_modules', 1);

  const plan = await planGc(folders(), request());
  expect(plan.items).toEqual([
    { kind: 'receipt', path: oldReceipt, bytes: 3 },
    { kind: 'dependency', path: dirname(oldInstall), bytes: 3 },
  ]);
  await removeItems(plan.items);
  expect([oldReceipt, newReceipt, dirname(oldInstall), newInstall].map((path) => existsSync(path))).toEqual([
    false,
    true,
    false,
    true,
  ]);
});

test('dependencies and blobs stay while an objective is open, and that is said', async () => {
  await file('dependencies/old/node_modules', 40);
  await file('blobs/ab', 40);
  const plan = await planGc(folders(), request(['objective-x-0123abcd']));
  expect(plan.items).toEqual([]);
  expect(plan.notes.join()).toMatch(/Blobs and dependencies stay while an objective is open/);
});

test('what other adapters found is part of the preview', async () => {
  const data = await file('postgres/postgres-1-1-abcdef/PG_VERSION', 0);
  const plan = await planGc(folders(), request(), {
    objectives: ['objective-x-0123abcd'],
    databases: [dirname(data)],
  });
  expect(plan.objectives).toEqual(['objective-x-0123abcd']);
  expect(plan.items).toEqual([{ kind: 'database', path: dirname(data), bytes: 3 }]);
});
