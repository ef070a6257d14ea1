import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSettings, readSettings, settingsPath } from '../../src/config/settings-file';
import { ConfigurationError } from '../../src/domain/common/user-error';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'settings-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe('settings of an installation', () => {
  it('are none without the file', async () => {
    expect(await readSettings({ home })).toEqual({ version: 1 });
  });

  it('are read with their comments, and notifications are off unless written down', async () => {
    await writeFile(settingsPath({ home }), '# mine\nversion: 1\nbudgetUsd: 2.5 # dollars\n');
    expect(await readSettings({ home })).toEqual({ version: 1, budgetUsd: 2.5 });
  });

  it.each([
    ['an unknown key', 'version: 1\nmodel: auto\nbudget: 3\n', /s\.yaml:3 .*budget/],
    [
      'a key missing in a list',
      'version: 1\nnotifications:\n  webhooks:\n    - name: ops\n',
      /s\.yaml:4 .*url/,
    ],
    ['tabs', 'version: 1\nnotifications:\n\tbell: true\n', /s\.yaml:3 is not YAML/],
    ['an alias', 'version: 1\nrepository: &a x\nmodel: *a\n', /s\.yaml:3 refers to another place with \*a/],
    ['a key twice', 'version: 1\nversion: 1\n', /s\.yaml:2 is not YAML/],
    ['brackets thousands deep', '['.repeat(60_000), /nested far too deep/],
    ['lists thousands deep', '- '.repeat(30_000), /nested far too deep/],
    ['nothing in it', '# only this\n', /wrong at the top/],
    ['a budget of nothing', 'version: 1\nbudgetUsd: 0\n', /s\.yaml:2 .*budgetUsd/],
    ['no YAML', 'version: [1\n', /is not YAML/],
    [
      'a secret in a variable of somebody else',
      'version: 1\nnotifications:\n  webhooks:\n    - name: ops\n      url: https://hooks.example\n      secretEnv: ANTHROPIC_API_KEY\n',
      /COORDINATOR_NOTIFY_/,
    ],
  ])('with %s are refused in a sentence', (_what, text, message) => {
    expect(() => parseSettings(text, 's.yaml')).toThrow(ConfigurationError);
    expect(() => parseSettings(text, 's.yaml')).toThrow(message);
  });

  it('are refused where the file is huge, a folder or a pipe, without reading it', async () => {
    const other = await mkdtemp(join(tmpdir(), 'settings-'));
    const path = settingsPath({ home: other });
    try {
      await writeFile(path, `# ${'x'.repeat(5_000_000)}\nversion: 1\n`);
      await expect(readSettings({ home: other })).rejects.toThrow(/larger than 64 KiB/);
      await rm(path);
      await mkdir(path);
      await expect(readSettings({ home: other })).rejects.toThrow(/is no file/);
      await rm(path, { recursive: true });
      execFileSync('mkfifo', [path]);
      await expect(readSettings({ home: other })).rejects.toThrow(/is no file/);
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });
});
