// Pure: needs no server, no Temporal, no PostgreSQL, no git.
import { applyWaivers } from '../../src/domain/quality-gate/apply-waivers';
import { compareReceipts, cutFindings } from '../../src/domain/quality-gate/compare-receipts';
import { fillSurvey } from '../../src/domain/target/fill-survey';
import { gateItem } from '../../src/domain/quality-gate/gate-items';
import { NO_SETTINGS } from '../../src/domain/quality-gate/gate-settings';
import { judgeItem } from '../../src/domain/quality-gate/gate-verdict';
import { type GateFinding, Receipt, type Verdict } from '../../src/domain/quality-gate/receipt';
import { containing, matching, SURVEY } from './support';

const TREE = 'a'.repeat(40);
const FRAME = { tree: TREE, startedAt: '2026-05-05T10:00:00.000Z', sandbox: 'none' };

function receipt(verdict: Verdict, more: Partial<Receipt> = {}): Receipt {
  return {
    ...FRAME,
    subject: 'pagination',
    verdict,
    checker: { kind: 'rule', name: 'lists', version: '1' },
    durationMs: 1,
    evidence: [],
    note: verdict,
    ...more,
  };
}

const review = (verdict: Verdict, offline = false): Receipt =>
  receipt(verdict, { checker: { kind: 'reviewer', name: 'backend-architect', model: 'm', offline } });
const tool = receipt;
const debt = receipt('fail', { isNew: false });

describe('an item', () => {
  // `tool` decides alone, `mixed` needs a tool and a reviewer, `reviewer` a reviewer.
  test.each<[string, 'pagination' | 'http-methods' | 'caching', Receipt[], Verdict, boolean]>([
    ['nobody looked', 'pagination', [], 'needs-review', false],
    ['a tool passes a tool item', 'pagination', [tool('pass')], 'pass', false],
    ['one of two tools fails', 'pagination', [tool('pass'), tool('fail')], 'fail', true],
    ['a failure that is on the base', 'pagination', [tool('pass'), debt], 'fail', false],
    ['debt of one tool, news of another', 'pagination', [debt, tool('fail')], 'fail', true],
    ['a failure beats what is open', 'pagination', [tool('needs-review'), tool('fail')], 'fail', true],
    ['what is open beats a pass', 'pagination', [tool('pass'), tool('needs-review')], 'needs-review', false],
    [
      'what does not apply takes nothing from a pass',
      'pagination',
      [tool('not-applicable'), tool('pass')],
      'pass',
      false,
    ],
    ['nothing applies', 'pagination', [tool('not-applicable')], 'not-applicable', false],
    ['a waived failure', 'pagination', [tool('waived'), tool('pass')], 'waived', false],
    ['a review alone passes no tool item', 'pagination', [review('pass')], 'needs-review', false],
    ['a review fails a tool item', 'pagination', [tool('pass'), review('fail')], 'fail', true],
    ['a tool alone passes no mixed item', 'http-methods', [tool('pass')], 'needs-review', false],
    ['a review alone passes no mixed item', 'http-methods', [review('pass')], 'needs-review', false],
    ['tool and reviewer pass a mixed item', 'http-methods', [tool('pass'), review('pass')], 'pass', false],
    [
      'tool and offline reviewer pass a mixed item',
      'http-methods',
      [tool('pass'), review('pass', true)],
      'pass',
      false,
    ],
    ['a mixed item that does not apply', 'http-methods', [tool('not-applicable')], 'not-applicable', false],
    ['a tool alone passes no reviewer item', 'caching', [tool('pass')], 'needs-review', false],
    ['a reviewer passes a reviewer item', 'caching', [review('pass')], 'pass', false],
    ['an offline reviewer passes nothing alone', 'caching', [review('pass', true)], 'needs-review', false],
    ['an offline reviewer may fail an item', 'caching', [review('fail', true)], 'fail', true],
  ])('%s', (_, slug, receipts, verdict, isNew) => {
    expect(judgeItem(gateItem(slug), receipts)).toMatchObject({ verdict, isNew });
  });

  test('is decided by the failure that is new', () => {
    const fresh = receipt('fail', { note: 'fresh', isNew: true });
    expect(judgeItem(gateItem('pagination'), [debt, fresh]).deciding).toBe(fresh);
  });
});

