// Needs the built program for what it does headless; questions run over scripted prompts in this process.
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandContext } from '../../src/cli/command';
import { parseInit } from '../../src/cli/init/flags';
import { runInit, type InitPrompts } from '../../src/cli/init/run-init';
import type { Services } from '../../src/cli/services';
import { byName } from '../../src/config/call-form';
import { readEnvironment } from '../../src/config/environment';
import { readSettings, settingsPath } from '../../src/config/settings-file';
import { ConfigurationError } from '../../src/domain/common/user-error';
import { SURVEY } from '../activities/ports';
import { openCommandLine, type CommandLine } from '../e2e/command-line';
import { captureTerminal } from './fixtures';

let folder: string;
let home: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'init-'));
  home = join(folder, 'home');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const SHOP = {
  source: { kind: 'path', path: '' },
  identity: '/srv/shop',
  baseRef: 'main',
  baseCommit: 'a'.repeat(40),
  notes: [],
  sample: null,
} as const;

/** Services that know one repository, `shop` in the folder, and a machine where nothing is missing. */
const services = (): Partial<Services> => ({
  findTarget: (request) => {
    if ('repository' in request && request.repository === join(folder, 'shop'))
      return Promise.resolve({ ...SHOP, source: { kind: 'path', path: join(folder, 'shop') } });
    throw new ConfigurationError('There is no repository there; give another.');
  },
  surveyTarget: () =>
    Promise.resolve({
      survey: SURVEY,
      trustHash: 'ab12'.repeat(16),
      configuration: null,
      commands: '',
      lacking: [],
      roles: [],
      roleNotes: [],
    }),
  findSample: () => {
    throw new ConfigurationError('No sample is known here.');
  },
  examine: () => Promise.resolve([{ name: 'node', state: 'ok', found: '20', advice: null }]),
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly json: unknown;
  /** What was asked, in order. */
  readonly asked: readonly string[];
}

/** One `init` over these answers; an Error among them is thrown in place of an answer. Null: nobody is there. */
async function init(
  flags: Record<string, unknown>,
  answers: readonly (string | boolean | Error)[] | null = null,
  variables: NodeJS.ProcessEnv = { COORDINATOR_MODEL: 'anthropic', ANTHROPIC_API_KEY: 'k' },
): Promise<Ran> {
  const { terminal, out, err } = captureTerminal({ json: true });
  const asked: string[] = [];
  const left = [...(answers ?? [])];
  const answer = <T extends string | boolean>(message: string, kind: (value: unknown) => value is T) => {
    asked.push(message);
    const next = left.shift();
    if (next === undefined) throw new Error(`The script has no answer to "${message}"`);
    if (next instanceof Error) return Promise.reject(next);
    if (!kind(next)) throw new Error(`"${String(next)}" is no answer to "${message}"`);
    return Promise.resolve(next);
  };
  const isText = (value: unknown): value is string => typeof value === 'string';
  const isYes = (value: unknown): value is boolean => typeof value === 'boolean';
  const prompts: InitPrompts = {
    select: ({ message }) => answer(message, isText),
    input: ({ message }) => answer(message, isText),
    confirm: (message) => answer(message, isYes),
  };
  const context: CommandContext = {
    terminal,
    environment: readEnvironment(variables),
    home: { home, cache: join(folder, 'cache') },
    services: services() as Services,
    signal: new AbortController().signal,
    call: byName,
    cwd: folder,
  };
  const code = await runInit(context, parseInit(flags), answers === null ? null : prompts);
  const text = out();
  return { code, out: text, err: err(), json: text === '' ? null : JSON.parse(text), asked };
}

const settings = () => readSettings({ home });
const interrupted = (): Error =>
  Object.assign(new Error('User force closed the prompt'), { name: 'ExitPromptError' });

describe('with flags', () => {
  test('everything is written, readable by its owner only, with paths that hold from anywhere', async () => {
    const { code, json } = await init({
      repo: 'shop',
      model: 'auto',
      budgetUsd: '2.5',
      notifyWebhook: 'https://hooks.example/x',
      notifySecretEnv: 'COORDINATOR_NOTIFY_KEY',
      notifyEmail: 'ann@example.org, bob@example.org',
      notifyFrom: 'department@example.org',
      smtp: 'mail.example.org:2525',
      smtpAuth: true,
      notifyBell: true,
    });
    expect(code).toBe(0);
    expect(await settings()).toMatchObject({
      repository: join(folder, 'shop'),
      model: 'auto',
      budgetUsd: 2.5,
      notifications: {
        webhooks: [{ name: 'webhook', url: 'https://hooks.example/x', secretEnv: 'COORDINATOR_NOTIFY_KEY' }],
        email: {
          host: 'mail.example.org',
          port: 2525,
          to: ['ann@example.org', 'bob@example.org'],
          passwordEnv: 'COORDINATOR_NOTIFY_SMTP_PASSWORD',
        },
        bell: true,
      },
    });
    expect((await lstat(settingsPath({ home }))).mode & 0o777).toBe(0o600);
    expect(json).toMatchObject({
      settings: { path: settingsPath({ home }), written: true },
      variables: [
        { name: 'COORDINATOR_NOTIFY_KEY', set: false },
        { name: 'COORDINATOR_NOTIFY_SMTP_USER', set: false },
        { name: 'COORDINATOR_NOTIFY_SMTP_PASSWORD', set: false },
      ],
      doctor: { ready: true },
      dryRun: null,
      next: expect.stringContaining('start-objective'),
    });
  });

  test('nobody there and something left open is refused with the flags that say it, and nothing is written', async () => {
    await expect(init({ model: 'auto' })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/give --repo, --budget-usd, or --yes/),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    [{ budgetUsd: 'a lot' }, /^--budget-usd: "a lot" is no budget/],
    [{ model: 'gpt' }, /^--model: use auto, anthropic or offline/],
    [{ notifyEmail: 'ann@example.org' }, /needs --smtp and --notify-from/],
    [{ smtp: 'mail.example.org' }, /belong to --notify-email/],
    [{ notifySecretEnv: 'COORDINATOR_NOTIFY_X' }, /belong to --notify-webhook/],
    [{ notifyWebhook: 'file:///etc/passwd' }, /^--notify-webhook: /],
    [{ notifyWebhook: 'https://ann:secret@hooks.example' }, /^--notify-webhook: .*keeps no secret/],
    [{ notifyWebhook: 'https://hooks.slack.com/services/T0/B0/x' }, /^--notify-webhook: .*address of Slack/],
    [
      { notifyWebhook: 'https://x.example/hook?sig=Zm9v' },
      /COORDINATOR_NOTIFY_WEBHOOK_URL and give its name/,
    ],
    [{ notifyWebhook: `https://x.example/glpat-${'a1'.repeat(12)}` }, /looks like a secret/],
    [
      { notifyWebhook: 'https://hooks.example', notifySecretEnv: 'PATH' },
      /^--notify-secret-env: .*COORDINATOR_NOTIFY_/,
    ],
    [{ notifyEmail: 'nobody', notifyFrom: 'a@b.org', smtp: 'mail' }, /^--notify-email: /],
    [{ smtp: 'mail server', notifyEmail: 'a@b.org', notifyFrom: 'a@b.org' }, /^--smtp: use host/],
  ])('%j is refused in one sentence', (flags, message) => {
    expect(() => parseInit(flags)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message), exitCode: 2 }),
    );
  });

  test.each(['ann:hunter2', `ghp_${'Ab1'.repeat(12)}`])(
    'a repository with a password or token in its address is refused, and it is not repeated: %s',
    async (user) => {
      const refused = init({ repo: `https://${user}@host/shop.git`, model: 'auto', budgetUsd: '1' });
      await expect(refused).rejects.toThrow(/--repo: .*keeps no secret/);
      await expect(refused).rejects.toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(user) }),
      );
      expect(await settings()).toEqual({ version: 1 });
    },
  );
});

