// Needs git. No server, no Temporal, no PostgreSQL, no sandbox: checkers of the test's own on real trees.
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NO_SETTINGS } from '../../src/domain/quality-gate/gate-settings';
import { GateReport, type Receipt } from '../../src/domain/quality-gate/receipt';
import type { Survey } from '../../src/domain/target/survey';
import { CannotTell, DoesNotApply, type GateChecker } from '../../src/gate/checker';
import { CouldNotRun } from '../../src/gate/could-not-run';
import { createGateRunner, type GateSetting } from '../../src/gate/gate-runner';
import { createQuiet } from '../../src/gate/quiet';
import type { GateProgress } from '../../src/ports/gate';
import { commitAll, containing, createSetting, receiptOf, SURVEY, writeFiles } from './support';

let folder: string;
let checkout: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-'));
  checkout = join(folder, 'checkout');
  mkdirSync(checkout);
  writeFiles(checkout, { 'src/a.js': '1\n', 'docs/readme.md': 'text\n' });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A checker that counts how often it is asked. */
function checker(more: Partial<GateChecker> = {}): GateChecker & { runs: number } {
  const made = {
    name: 'lists',
    version: '1',
    subjects: ['pagination'],
    scope: 'task',
    reads: () => true,
    runs: 0,
    ...more,
    check: (async (inspection) => {
      made.runs += 1;
      return more.check === undefined
        ? [{ subject: 'pagination', outcome: { kind: 'ran-clean', note: 'fine' } }]
        : more.check(inspection);
    }) satisfies GateChecker['check'],
  } as GateChecker & { runs: number };
  return made;
}

interface Run {
  readonly checkers: readonly GateChecker[];
  readonly setting?: Partial<GateSetting>;
  readonly survey?: Partial<Survey>;
  readonly base?: { readonly commit: string; readonly copy: string };
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: GateProgress) => void;
}

function commitState(): { readonly commit: string; readonly tree: string; readonly copy: string } {
  const state = commitAll(checkout, join(folder, 'mirror.git'));
  const copy = join(folder, `copy-${state.commit}`);
  cpSync(checkout, copy, { recursive: true });
  return { ...state, copy };
}

async function run({ checkers, setting, survey, base, signal, onProgress }: Run): Promise<GateReport> {
  const { commit, tree } = commitState();
  const report = await createGateRunner(createSetting(folder, { checkers, ...setting })).run({
    target: {
      path: checkout,
      gitDir: join(folder, 'mirror.git'),
      commit,
      tree,
      base: base?.commit ?? commit,
    },
    survey: { ...SURVEY, test: null, ...survey },
    scope: 'task',
    ...(base === undefined
      ? {}
      : {
          base: {
            commit: base.commit,
            open: () => Promise.resolve({ path: base.copy, dispose: () => Promise.resolve() }),
          },
        }),
    onProgress,
    signal: signal ?? new AbortController().signal,
  });
  return GateReport.parse(report);
}

async function receipt(given: Run, subject: Receipt['subject'] = 'pagination'): Promise<Receipt> {
  return receiptOf((await run(given)).receipts, subject);
}

