// Needs nothing: the page of a gate run from a report in memory.
import type { GateReport, Receipt } from '../../src/domain/quality-gate/receipt';
import { type GatePage, renderGatePage } from '../../src/report/html/render-gate-page';

const TREE = 'a'.repeat(40);

function receipt(given: Partial<Receipt> & Pick<Receipt, 'subject' | 'verdict'>): Receipt {
  return {
    checker: { kind: 'rule', name: 'a-rule' },
    tree: TREE,
    startedAt: '2030-01-01T00:00:00.000Z',
    durationMs: 1500,
    sandbox: 'bubblewrap',
    evidence: [],
    note: '',
    ...given,
  };
}

function page(receipts: readonly Receipt[], more: Partial<GatePage> = {}): string {
  const report: GateReport = {
    tree: TREE,
    commit: 'c'.repeat(40),
    base: 'b'.repeat(40),
    receipts: [...receipts],
  };
  return renderGatePage({
    report,
    repository: '/shop',
    green: true,
    base: report.base,
    config: null,
    ...more,
  });
}

const HOSTILE: readonly Receipt[] = [
  receipt({ subject: 'tests', verdict: 'pass', note: '12 tests' }),
  receipt({
    subject: 'cors',
    verdict: 'fail',
    isNew: true,
    findings: [{ key: 'k', text: 'echoes <script>alert(1)</script>', file: 'src/app.js', line: 3 }],
    evidence: [{ kind: 'exchange', request: 'GET /<b>', response: '200 OK' }],
  }),
  receipt({ subject: 'style-guide', verdict: 'fail', isNew: false, note: 'lint' }),
];

test('all 40 items stand on it with their evidence; what failed stands open, what is no news says so', () => {
  const text = page(HOSTILE, { green: false });
  expect(text.match(/<details/g)).toHaveLength(41);
  expect(text.match(/<details open/g)).toHaveLength(2);
  expect(text).toContain('Red: gate of cccccccccccc');
  expect(text).toContain('src/app.js:3');
  expect(text).toContain('200 OK');
  expect(text).toContain('fail (on the base too)');
});

test('it needs nothing but itself, and what a repository says stays text', () => {
  const text = page(HOSTILE);
  expect(text).toContain('&lt;script&gt;alert(1)');
  expect(text).toContain('GET /&lt;b&gt;');
  expect(text).toContain("default-src 'none'");
  expect(text).not.toMatch(/<script|<link|<img|<iframe|\bon\w+="|https?:\/\/|url\(/);
});

test('items that were not asked for are counted, not shown', () => {
  const text = page(HOSTILE, { only: ['cors'] });
  expect(text.match(/<details/g)).toHaveLength(2);
  expect(text).toContain('39 of 40 items were not asked for');
  expect(text).not.toContain('style-guide');
});

test('without a base it says that everything is new; figures of tasks are left out', () => {
  const text = page(
    [receipt({ subject: 'response-time', verdict: 'pass', measures: { responseTimeP95Ms: 12.5 } })],
    {
      base: null,
    },
  );
  expect(text).toContain('nothing: every failure counts as new');
  expect(text).toContain('12.5 milliseconds');
  expect(text).not.toContain('backend_success_rate');
});