describe('against the base', () => {
  const found = (...findings: GateFinding[]): Receipt => receipt('fail', { findings });
  const at = (key: string, amount?: number): GateFinding => ({
    key,
    text: `found ${key}`,
    ...(amount === undefined ? {} : { amount }),
  });
  const compare = (now: Receipt, before: Receipt | null): Receipt => {
    const [only] = compareReceipts([now], before === null ? [] : [before]);
    return Receipt.parse(only);
  };

  test.each<[string, Receipt, Receipt | null, boolean | undefined]>([
    ['what the base does not have', found(at('a')), receipt('pass'), true],
    ['what nobody looked for there', found(at('a')), null, true],
    ['the same', found(at('a')), found(at('a')), false],
    ['fewer', found(at('a')), found(at('a'), at('b')), false],
    ['the same in another order', found(at('b'), at('a')), found(at('a'), at('b')), false],
    ['one more', found(at('a'), at('b')), found(at('a')), true],
    ['another one instead', found(at('b')), found(at('a')), true],
    ['the same thing once more', found(at('a'), at('a')), found(at('a')), true],
    ['a larger amount', found(at('a', 3)), found(at('a', 2)), true],
    ['the same amount', found(at('a', 2)), found(at('a', 2)), false],
    ['a smaller amount', found(at('a', 1)), found(at('a', 2)), false],
    ['a failed run where it failed before', receipt('fail'), receipt('fail'), false],
    ['a failed run where it passed', receipt('fail'), receipt('pass'), true],
    ['a failure where it could not be told', receipt('fail'), receipt('needs-review'), true],
  ])('%s is new: %#', (_, now, before, isNew) => {
    expect(compare(now, before).isNew).toBe(isNew);
  });

  test('what is new comes first, and the note counts it', () => {
    const receiptNow = compare(found(at('a'), at('b'), at('c')), found(at('a'), at('b')));
    expect(receiptNow.findings?.map(({ key }) => key)).toEqual(['c', 'a', 'b']);
    expect(receiptNow.note).toContain('1 new, 2 also on the base');
  });

  test('a finding behind the fiftieth is compared too, and is among the fifty listed', () => {
    const many = Array.from({ length: 60 }, (_, index) => at(`k${String(index)}`));
    const before = receipt('fail', { findings: many });
    const [now] = compareReceipts([receipt('fail', { findings: [...many, at('fresh')] })], [before]);
    const cut = Receipt.parse(cutFindings(now!));
    expect(cut).toMatchObject({ isNew: true, note: containing('the first 50 of 61 are listed') });
    expect(cut.findings?.[0]?.key).toBe('fresh');
    expect(compareReceipts([receipt('fail', { findings: many.slice(1) })], [before])[0]?.isNew).toBe(false);
  });

  test('what passed and cannot be told any more fails; what could not be told before is left open', () => {
    expect(compare(receipt('needs-review'), receipt('pass'))).toMatchObject({ verdict: 'fail', isNew: true });
    expect(compare(receipt('needs-review'), receipt('fail')).verdict).toBe('needs-review');
    expect(compare(receipt('needs-review'), receipt('needs-review')).verdict).toBe('needs-review');
    expect(compare(receipt('needs-review'), null).verdict).toBe('needs-review');
  });

  test('what a busy machine could not tell is left open, whatever the base says', () => {
    const busy = receipt('needs-review', { ofMachine: true });
    expect(compare(busy, receipt('pass'))).toEqual(busy);
  });

  test('what was checked and does not apply any more is left to a human', () => {
    expect(compare(receipt('not-applicable'), receipt('pass'))).toMatchObject({
      verdict: 'needs-review',
      note: containing('not any more'),
    });
    expect(compare(receipt('not-applicable'), receipt('not-applicable')).verdict).toBe('not-applicable');
  });
});

describe('a waiver', () => {
  const waiver = { item: 'pagination', reason: 'at most ten rows', by: 'ann' } as const;
  const judged = (receipts: readonly Receipt[]): Verdict =>
    judgeItem(
      gateItem('pagination'),
      receipts.filter(({ subject }) => subject === 'pagination'),
    ).verdict;

  test('makes a failure waived, with reason, owner and last day, and takes no evidence away', () => {
    const findings = [{ key: 'a', text: 'a list' }];
    const rows = applyWaivers(
      [receipt('fail', { findings })],
      [{ ...waiver, expires: '2026-05-05' }],
      FRAME,
    ).map((row) => Receipt.parse(row));
    expect(judged(rows)).toBe('waived');
    expect(rows[0]).toMatchObject({
      verdict: 'waived',
      findings,
      note: 'waived by ann until 2026-05-05: at most ten rows; fail',
    });
  });

  test('settles what could not be told, and what nobody looked at', () => {
    expect(judged(applyWaivers([receipt('needs-review')], [waiver], FRAME))).toBe('waived');
    expect(judged(applyWaivers([], [waiver], FRAME))).toBe('waived');
  });

  test('leaves a pass, and other items, as they are', () => {
    const rows = [receipt('pass'), receipt('fail', { subject: 'cors' })];
    expect(applyWaivers(rows, [waiver], FRAME)).toEqual(rows);
  });

  test('that has expired changes no verdict and is said so', () => {
    const rows = applyWaivers([receipt('fail')], [{ ...waiver, expires: '2026-05-04' }], FRAME);
    expect(rows).toEqual([
      receipt('fail', { note: matching(/waiver of ann expired on 2026-05-04/) as string }),
    ]);
  });
});

describe('a survey of the base', () => {
  test('is filled where it knows nothing, and keeps what it knows, its thresholds and its waivers', () => {
    const known = {
      ...SURVEY,
      lint: null,
      gate: { ...NO_SETTINGS, coverageMin: 90, waivers: [{ item: 'cors', reason: 'r', by: 'b' } as const] },
    };
    const api = { kind: 'openapi', spec: 'openapi.yaml', from: 'file', basePath: null } as const;
    const found = {
      ...SURVEY,
      test: ['true'],
      lint: ['npm', 'run', 'lint'],
      apiSpec: 'openapi.yaml',
      gate: { ...NO_SETTINGS, coverageMin: 0, api },
    };
    const filled = fillSurvey(known, found);
    expect(filled).toMatchObject({
      test: ['npm', 'test'],
      lint: ['npm', 'run', 'lint'],
      apiSpec: 'openapi.yaml',
    });
    expect(filled.gate).toEqual({ ...known.gate, api });
    expect(fillSurvey({ ...known, omitted: ['lint'] }, found).lint).toBeNull();
  });

  test('of no known stack takes the commands of the tree, and one of another stack takes none', () => {
    const found = { ...SURVEY, stack: 'python', test: ['pytest'] } as const;
    const filled = (stack: 'unknown' | 'java') =>
      fillSurvey({ ...SURVEY, stack, test: null }, { ...found, test: ['pytest'] });
    expect(filled('unknown')).toMatchObject({ stack: 'python', test: ['pytest'] });
    expect(filled('java')).toMatchObject({ stack: 'java', test: null });
  });
});
