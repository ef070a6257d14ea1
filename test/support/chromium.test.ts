// Needs a writable temporary folder.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserTests } from './chromium';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'path-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const NOWHERE = '/nowhere';

describe('tests in a browser', () => {
  test('run with the Chromium of the path, in CI too', async () => {
    const chromium = join(folder, 'chromium');
    await writeFile(chromium, '');
    await chmod(chromium, 0o755);
    expect(browserTests({ PATH: `${NOWHERE}:${folder}`, CI: 'true' })).toEqual({ kind: 'run', chromium });
  });

  test('are left out by their name where there is none', () => {
    expect(browserTests({ PATH: NOWHERE }).kind).toBe('skip');
    expect(browserTests({ PATH: NOWHERE, CI: 'false' }).kind).toBe('skip');
  });

  test('fail with one sentence where there is none and CI is set', () => {
    expect(browserTests({ PATH: NOWHERE, CI: 'true' })).toEqual({
      kind: 'fail',
      why: expect.stringMatching(
        /^No Chromium is on PATH and CI is set: .*BACKEND_COORDINATOR_NO_CHROMIUM=1/,
      ),
    });
  });

  test('are left out in CI where it is said on purpose that there is none', () => {
    const environment = { PATH: NOWHERE, CI: 'true', BACKEND_COORDINATOR_NO_CHROMIUM: '1' };
    expect(browserTests(environment).kind).toBe('skip');
    expect(browserTests({ ...environment, BACKEND_COORDINATOR_NO_CHROMIUM: '' }).kind).toBe('fail');
  });
});
