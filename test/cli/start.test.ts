// Needs no server: what start-objective refuses, and why.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkSandbox } from '../../src/cli/start/check-sandbox';
import { chooseModel, wishedModel } from '../../src/cli/start/choose-model';
import { identifyObjective } from '../../src/cli/start/objective-id';
import { chooseRepository, locateRepository } from '../../src/cli/start/locate-repository';
import { planRecording } from '../../src/cli/start/recording';
import { NO_SETTINGS } from '../../src/domain/notification/settings';
import { refuseWithoutEngines } from '../../src/cli/start/refuse-without-engines';
import { parseStart } from '../../src/cli/start/run-flags';
import { startLines } from '../../src/cli/start/start-lines';
import type { Target } from '../../src/cli/services';
import { objectiveInput } from '../../bench/smooth-activities';
import { createTrustStore, ensureTrust } from '../../src/cli/start/trust';

const SAMPLE: Target = {
  source: { kind: 'sample', name: 'orders-service', version: '1.0.0' },
  identity: 'sample:orders-service@1.0.0',
  baseRef: 'main',
  baseCommit: 'a'.repeat(40),
  sample: 'orders-service',
  notes: [],
};

describe('flags', () => {
  test('defaults: four in parallel, 10 USD, waiting', () => {
    const { options, flags } = parseStart(['Add login'], {}, NO_SETTINGS);
    expect(options).toEqual({
      maxParallel: 4,
      budgetUsd: 10,
      deadline: null,
      approvePlan: false,
      push: false,
      allowUnsandboxed: false,
    });
    expect(flags.wait).toBe(true);
  });

  test('a budget of none lifts the cap', () => {
    expect(parseStart(['x'], { budgetUsd: 'none' }, NO_SETTINGS).options.budgetUsd).toBeNull();
  });

  test.each([
    [['   '], {}, /objective is empty/i],
    [['x'.repeat(20_001)], {}, /longer than 20000 characters/],
    [['x'], { budgetUsd: '-1' }, /--budget-usd: "-1" is no budget/],
    [['x'], { budgetUsd: '1e400' }, /--budget-usd/],
    [['x'], { maxParallel: '65' }, /--max-parallel/],
    [['x'], { deadline: '2031-13-01' }, /--deadline: .*ISO 8601/],
    [['x'], { deadline: '2001-01-01T00:00:00Z' }, /--deadline: .*has passed/],
    [['x'], { trust: 'yes' }, /--trust/],
  ])('%j with %j is refused in one sentence, exit 2', (args, flags, message) => {
    expect(() => parseStart(args, flags, NO_SETTINGS)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message), exitCode: 2 }),
    );
  });
});

