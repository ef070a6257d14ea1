import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSettings, readSettings, settingsPath } from '../../src/config/settings-file';
import { ConfigurationError } from '../../src/domain/user-error';

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
    ['an unknown key', 'version: 1\nbudget: 3\n', /budget/],
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
});
