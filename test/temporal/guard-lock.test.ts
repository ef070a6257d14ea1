// Needs no server: lock files in a temporary folder.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireGuardLock } from '../../src/temporal/guard-lock';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function locks(): Promise<string[]> {
  return (await readdir(home)).filter((name) => name.startsWith('guard.'));
}

test('of many contenders exactly one becomes the guard', async () => {
  const outcomes = await Promise.all(Array.from({ length: 16 }, () => acquireGuardLock(home)));
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  expect(await acquireGuardLock(home)).toBe(false);
});

test.each([
  ['a process that is gone', JSON.stringify({ pid: 2 ** 30, startedAt: '1' })],
  ['another process with the same pid', JSON.stringify({ pid: process.pid, startedAt: 'earlier' })],
  ['a file cut short', '{"pid":'],
])('the lock of %s is taken over by exactly one', async (_, content) => {
  await writeFile(join(home, 'guard.7.lock'), content);
  const outcomes = await Promise.all(Array.from({ length: 16 }, () => acquireGuardLock(home)));
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  expect(await locks()).toEqual(['guard.8.lock']);
});
