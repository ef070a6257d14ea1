// Needs nothing: tables and pure functions.
import { GATE_ITEMS, type GateSlug } from '../../../src/domain/quality-gate/gate-items';
import { NO_SETTINGS } from '../../../src/domain/quality-gate/gate-settings';
import {
  isGround,
  itemsToReview,
  orderReviews,
  REVIEW_ROWS,
} from '../../../src/domain/quality-gate/review-items';
import { linesOf, numberedSource, readNumberedLine } from '../../../src/domain/quality-gate/review-source';
import type { Receipt } from '../../../src/domain/quality-gate/receipt';
import { parseUnifiedDiff } from '../../../src/domain/common/unified-diff';
import { planTask } from '../tasks';

const kinds = { rules: [], documents: { ...NO_SETTINGS.docs, backup: 'RECOVERY.md' } };
const receipt = (
  subject: GateSlug,
  verdict: Receipt['verdict'],
  kind: 'rule' | 'reviewer' = 'rule',
): Receipt => ({
  subject,
  verdict,
  checker:
    kind === 'rule'
      ? { kind, name: 'rule' }
      : { kind, name: 'api-architect', model: 'claude', offline: false },
  tree: 'a'.repeat(40),
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 1,
  sandbox: 'none',
  evidence: [],
  note: '',
});

describe('who reviews', () => {
  it('every item that judgement decides, wholly or in part, has a row, and no other', () => {
    const judged = GATE_ITEMS.flatMap(({ slug, decidedBy }) => (decidedBy === 'tool' ? [] : [slug]));
    expect(REVIEW_ROWS.map(({ item }) => item).sort()).toEqual([...judged].sort());
  });

  it('the security audit is by @backend-architect first', () => {
    for (const item of [
      'no-hardcoded-secrets',
      'error-handling',
      'authentication',
      'authorization',
    ] as const) {
      expect(REVIEW_ROWS.find((row) => row.item === item)?.reviewers[0]).toBe('backend-architect');
    }
  });

  const changed = ['openapi.yaml', 'src/routes/orders.js', 'migrations/2.up.sql', 'RECOVERY.md'];
  const work = (number: number, specialist: string, owns: string[]) => ({
    task: planTask(number, { owns, kind: 'implementation' }),
    specialist,
  });

  it('is not whoever wrote what the item is about; another one takes it', () => {
    const items: GateSlug[] = ['rest-conventions', 'authorization', 'normalized-schema', 'backup-plan'];
    const orders = orderReviews({
      items,
      changed,
      kinds,
      work: [
        work(1, 'api-architect', ['openapi.yaml']),
        work(2, 'backend-architect', ['src/**']),
        work(3, 'database-optimizer', ['migrations/**']),
        work(4, 'database-admin', ['RECOVERY.md']),
      ],
    });
    expect(orders).toEqual([
      { reviewer: 'backend-architect', items: ['rest-conventions', 'backup-plan'] },
      { reviewer: 'api-architect', items: ['authorization'] },
      { reviewer: 'database-admin', items: ['normalized-schema'] },
    ]);
  });

  it('asks few: four reviewers at most for all items of an ordinary plan', () => {
    const items = REVIEW_ROWS.map(({ item }) => item);
    const orders = orderReviews({
      items,
      changed,
      kinds,
      work: [work(1, 'nodejs-expert', ['src/**', 'openapi.yaml'])],
    });
    expect(orders.length).toBeLessThanOrEqual(4);
    expect(orders.flatMap((order) => order.items).sort()).toEqual([...items].sort());
  });

  it('is nobody where everybody had a hand in it', () => {
    const all = ['api-architect', 'backend-architect', 'nodejs-expert', 'python-pro', 'java-expert'];
    const more = ['graphql-architect', 'database-optimizer', 'database-admin'];
    const everybody = [...all, ...more].map((name, index) => work(index + 1, name, ['src/**']));
    expect(orderReviews({ items: ['authorization'], changed, kinds, work: everybody })).toEqual([]);
  });
});