describe('a receipt is used again', () => {
  test('only by checkers that read nothing of what has changed', async () => {
    const code = checker({ name: 'code', reads: (path) => path.startsWith('src/') });
    const prose = checker({ name: 'prose', reads: (path) => path.endsWith('.md') });
    const first = await run({ checkers: [code, prose] });
    writeFiles(checkout, { 'src/a.js': '2\n' });
    const second = await run({ checkers: [code, prose] });
    expect([code.runs, prose.runs]).toEqual([2, 1]);
    const again = second.receipts.filter(({ checker: by }) => by.kind === 'rule' && by.name === 'prose');
    expect(again[0]).toMatchObject({ tree: second.tree, inputs: { tree: first.tree } });
  });

  test('for the same tree sooner than it was judged, without opening it', async () => {
    const slow = checker({
      check: async () => {
        await sleep(1500);
        return [{ subject: 'pagination', outcome: { kind: 'ran-clean', note: '' } }];
      },
    });
    const timed = async (): Promise<number> => {
      const start = performance.now();
      await run({ checkers: [slow] });
      return performance.now() - start;
    };
    const judged = await timed();
    expect(await timed()).toBeLessThan(judged);
    expect(slow.runs).toBe(1);
  });

  test.each<[string, Partial<Run>, Partial<GateChecker>]>([
    ['version of the checker', {}, { version: '2' }],
    ['setting', { survey: { testTimeoutMs: 1234 } }, {}],
    ['engine', { setting: { engineVersions: () => Promise.resolve('node 22') } }, {}],
  ])('not with another %s', async (_, given, more) => {
    await run({ checkers: [checker()] });
    const second = checker(more);
    await run({ checkers: [second], ...given });
    expect(second.runs).toBe(1);
  });

  test('not with another optional program on the path', async () => {
    await run({ checkers: [checker()] });
    const programs = join(folder, 'programs');
    writeFiles(programs, { gitleaks: '#!/bin/sh\n' });
    chmodSync(join(programs, 'gitleaks'), 0o755);
    const second = checker();
    await run({ checkers: [second], setting: { searchPath: programs } });
    expect(second.runs).toBe(1);
  });

  test('also with other waivers and notes, which change no answer', async () => {
    await run({ checkers: [checker()] });
    const second = checker();
    await run({ checkers: [second], survey: { notes: ['another machine'] } });
    expect(second.runs).toBe(0);
  });

  test('not where a link leads elsewhere', async () => {
    symlinkSync('src/a.js', join(checkout, 'link'));
    const links = checker({ reads: (path) => path === 'link' });
    await run({ checkers: [links] });
    rmSync(join(checkout, 'link'));
    symlinkSync('docs/readme.md', join(checkout, 'link'));
    await run({ checkers: [links] });
    expect(links.runs).toBe(2);
  });

  test('against another base only where the checker does not compare with it', async () => {
    const changes = checker({ name: 'changes', comparesWithBase: true, reads: () => false });
    const tree = checker({ name: 'tree', reads: () => false });
    const first = commitState();
    writeFiles(checkout, { 'src/b.js': 'b\n' });
    await run({ checkers: [changes, tree], base: first });
    writeFiles(checkout, { 'src/c.js': 'c\n' });
    await run({ checkers: [changes, tree], base: first });
    expect([changes.runs, tree.runs]).toEqual([2, 1]);
  });

  test('for ten minutes where nothing could be told, and never where the checker broke', async () => {
    let now = Date.parse('2026-01-01T00:00:00.000Z');
    const setting = { clock: () => new Date(now) };
    const open = checker({ check: () => Promise.reject(new CannotTell('no spec')) });
    const broken = checker({ name: 'broken', check: () => Promise.reject(new TypeError('oh')) });
    for (const minutes of [0, 5, 11]) {
      now = Date.parse('2026-01-01T00:00:00.000Z') + minutes * 60_000;
      await run({ checkers: [open, broken], setting });
    }
    expect([open.runs, broken.runs]).toEqual([2, 3]);
  });

  test('for ten minutes where a measurement of time failed', async () => {
    let now = Date.parse('2026-01-01T00:00:00.000Z');
    const slow = checker({
      alone: true,
      check: async () => [{ subject: 'pagination', outcome: { kind: 'ran-found', note: 'slow' } }],
    });
    for (const minutes of [0, 5, 11]) {
      now = Date.parse('2026-01-01T00:00:00.000Z') + minutes * 60_000;
      await run({ checkers: [slow], setting: { clock: () => new Date(now) } });
    }
    expect(slow.runs).toBe(2);
  });
});

