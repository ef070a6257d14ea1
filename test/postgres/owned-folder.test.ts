// Needs a temporary folder.
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createOwnedFolder, removeAbandonedFolders } from '../../src/postgres/owned-folder';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'owned-folder-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A pid that nobody has any more. */
async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

test('a folder is removed when its process is gone, and not while it runs', async () => {
  const own = basename(await createOwnedFolder(root, 'data'));
  const dead = own.replace(String(process.pid), String(await endedPid()));
  const reused = own.replace(/-\d+\./, '-1.');
  for (const name of [dead, reused]) await mkdir(join(root, name));
  await removeAbandonedFolders(root, 'data');
  expect(await readdir(root)).toEqual([own]);
});

test('the folder of a process that cannot be seen from here, as that of another container, stays', async () => {
  const own = await createOwnedFolder(root, 'data');
  const elsewhere = basename(own)
    .replace(String(process.pid), String(await endedPid()))
    .replace(/\.\d+-/, '.1-');
  await rename(own, join(root, elsewhere));
  await removeAbandonedFolders(root, 'data');
  expect(await readdir(root)).toEqual([elsewhere]);
});
