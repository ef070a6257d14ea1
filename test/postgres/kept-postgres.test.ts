// Starts PostgreSQL from PATH, or from the package.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { queryOnce } from '../../src/postgres/databases';
import { keepPostgres } from '../../src/postgres/kept-postgres';
import { startPostgres } from '../../src/postgres/start-postgres';

let dataRoot: string;
beforeAll(async () => {
  dataRoot = await mkdtemp(join(tmpdir(), 'kept-postgres-'));
  spawnSync('chmod', ['755', dataRoot]);
});
afterAll(() => rm(dataRoot, { recursive: true, force: true }));

it('a server that is gone is replaced for whoever asks next, once; one that runs is everybody’s', async () => {
  let starts = 0;
  const kept = keepPostgres(() => {
    starts += 1;
    return startPostgres({ path: process.env['PATH'] ?? '', dataRoot });
  });
  try {
    const [first, same] = await Promise.all([kept.get(), kept.get()]);
    expect(same).toBe(first);
    await first.stop();
    const [second, again] = await Promise.all([kept.get(), kept.get()]);
    expect(again).toBe(second);
    expect(second).not.toBe(first);
    expect(await queryOnce(second.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(starts).toBe(2);
  } finally {
    await kept.stop();
  }
});

it('a start that failed is tried again by the next who asks', async () => {
  let starts = 0;
  const kept = keepPostgres(() => {
    starts += 1;
    return Promise.reject(new Error(`no server, try ${String(starts)}`));
  });
  await expect(kept.get()).rejects.toThrow('try 1');
  await expect(kept.get()).rejects.toThrow('try 2');
  await kept.stop();
});