describe('a file that is there', () => {
  const before = '# mine\nversion: 1\nbudgetUsd: 3\n';
  beforeEach(async () => {
    await mkdir(home);
    await writeFile(settingsPath({ home }), before);
  });
  const text = (): Promise<string> => readFile(settingsPath({ home }), 'utf8');

  test('that says the same stays, comments and all', async () => {
    expect(await init({ yes: true, budgetUsd: '3' })).toMatchObject({ code: 0 });
    expect(await text()).toBe(before);
  });

  test('that says otherwise is shown against what would be written, and kept without --force', async () => {
    await expect(init({ yes: true, budgetUsd: '4' })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/says otherwise; add --force/),
    });
    expect(await text()).toBe(before);
    const { err } = await init({ yes: true, budgetUsd: '4', force: true });
    expect(err).toMatch(/- budgetUsd: 3[^]*\+ budgetUsd: 4/);
    expect(await settings()).toEqual({ version: 1, budgetUsd: 4 });
  });

  test('that cannot be read is refused with its line, and replaced with --force', async () => {
    await writeFile(settingsPath({ home }), 'version: 1\nmodel: gpt\n');
    await expect(init({ yes: true })).rejects.toThrow(/settings\.yaml:2 is wrong at model/);
    expect(await init({ yes: true, budgetUsd: '1', force: true })).toMatchObject({ code: 0 });
    expect(await settings()).toEqual({ version: 1, budgetUsd: 1 });
  });

  test('is replaced where the person asked says so', async () => {
    const answers = ['', 'offline', '', 'nobody', ''];
    const no = await init({}, [...answers, false], {});
    expect(no.asked.at(-1)).toBe('Replace it?');
    expect(await text()).toBe(before);
  });
});