describe('a checker', () => {
  test('whose control does not find the planted defect, breaks or throws at once is not asked', async () => {
    const controls = [
      () => false,
      () => Promise.reject(new Error('no fixture')),
      () => {
        throw new Error('no fixture');
      },
    ];
    for (const control of controls) {
      const blind = checker({ control });
      expect(await receipt({ checkers: [blind] })).toMatchObject({
        verdict: 'needs-review',
        note: containing('lists does not find the defect planted for it'),
      });
      expect(blind.runs).toBe(0);
    }
    const seeing = checker({ control: () => true });
    expect((await receipt({ checkers: [seeing] })).verdict).toBe('pass');
  });

  test('that breaks is named, and takes no other verdict with it', async () => {
    const broken = checker({ check: () => Promise.reject(new TypeError('x is not a function')) });
    const other = checker({
      name: 'other',
      subjects: ['cors'],
      check: async () => [{ subject: 'cors', outcome: { kind: 'ran-clean', note: '' } }],
    });
    const report = await run({ checkers: [broken, other] });
    expect(receiptOf(report.receipts, 'pagination')).toMatchObject({
      verdict: 'needs-review',
      note: containing('the checker lists broke'),
    });
    expect(receiptOf(report.receipts, 'cors').verdict).toBe('pass');
  });

  test('that broke here and passed on the base is not red', async () => {
    const before = commitState();
    writeFiles(checkout, { 'src/b.js': 'b\n' });
    const broken = checker({
      check: async ({ target }) => {
        if (target.commit !== before.commit) throw new TypeError('x');
        return [{ subject: 'pagination', outcome: { kind: 'ran-clean', note: '' } }];
      },
    });
    expect((await receipt({ checkers: [broken], base: before })).verdict).toBe('needs-review');
  });

  test('that leaves out a subject has not told it; one that speaks of another is not heard', async () => {
    const silent = checker({ subjects: ['pagination', 'cors'] });
    const report = await run({ checkers: [silent] });
    expect(receiptOf(report.receipts, 'cors')).toMatchObject({ verdict: 'needs-review' });
    const loud = checker({
      version: '2',
      check: async () => [
        { subject: 'pagination', outcome: { kind: 'ran-clean', note: '' } },
        { subject: 'caching', outcome: { kind: 'ran-found', note: '' } },
      ],
    });
    const second = await run({ checkers: [loud] });
    expect(second.receipts.some(({ subject }) => subject === 'caching')).toBe(false);
  });

  test('that does not apply names its rule', async () => {
    const none = checker({ check: () => Promise.reject(new DoesNotApply('no-lists', 'no lists')) });
    expect(await receipt({ checkers: [none] })).toMatchObject({
      verdict: 'not-applicable',
      checker: { kind: 'rule', name: 'no-lists' },
    });
  });

  test('with the machine in its way is an error, or a verdict where that was asked for', async () => {
    const stuck = checker({ check: () => Promise.reject(new CouldNotRun('no disk')) });
    await expect(run({ checkers: [stuck] })).rejects.toThrow('no disk');
    expect(await receipt({ checkers: [stuck], setting: { troubles: 'needs-review' } })).toMatchObject({
      verdict: 'needs-review',
      note: 'no disk',
    });
  });

  test('that does not end is given up, and the others still answer', async () => {
    const hanging = checker({
      check: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('stopped'));
          });
        }),
    });
    const other = checker({
      name: 'other',
      subjects: ['cors'],
      check: async () => [{ subject: 'cors', outcome: { kind: 'ran-clean', note: '' } }],
    });
    const report = await run({ checkers: [hanging, other], setting: { limitMs: 5000 } });
    expect(receiptOf(report.receipts, 'pagination')).toMatchObject({
      verdict: 'needs-review',
      note: containing('did not answer'),
    });
    expect(receiptOf(report.receipts, 'cors').verdict).toBe('pass');
  });

  test('that wants to be alone is, and comes after the others', async () => {
    const events: string[] = [];
    const named = (name: string, more: Partial<GateChecker> = {}): GateChecker =>
      checker({
        name,
        ...more,
        check: async () => {
          events.push(`+${name}`);
          await sleep(50);
          events.push(`-${name}`);
          return [{ subject: 'pagination', outcome: { kind: 'ran-clean', note: '' } }];
        },
      });
    await run({ checkers: [named('load', { alone: true }), named('a'), named('b')] });
    expect(events).toEqual(['+a', '+b', '-a', '-b', '+load', '-load']);
  });
});

