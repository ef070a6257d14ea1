// Needs a POSIX shell; no browser: a program of its name takes its place.
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openInBrowser } from '../../src/cli/open-in-browser';

const LINK = 'http://127.0.0.1:7420/enter?token=secret';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'open-'));
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

test('the browser is given a file only its owner reads; the secret stands in no argument', async () => {
  for (const name of ['xdg-open', 'open']) {
    await writeFile(
      join(home, name),
      `#!/bin/sh\necho "$@" > "${home}/said.part" && mv "${home}/said.part" "${home}/said"\n`,
    );
    await chmod(join(home, name), 0o755);
  }
  const opened = await openInBrowser(LINK, home, { PATH: `${home}:${process.env['PATH'] ?? ''}` });
  expect(opened.problem).toBeUndefined();
  while (!existsSync(join(home, 'said'))) await sleep(10);
  const file = (await readFile(join(home, 'said'), 'utf8')).trim();
  expect(file).not.toContain('secret');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).toContain(`url=${LINK}`);
  await opened.remove();
  expect(existsSync(file)).toBe(false);
});

test('without a program that opens it, it says so', async () => {
  expect((await openInBrowser(LINK, home, { PATH: home })).problem).toContain('use the link');
});