describe('asking', () => {
  test('asks for what no flag says, again where an answer cannot be used, and writes what was answered', async () => {
    await mkdir(join(folder, 'shop'));
    const { code, asked, err } = await init({}, [
      ...['nowhere', 'shop', 'anthropic', 'a lot', '7'],
      ...['json', 'not an address', 'https://hooks.example/y', false, ''],
    ]);
    expect(code).toBe(0);
    expect(asked.map((message) => message.split(/[, (]/)[0])).toEqual([
      'Repository',
      'Repository',
      'Model',
      'Most',
      'Most',
      'Who',
      'Its',
      'Its',
      'Write',
      'An',
    ]);
    expect(err).toMatch(/no repository there[^]*"a lot" is no budget/);
    expect(await settings()).toMatchObject({
      repository: join(folder, 'shop'),
      model: 'anthropic',
      budgetUsd: 7,
      notifications: { webhooks: [{ format: 'json', url: 'https://hooks.example/y' }] },
    });
  });

  test('the address of Slack is a secret: a variable is named, and no address is written down', async () => {
    const flags = { repo: 'sample', model: 'offline', budgetUsd: '1', yes: true, notifyFormat: 'slack' };
    const refused: unknown = await init({
      ...flags,
      notifyWebhook: 'https://hooks.slack.example/T0/B0/secret',
    }).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('COORDINATOR_NOTIFY_SLACK_URL'),
    });
    expect(JSON.stringify(refused)).not.toContain('T0/B0');
    const { code } = await init({ ...flags, notifyWebhook: 'COORDINATOR_NOTIFY_SLACK_URL' });
    expect(code).toBe(0);
    expect(await settings()).toMatchObject({
      notifications: { webhooks: [{ format: 'slack', urlEnv: 'COORDINATOR_NOTIFY_SLACK_URL' }] },
    });
  });

  test('a draft goes into the repository only where somebody says so', async () => {
    await mkdir(join(folder, 'shop'));
    const answers = ['shop', 'auto', '', 'nobody'];
    await init({}, [...answers, false, '']);
    expect(await readdir(join(folder, 'shop'))).toEqual([]);
    await init({ force: true }, [...answers, true, '']);
    expect(await readdir(join(folder, 'shop'))).toEqual(['coordinator.config.json']);
    const { asked } = await init({}, answers.concat(''));
    expect(asked.join()).not.toContain('draft');
  });

  test.each([0, 1, 2, 3, 4, 5])('Ctrl-C at question %d leaves everything as it was', async (at) => {
    await mkdir(join(folder, 'shop'));
    const answers = ['shop', 'auto', '5', 'nobody', true, ''].map((value, index) =>
      index === at ? interrupted() : value,
    );
    const { code, err } = await init({}, answers);
    expect(code).toBe(130);
    expect(err).toMatch(/Interrupted; .*settings\.yaml is as it was/);
    expect(await readdir(home)).toEqual([]);
    expect(await readdir(join(folder, 'shop'))).toEqual([]);
  });
});

describe('the program', () => {
  let cli: CommandLine;
  beforeAll(async () => {
    cli = await openCommandLine();
  });
  afterAll(() => cli.dispose());

  test.each([
    [['init'], /Nobody can be asked here; give --repo, --model, --budget-usd/],
    [['init', '--yes', '--repo', '.'], /is not in a git repository/],
    [['init', '--yes', '--repo', 'http://127.0.0.1:1/shop.git'], /127\.0\.0\.1:1/],
  ])('%j is one sentence and exit 2, and writes nothing', async (argv, message) => {
    const { code, stderr } = await cli.run(...argv);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(await readSettings(cli)).toEqual({ version: 1 });
  });

  test('a home that cannot be written is one sentence and exit 2', async () => {
    const file = join(cli.home, 'file');
    await writeFile(file, '');
    const { code, stderr } = await openAt(join(file, 'home'));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^The folder .* cannot be/) });
    await rm(file);
  });

  test('without git on PATH a repository is refused in one sentence that says what to install, exit 2', async () => {
    const bare = join(folder, 'bin');
    await mkdir(bare);
    await symlink(process.execPath, join(bare, 'node'));
    const other = await openCommandLine({ PATH: bare });
    try {
      const { code, stderr } = await other.run('init', '--yes', '--repo', folder);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(/^git .*install git 2\.38/),
      });
      expect(stderr.trim().split('\n')).toHaveLength(1);
    } finally {
      await other.dispose();
    }
  });

  // A superuser may write everywhere.
  const asUser = process.getuid?.() === 0 ? test.skip : test;
  asUser('a read-only home is one sentence and exit 2', async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed);
    await chmod(closed, 0o500);
    expect(await openAt(closed)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/cannot be written/),
    });
  });

  async function openAt(at: string): Promise<{ readonly code: number | null; readonly stderr: string }> {
    const other = await openCommandLine({ COORDINATOR_HOME: at });
    try {
      return await other.run('init', '--yes');
    } finally {
      await other.dispose();
    }
  }
});