test('no more run beside each other than there is room for', async () => {
  const quiet = createQuiet(2);
  let now = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 6 }, () =>
      quiet.together(async () => {
        most = Math.max(most, (now += 1));
        await sleep(10);
        now -= 1;
      }),
    ),
  );
  expect(most).toBe(2);
});

test('the base is looked at only for what is not clean, and once', async () => {
  const before = commitState();
  writeFiles(checkout, { 'src/b.js': 'b\n' });
  const clean = checker({
    name: 'clean',
    subjects: ['cors'],
    check: async () => [{ subject: 'cors', outcome: { kind: 'ran-clean', note: '' } }],
  });
  const dirty = checker({
    check: async ({ target }) => [
      {
        subject: 'pagination',
        outcome: {
          kind: 'ran-found',
          note: '',
          findings:
            target.commit === before.commit
              ? [{ key: 'a', text: 'a' }]
              : [
                  { key: 'a', text: 'a' },
                  { key: 'b', text: 'b' },
                ],
        },
      },
    ],
  });
  const report = await run({ checkers: [clean, dirty], base: before });
  expect([clean.runs, dirty.runs]).toEqual([1, 2]);
  expect(receiptOf(report.receipts, 'pagination')).toMatchObject({
    isNew: true,
    findings: [{ key: 'b' }, { key: 'a' }],
  });
});

test('cancelled, it leaves no folder and no process, and says why', async () => {
  const stop = new AbortController();
  let scratch = '';
  const working = checker({
    check: async (inspection) => {
      scratch = await inspection.scratch();
      const done = inspection.run({ argv: ['sleep', '30'], timeoutMs: 60_000 });
      stop.abort(new Error('enough'));
      await done;
      return [];
    },
  });
  const start = performance.now();
  await expect(run({ checkers: [working], signal: stop.signal })).rejects.toThrow('enough');
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(existsSync(scratch)).toBe(false);
});

test('what the base knows nothing of is taken from the tree under test', async () => {
  let seen: string | null = 'not asked';
  const looking = checker({
    check: async ({ survey }) => {
      seen = survey.apiSpec;
      return [];
    },
  });
  await run({
    checkers: [looking],
    setting: { detect: () => Promise.resolve({ ...SURVEY, apiSpec: 'openapi.yaml' }) },
  });
  expect(seen).toBe('openapi.yaml');
});

test('an item that is waived is never red', async () => {
  const failing = checker({
    check: async () => [{ subject: 'pagination', outcome: { kind: 'ran-found', note: 'no limit' } }],
  });
  const waivers = [{ item: 'pagination', reason: 'ten rows', by: 'ann' } as const];
  expect(await receipt({ checkers: [failing], survey: { gate: { ...NO_SETTINGS, waivers } } })).toMatchObject(
    {
      verdict: 'waived',
      note: containing('ten rows; no limit'),
    },
  );
});

test('progress is told after each checker', async () => {
  const told: GateProgress[] = [];
  await run({ checkers: [checker()], onProgress: (progress) => told.push(progress) });
  expect(told.map(({ done }) => done)).toEqual([1, 2, 3, 4].slice(0, told.length));
  expect(told.at(-1)).toMatchObject({ of: told.length });
  expect(told.map(({ checker: name }) => name)).toContain('lists');
});
