// Needs Linux with /dev/shm for what is in memory.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFolderFor, dataFolders } from '../../src/postgres/data-folder';
import { startPostgres } from '../../src/postgres/start-postgres';

const GIB = 1024 ** 3;
const DISK = '/somewhere/on/the/disk';

function hasRoomInMemory(): boolean {
  try {
    const { type, bavail, bsize } = statfsSync('/dev/shm');
    return type === 0x01021994 && bavail * bsize >= 4 * GIB;
  } catch {
    return false;
  }
}
const inMemory = hasRoomInMemory() ? test : test.skip;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

inMemory('data goes to memory where there is plenty', async () => {
  expect(await dataFolderFor(DISK, { folder: '/dev/shm', availableBytes: 8 * GIB })).toBe('/dev/shm');
});

test('data stays on the disk where memory is short, whatever the file system in it says', async () => {
  expect(await dataFolderFor(DISK, { folder: '/dev/shm', availableBytes: 3 * GIB })).toBe(DISK);
});

test('a folder that is missing or not in memory is not taken', async () => {
  // The home's file system: temporary files may well be in memory.
  for (const other of [join(folder, 'missing'), __dirname]) {
    expect(await dataFolderFor(DISK, { folder: other, availableBytes: 64 * GIB })).toBe(DISK);
  }
});

inMemory('a server with its data in memory works and leaves nothing there', async () => {
  const server = await startPostgres({ path: process.env['PATH'] ?? '', dataRoot: '/dev/shm' });
  try {
    const database = await server.createDatabase();
    await database.drop();
  } finally {
    await server.stop();
  }
  const left = (await readdir('/dev/shm')).filter((name) =>
    name.startsWith(`postgres-${String(process.pid)}-`),
  );
  expect(left).toEqual([]);
});

test('what a killed process left is looked for in both places', () => {
  expect(dataFolders(DISK)).toContain(DISK);
  expect(dataFolders(DISK).includes('/dev/shm')).toBe(process.platform === 'linux');
});