describe('the model', () => {
  const none = { apiKey: undefined, baseUrl: undefined };
  const covered = {
    playbook: { name: 'auth', scenarios: ['default', 'human'] },
    covered: 'The offline model covers: "Authentication"; set ANTHROPIC_API_KEY to use Claude.',
  };
  const choose = (
    model: 'auto' | 'anthropic' | 'offline',
    anthropic: { apiKey: string | undefined; baseUrl: string | undefined },
    scenario?: string,
    coverage: Parameters<typeof chooseModel>[0]['findCoverage'] = () => Promise.resolve(covered),
  ) =>
    chooseModel({
      wish: { value: model, source: 'COORDINATOR_MODEL' },
      anthropic,
      scenario,
      findCoverage: coverage,
    });

  test('a key makes the run use Claude', async () => {
    expect(await choose('auto', { ...none, apiKey: 'k' })).toEqual({ kind: 'anthropic' });
  });

  test('without a key a playbook answers', async () => {
    expect(await choose('auto', none, 'human')).toEqual({
      kind: 'offline',
      playbook: 'auth',
      scenario: 'human',
    });
  });

  test('offline wins over a key when asked for', async () => {
    expect(await choose('offline', { ...none, apiKey: 'k' })).toMatchObject({ kind: 'offline' });
  });

  test('an objective no playbook covers is refused with what is covered', async () => {
    const refused = choose('auto', none, undefined, () => Promise.resolve({ ...covered, playbook: null }));
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining(covered.covered),
      exitCode: 2,
    });
  });

  test('an unknown scenario is refused with the list', async () => {
    await expect(choose('auto', none, 'x')).rejects.toMatchObject({
      message: expect.stringContaining('default, human'),
      exitCode: 2,
    });
  });

  test('Claude without a key or an address is refused', async () => {
    await expect(choose('anthropic', none)).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('trust', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'trust-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const surveyed = { trustHash: 'ab12'.repeat(16), commands: 'test     npm test', roles: [] };
  const ensure = (over: Partial<Parameters<typeof ensureTrust>[0]> = {}) =>
    ensureTrust({
      target: { identity: '/srv/shop', sample: null },
      surveyed,
      given: undefined,
      store: createTrustStore(home),
      say: () => undefined,
      confirm: null,
      ...over,
    });

  test('the bundled sample is trusted', () =>
    ensure({ target: { identity: 'sample', sample: 'orders-service' } }));

  test('without a terminal the commands are shown and the hash is asked for', async () => {
    const said: string[] = [];
    await expect(ensure({ say: (line) => said.push(line) })).rejects.toMatchObject({
      message: expect.stringContaining(`--trust ${surveyed.trustHash}`),
      exitCode: 2,
    });
    expect(said).toContain(surveyed.commands);
  });

  test('the right hash is remembered, another set of commands asks anew', async () => {
    await ensure({ given: surveyed.trustHash });
    await ensure();
    await expect(ensure({ surveyed: { ...surveyed, trustHash: 'cd34'.repeat(16) } })).rejects.toMatchObject({
      exitCode: 2,
    });
  });

  test('the roles a repository brings are shown beside the commands', async () => {
    const said: string[] = [];
    const roles = ['a new specialist, @rust-expert: Rust (.claude/agents/rust-expert.md, 90 bytes)'];
    const asked = ensure({ surveyed: { ...surveyed, roles }, say: (line) => said.push(line) });
    await expect(asked).rejects.toMatchObject({ exitCode: 2 });
    expect(said).toEqual(expect.arrayContaining([surveyed.commands, ...roles]));
  });

  test('a wrong or a very short hash is refused', async () => {
    await expect(ensure({ given: 'f'.repeat(64) })).rejects.toMatchObject({ exitCode: 2 });
    await expect(ensure({ given: surveyed.trustHash.slice(0, 8) })).rejects.toMatchObject({ exitCode: 2 });
  });

  test('a person who says no starts nothing', async () => {
    await expect(ensure({ confirm: () => Promise.resolve(false) })).rejects.toThrow(/Nothing was started/);
  });
});

describe('a recording', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'recording-'));
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  const plan = (over: Partial<Parameters<typeof planRecording>[0]> = {}) =>
    planRecording({
      dir: 'my-tape',
      cwd,
      detach: false,
      model: { kind: 'anthropic' },
      objective: 'Add login',
      target: { sample: null, identity: 'git@host:shops/Web_Shop.git' },
      ...over,
    });

  test('is a new folder named like the playbook, for the repository as a sample', async () => {
    const expected = {
      name: 'my-tape',
      objective: 'Add login',
      sample: 'web-shop',
      dir: join(cwd, 'my-tape'),
    };
    expect(await plan()).toEqual(expected);
    await mkdir(join(cwd, 'my-tape'));
    expect(await plan()).toEqual(expected);
    expect(await plan({ dir: undefined })).toBeNull();
  });

  test('is refused where it would mix, mislead or have nothing to keep', async () => {
    await writeFile(join(cwd, 'full'), '');
    await mkdir(join(cwd, 'taken'));
    await writeFile(join(cwd, 'taken', 'x'), '');
    const offline = { kind: 'offline', playbook: 'auth', scenario: 'default' } as const;
    for (const [over, message] of [
      [{ detach: true }, /--detach/],
      [{ model: offline }, /has its playbook already/],
      [{ dir: 'My Tape' }, /not lower-case kebab-case/],
      [{ dir: 'taken' }, /not empty/],
      [{ dir: 'full' }, /cannot be read/],
    ] as const) {
      const refused = plan(over);
      await expect(refused).rejects.toMatchObject({ message: expect.stringMatching(message), exitCode: 2 });
    }
  });
});

describe('the sandbox', () => {
  const offline = { kind: 'offline', playbook: 'auth', scenario: 'default' } as const;
  const none = { level: 'none', detail: 'bwrap is not on PATH.' } as const;

  test('what this package ships may run without one, labelled', () => {
    const label = checkSandbox({
      sandbox: none,
      target: { sample: 's' },
      model: offline,
      allowUnsandboxed: false,
    });
    expect(label).toMatch(/^none: only content of this package/);
  });

  test.each([
    [{ sample: null }, offline],
    [{ sample: 's' }, { kind: 'anthropic' } as const],
  ])('other code or a live model is refused without one: %j', (target, model) => {
    expect(() => checkSandbox({ sandbox: none, target, model, allowUnsandboxed: false })).toThrow(
      /needs a sandbox/,
    );
    expect(checkSandbox({ sandbox: none, target, model, allowUnsandboxed: true })).toMatch(
      /allow-unsandboxed/,
    );
  });
});

test('a target whose engines are missing is refused in one sentence that names them, exit 2', () => {
  expect(() => {
    refuseWithoutEngines({ lacking: [] });
  }).not.toThrow();
  const lacking = ['a JDK is needed (java: not on PATH)', 'Maven is needed (mvn: not on PATH)'];
  expect(() => {
    refuseWithoutEngines({ lacking });
  }).toThrow(expect.objectContaining({ message: expect.stringMatching(/JDK.*Maven.*install/), exitCode: 2 }));
});

