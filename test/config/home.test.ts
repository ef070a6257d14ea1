// Needs nothing but a temporary folder.
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../src/config/environment';
import { ensureHome, explainFileError, resolveHome } from '../../src/config/home';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'home-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test.each([
  [{ HOME: '/u' }, '/u/.local/state/backend-coordinator', '/u/.cache/backend-coordinator'],
  [
    { HOME: '/u', XDG_STATE_HOME: '/s', XDG_CACHE_HOME: '/c' },
    '/s/backend-coordinator',
    '/c/backend-coordinator',
  ],
  [
    { HOME: '/u', XDG_STATE_HOME: 'relative' },
    '/u/.local/state/backend-coordinator',
    '/u/.cache/backend-coordinator',
  ],
  [{ HOME: '/u', COORDINATOR_HOME: '/h' }, '/h', '/u/.cache/backend-coordinator'],
  [{ HOME: '/u', COORDINATOR_HOME: 'h', INIT_CWD: '/w' }, '/w/h', '/u/.cache/backend-coordinator'],
])('%j -> %s', (variables, home, cache) => {
  expect(resolveHome(readEnvironment(variables))).toEqual({ home, cache });
});

test('a new home belongs to its owner only and holds nothing', async () => {
  const home = join(folder, 'über haus', 'deep');
  await ensureHome({ home });
  expect((await stat(home)).mode & 0o777).toBe(0o700);
  expect(await readdir(home)).toEqual([]);
});

test('a file in the place of the home -> exit code 2', async () => {
  await writeFile(join(folder, 'file'), '');
  for (const home of [join(folder, 'file'), join(folder, 'file', 'deeper')]) {
    await expect(ensureHome({ home })).rejects.toMatchObject({ exitCode: 2 });
  }
});

test.each(['EROFS', 'EACCES', 'ENOSPC', 'EDQUOT'])('%s -> exit code 2 and what to do', (code) => {
  const error = explainFileError(Object.assign(new Error(code), { code }), '/h');
  expect(error).toMatchObject({ exitCode: 2, message: expect.stringMatching(/\/h[ ;].*COORDINATOR_HOME/) });
});
