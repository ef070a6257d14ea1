// Pure: needs no server, no Temporal, no PostgreSQL, no git.
import { compareWithBase, countVerdicts, summarise } from '../../src/domain/gate-summary';
import { type GateReport, GateSummary, type Receipt, type Verdict } from '../../src/domain/receipt';

const TREE = 'a'.repeat(40);
const REF = 'b'.repeat(64);

function receipt(subject: Receipt['subject'], verdict: Verdict, more: Partial<Receipt> = {}): Receipt {
  return {
    subject,
    verdict,
    checker: { kind: 'tool', name: 'test', version: null, argv: ['npm', 'test'], exitCode: 1 },
    tree: TREE,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    sandbox: 'none',
    evidence: [{ kind: 'output', output: REF, excerpt: 'expected 1, got 2' }],
    note: '',
    ...more,
  };
}

function report(...receipts: Receipt[]): GateReport {
  return { tree: TREE, commit: TREE, base: TREE, receipts };
}

test('a new failure is red and carries its evidence', () => {
  const summary = summarise({
    report: report(receipt('tests', 'fail')),
    ref: REF,
    base: report(receipt('tests', 'pass')),
  });
  expect(GateSummary.parse(summary)).toMatchObject({
    green: false,
    red: [{ subject: 'tests', excerpt: '$ npm test\nexpected 1, got 2' }],
  });
});

test('what failed on the base too is listed as debt and is not red', () => {
  const base = report(receipt('tests', 'fail'));
  const head = report(...compareWithBase([receipt('tests', 'fail')], base));
  expect(head.receipts[0]).toMatchObject({ verdict: 'fail', note: 'also fails on the base' });
  expect(summarise({ report: head, ref: REF, base }).green).toBe(true);
  expect(summarise({ report: head, ref: REF }).green).toBe(false);
});

test('a check that passed on the base and cannot run any more fails; one nobody checks does not', () => {
  const base = report(receipt('tests', 'pass'), receipt('cors', 'pass'));
  const [tests, cors] = compareWithBase(
    [receipt('tests', 'needs-review'), receipt('cors', 'needs-review', { checker: { kind: 'none' } })],
    base,
  );
  expect(tests?.verdict).toBe('fail');
  expect(tests?.note).toContain('cannot be run any more');
  expect(cors?.verdict).toBe('needs-review');
});

test('what a human accepted is not red', () => {
  const request = { report: report(receipt('tests', 'fail'), receipt('style-guide', 'fail')), ref: REF };
  expect(summarise({ ...request, waived: ['tests'] }).red.map(({ subject }) => subject)).toEqual([
    'style-guide',
  ]);
});

test('needs-review is not red', () => {
  expect(summarise({ report: report(receipt('cors', 'needs-review')), ref: REF }).green).toBe(true);
});

test('counts are of items, without the preconditions', () => {
  const counts = countVerdicts([
    receipt('tests', 'fail'),
    receipt('style-guide', 'pass'),
    receipt('cors', 'waived'),
  ]);
  expect(counts).toEqual({ pass: 1, fail: 0, 'not-applicable': 0, 'needs-review': 0, waived: 1 });
});

test('an excerpt fits however long the argv is', () => {
  const long = receipt('tests', 'fail', {
    checker: { kind: 'tool', name: 'test', version: null, argv: ['x'.repeat(5000)], exitCode: 1 },
    evidence: [{ kind: 'output', output: REF, excerpt: `${'y'.repeat(3900)} the end` }],
  });
  const summary = GateSummary.parse(summarise({ report: report(long), ref: REF }));
  expect(summary.red[0]?.excerpt).toMatch(/the end$/);
});