test('the id depends on text, repository and commit, not on case or spaces', () => {
  const target = { identity: '/srv/shop', baseCommit: 'a'.repeat(40) };
  const id = identifyObjective('Add  Login', target);
  expect(id).toMatch(/^objective-add-login-[0-9a-f]{8}$/);
  expect(identifyObjective('add login', target).slice(-8)).toBe(id.slice(-8));
  expect(identifyObjective('add login', { ...target, baseCommit: 'b'.repeat(40) })).not.toBe(id);
});

describe('the settings of the installation', () => {
  const settings = { version: 1, repository: '../shop', model: 'offline', budgetUsd: 5 } as const;
  const at = { cwd: '/home/ann', home: '/home/ann/state/coordinator' };

  test('a budget is taken from a flag, then from them, then from the default, and says so', () => {
    expect(parseStart(['x'], { budgetUsd: '2' }, settings).budget).toEqual({
      value: 2,
      source: '--budget-usd',
    });
    expect(parseStart(['x'], {}, settings).budget).toEqual({ value: 5, source: 'settings.yaml' });
    expect(parseStart(['x'], {}, settings).options.budgetUsd).toBe(5);
    expect(parseStart(['x'], {}, { version: 1, budgetUsd: null }).budget).toEqual({
      value: null,
      source: 'settings.yaml',
    });
    expect(parseStart(['x'], {}, NO_SETTINGS).budget).toEqual({ value: 10, source: 'default' });
  });

  test('a model is taken from the variable, then from them', () => {
    expect(wishedModel({ model: 'anthropic' }, settings)).toEqual({
      value: 'anthropic',
      source: 'COORDINATOR_MODEL',
    });
    // Even where the variable asks for no more than the default.
    expect(wishedModel({ model: 'auto' }, settings).value).toBe('auto');
    expect(wishedModel({ model: undefined }, settings)).toEqual({
      value: 'offline',
      source: 'settings.yaml',
    });
    expect(wishedModel({ model: undefined }, NO_SETTINGS)).toEqual({ value: 'auto', source: 'default' });
  });

  test('a repository is taken from the flag, then from them, relative to their own folder', () => {
    const choose = (asked: string | undefined, given: Parameters<typeof chooseRepository>[0]['settings']) =>
      chooseRepository({ asked, settings: given, ...at });
    expect(choose('shop', settings)).toEqual({ value: '/home/ann/shop', source: '--repo' });
    expect(choose(undefined, settings)).toEqual({ value: '/home/ann/state/shop', source: 'settings.yaml' });
    expect(choose(undefined, NO_SETTINGS)).toEqual({ value: null, source: 'default' });
  });

  test('the sample can be had by its name, and a folder of that name by its path', () => {
    const choose = (asked: string) => chooseRepository({ asked, settings, ...at }).value;
    expect(choose('sample')).toBeNull();
    expect(choose('./sample')).toBe('/home/ann/sample');
  });

  test('the lines before the start say what counts and where it stands', () => {
    const input = objectiveInput({ budgetUsd: 5 });
    const lines = (over: Partial<Parameters<typeof startLines>[0]>) =>
      startLines({
        input,
        target: { ...SAMPLE, sample: null },
        sources: { repository: '--repo', model: 'default', budget: 'settings.yaml' },
        ...over,
      });
    const url = { kind: 'url', url: 'https://ann:hunter2@host/shop.git' } as const;
    const claude = { ...input, repository: url, model: { kind: 'anthropic' } } as const;
    expect(lines({ input: claude })).toEqual([
      'Repository https://host/shop.git (--repo)',
      'Budget at most 5.00 USD (settings.yaml)',
      'Model Claude',
    ]);
    expect(lines({ target: SAMPLE })[0]).toBe(
      'Repository a copy of the bundled sample orders-service (--repo)',
    );
    expect(lines({})[1]).toBe('Budget at most 5.00 USD (settings.yaml; the offline model charges nothing)');
  });
});

test('paths resolve against where the user stands, addresses stay', () => {
  expect(locateRepository('../shop', '/home/ann/work')).toBe('/home/ann/shop');
  expect(locateRepository('https://host/a/b', '/x')).toBe('https://host/a/b');
  expect(locateRepository('git@host:a/b.git', '/x')).toBe('git@host:a/b.git');
});

test("`~` is the user's home where no shell has read it, and a name otherwise", () => {
  expect(locateRepository('~/shop', '/x', '/home/ann')).toBe('/home/ann/shop');
  expect(locateRepository('~', '/x', '/home/ann')).toBe('/home/ann');
  expect(locateRepository('~bob/shop', '/x', '/home/ann')).toBe('/x/~bob/shop');
  expect(locateRepository('a/~/shop', '/x', '/home/ann')).toBe('/x/a/~/shop');
});
