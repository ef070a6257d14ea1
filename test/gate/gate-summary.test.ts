// Pure: needs no server, no Temporal, no PostgreSQL, no git.
import { countVerdicts, summarise } from '../../src/domain/quality-gate/gate-summary';
import {
  type GateReport,
  GateSummary,
  type Receipt,
  type Verdict,
} from '../../src/domain/quality-gate/receipt';

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
  const summary = summarise({ report: report(receipt('tests', 'fail')), ref: REF });
  expect(GateSummary.parse(summary)).toMatchObject({
    green: false,
    red: [{ subject: 'tests', excerpt: '$ npm test\nexpected 1, got 2' }],
  });
});

test('what is not new is listed as a failure and is not red', () => {
  const debt = report(receipt('tests', 'fail', { isNew: false }), receipt('cors', 'fail', { isNew: false }));
  expect(summarise({ report: debt, ref: REF })).toMatchObject({ green: true, red: [], counts: { fail: 1 } });
});

test('findings are the evidence of a red item, with their places', () => {
  const findings = [{ key: 'a', text: 'sync call', file: 'src/a.js', line: 3 }];
  const summary = summarise({ report: report(receipt('non-blocking', 'fail', { findings })), ref: REF });
  expect(summary.red[0]?.excerpt).toContain('src/a.js:3: sync call');
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
  expect(counts).toEqual({ pass: 1, fail: 0, 'not-applicable': 0, 'needs-review': 38, waived: 1 });
});

test('an excerpt fits however long the argv is', () => {
  const long = receipt('tests', 'fail', {
    checker: { kind: 'tool', name: 'test', version: null, argv: ['x'.repeat(5000)], exitCode: 1 },
    evidence: [{ kind: 'output', output: REF, excerpt: `${'y'.repeat(3900)} the end` }],
  });
  const summary = GateSummary.parse(summarise({ report: report(long), ref: REF }));
  expect(summary.red[0]?.excerpt).toMatch(/the end$/);
});