describe('what is reviewed', () => {
  it('is what tools passed or could not tell, and judgement alone; not what is decided', () => {
    const items = itemsToReview([
      receipt('rest-conventions', 'pass'),
      receipt('http-methods', 'fail'),
      receipt('authentication', 'needs-review'),
      receipt('authorization', 'not-applicable'),
      receipt('error-handling', 'pass'),
      receipt('error-handling', 'pass', 'reviewer'),
      receipt('caching', 'not-applicable'),
    ]);
    expect(items).toEqual(['rest-conventions', 'authentication', 'why-comments']);
  });

  it('may stand on routes, schema and documents that nobody changed, each for its items only', () => {
    expect(isGround('authorization', 'src/routes/orders.js', kinds)).toBe(true);
    expect(isGround('backup-plan', 'RECOVERY.md', kinds)).toBe(true);
    expect(isGround('deploy-docs', 'RECOVERY.md', kinds)).toBe(false);
    expect(isGround('normalized-schema', 'src/routes/orders.js', kinds)).toBe(false);
    expect(isGround('why-comments', 'src/routes/orders.js', kinds)).toBe(false);
  });
});

describe('a diff', () => {
  const DIFF = [
    'diff --git a/src/a.js b/src/a.js',
    '--- a/src/a.js',
    '+++ b/src/a.js',
    '@@ -1,4 +1,5 @@',
    ' one',
    '--- minus minus',
    '+two',
    '+++ plus plus',
    ' three',
    '@@ -10,2 +11,1 @@ function x() {',
    '-gone',
    ' ten',
    'diff --git a/gone.js b/gone.js',
    'deleted file mode 100644',
    '--- a/gone.js',
    '+++ /dev/null',
    '@@ -1 +0,0 @@',
    '-x',
    'diff --git "a/\\303\\244.js" "b/\\303\\244.js"',
    'Binary files differ',
    '',
  ].join('\n');

  it('gives added lines and what is gone by the lines of the new side, also where they look like headers', () => {
    const files = parseUnifiedDiff(DIFF);
    expect(files).toHaveLength(1);
    expect(files[0]).toMatchObject({ path: 'src/a.js', added: [{ from: 2, to: 3 }] });
    expect([...files[0]!.removed]).toEqual([
      [2, ['-- minus minus']],
      [11, ['gone']],
    ]);
  });

  it('names files as they are, however git quotes them', () => {
    const text = DIFF.replace('Binary files differ', '+++ "b/\\303\\244 \\"x\\".js"\n@@ -0,0 +1 @@\n+a');
    expect(parseUnifiedDiff(text)[1]).toMatchObject({ path: 'ä "x".js', added: [{ from: 1, to: 1 }] });
  });

  it('cut off in the middle gives what is there', () => {
    expect(parseUnifiedDiff(DIFF.slice(0, DIFF.indexOf('+two') + 4))[0]?.added).toEqual([{ from: 2, to: 2 }]);
    expect(parseUnifiedDiff('')).toEqual([]);
  });
});

describe('numbered source', () => {
  it('shows a long changed file near its changes only, and says what is left out', () => {
    const lines = Array.from({ length: 400 }, (_, index) => `line ${String(index + 1)}`);
    const text = numberedSource({ path: 'a', lines, added: [{ from: 200, to: 200 }] }, new Map());
    expect(text).toContain('  200 +| line 200');
    expect(text).toContain('(187 lines left out)');
    expect(text).not.toContain('line 100');
    expect(text.split('\n').length).toBeLessThan(40);
  });

  it('can be read back line by line; what was removed has no number', () => {
    const text = numberedSource(
      { path: 'a', lines: linesOf('a\r\n  b\n'), added: [] },
      new Map([
        [2, ['x']],
        [3, ['at the end']],
      ]),
    );
    expect(text.split('\n').map(readNumberedLine)).toEqual([
      { number: 1, text: 'a' },
      null,
      { number: 2, text: '  b' },
      null,
    ]);
  });
});
