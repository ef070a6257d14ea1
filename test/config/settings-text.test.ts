// Needs no server: settings as they are written are settings as they are read.
import { lstat, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseSettings, readSettings, settingsPath, writeSettingsText } from '../../src/config/settings-file';
import { settingsText } from '../../src/config/settings-text';
import { NEWS_KINDS } from '../../src/domain/notification/news';
import { NO_SETTINGS, Settings } from '../../src/domain/notification/settings';

/** Strings a person may have typed, YAML's own marks and line breaks among them. */
const text = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }),
    fc.constantFrom(
      'null',
      '12',
      'true',
      '- x',
      '# no',
      '*alias',
      '&anchor',
      '{a: 1}',
      "it's",
      '"',
      ': ',
      'a\nb',
    ),
  )
  .filter((value) => value.length > 0);

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);
const webhook = fc.record(
  {
    name,
    url: fc.webUrl(),
    format: fc.constantFrom('json', 'slack'),
    secretEnv: fc.stringMatching(/^COORDINATOR_NOTIFY_[A-Z0-9_]{1,20}$/),
    allowPrivate: fc.boolean(),
  },
  { requiredKeys: ['name', 'url'] },
);
const email = fc.record(
  {
    host: fc.domain(),
    port: fc.integer({ min: 1, max: 65_535 }),
    secure: fc.boolean(),
    from: fc.constant('department@example.org'),
    to: fc.array(fc.constantFrom('ann@example.org', 'bob@example.org'), { minLength: 1, maxLength: 3 }),
    userEnv: fc.constant('COORDINATOR_NOTIFY_SMTP_USER'),
  },
  { requiredKeys: ['host', 'from', 'to'] },
);
const settings = fc
  .record(
    {
      version: fc.constant(1),
      repository: text,
      model: fc.constantFrom('auto', 'anthropic', 'offline'),
      budgetUsd: fc.oneof(fc.constant(null), fc.double({ min: 0.01, max: 1e6, noNaN: true })),
      notifications: fc.record(
        {
          events: fc.subarray(
            NEWS_KINDS.map(({ kind }) => kind),
            { minLength: 1 },
          ),
          details: fc.boolean(),
          webhooks: fc.array(webhook, { maxLength: 3 }),
          email,
          bell: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['version'] },
  )
  .map((value) => Settings.safeParse(value))
  .filter((parsed) => parsed.success)
  .map((parsed) => parsed.data);

test('whatever is set is read back as it was, comments and all', () => {
  fc.assert(
    fc.property(settings, (value) => {
      const written = settingsText(value);
      expect(parseSettings(written, 's.yaml')).toEqual(value);
      expect(written).toMatch(/^# What this installation/);
    }),
    { numRuns: 100 },
  );
});

test('what is not set stands there as an example that works once its mark is removed', () => {
  const written = settingsText(NO_SETTINGS);
  expect(parseSettings(written, 's.yaml')).toEqual(NO_SETTINGS);
  const uncommented = written.replace(/^# (repository|model|budgetUsd|notifications): /gm, '$1: ');
  expect(parseSettings(uncommented, 's.yaml')).toEqual({
    version: 1,
    repository: '/home/me/shop',
    model: 'auto',
    budgetUsd: 10,
    notifications: { details: false, webhooks: [], bell: true, commands: 'npm' },
  });
});

describe('writing the file', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'settings-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  test('its owner alone can read it, and nothing half-written stays beside it', async () => {
    const path = await writeSettingsText({ home }, settingsText({ version: 1, budgetUsd: 3 }));
    expect((await lstat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(home)).toEqual(['settings.yaml']);
    expect(await readSettings({ home })).toEqual({ version: 1, budgetUsd: 3 });
  });

  test('a link in its place is replaced, not followed', async () => {
    const elsewhere = join(home, 'mine.txt');
    await writeFile(elsewhere, 'mine');
    await symlink(elsewhere, settingsPath({ home }));
    await writeSettingsText({ home }, settingsText(NO_SETTINGS));
    expect((await lstat(settingsPath({ home }))).isSymbolicLink()).toBe(false);
  });

  test('a home that is not there is one sentence', async () => {
    const gone = join(home, 'gone');
    await expect(writeSettingsText({ home: gone }, 'x')).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(gone),
    });
  });
});
