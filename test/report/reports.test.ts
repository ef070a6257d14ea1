// Needs no server: a report from a snapshot and blobs in memory, written to a temporary folder.
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Report } from '../../src/domain/objective/report';
import { escapeMarkdown } from '../../src/report/escape-markdown';
import { buildReport } from '../../src/report/build-report';
import { MOST_BODY_CHARACTERS, withOurPart } from '../../src/domain/pull-request/pull-request-body';
import { describePullRequest } from '../../src/report/describe-pull-request';
import { renderMarkdown } from '../../src/report/render-markdown';
import { createReports } from '../../src/report/reports';
import { escalation, ID, status, task } from '../cli/fixtures';

const TREE = 'a'.repeat(40);
const GATE = 'b'.repeat(64);
const TRANSCRIPT = 'c'.repeat(64);
const receipt = {
  tree: TREE,
  startedAt: '2030-01-01T00:00:00.000Z',
  durationMs: 1,
  sandbox: 'bubblewrap',
  evidence: [],
};
const blobs = new Map<string, unknown>([
  [
    GATE,
    {
      tree: TREE,
      commit: TREE,
      base: TREE,
      receipts: [
        {
          ...receipt,
          subject: 'tests',
          verdict: 'pass',
          checker: { kind: 'tool', name: 'npm', version: null, argv: ['npm', 'test'], exitCode: 0 },
          note: '12 tests',
        },
        {
          ...receipt,
          subject: 'cors',
          verdict: 'needs-review',
          checker: { kind: 'none' },
          note: 'no checker yet',
        },
      ],
    },
  ],
  [
    TRANSCRIPT,
    {
      messages: [
        {
          role: 'assistant',
          content: [
            {
              type: 'tool_use',
              name: 'submit_handoff',
              input: {
                summary: 's',
                artefacts: [],
                criteriaMet: [],
                knownLimitations: ['only <b>one</b> provider'],
                findings: [],
              },
            },
          ],
        },
      ],
    },
  ],
]);

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'reports-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const snapshot = status({
  objective: 'Add login | drop <table>\n# not a heading @everyone',
  outcome: 'delivered-with-waivers',
  state: 'delivered',
  delivery: { repository: '/sample', branch: 'coordinator/x', commit: TREE, report: '' },
  gate: {
    tree: TREE,
    report: GATE,
    green: true,
    red: [],
    counts: {
      pass: 1,
      fail: 0,
      'not-applicable': 0,
      'needs-review': 1,
      waived: 0,
    },
  },
  tasks: [
    task({
      state: 'merged',
      attempts: [
        {
          number: 1,
          level: 0,
          specialist: 'api-architect',
          outcome: 'handed-off',
          because: '',
          summary: 'wrote [it](http://evil.example)',
          transcript: TRANSCRIPT,
        },
      ],
    }),
  ],
  escalations: [escalation()],
});

async function write(): Promise<{ markdown: string; json: Report; path: string }> {
  const reports = createReports({
    dir,
    blobs: {
      get: (ref) =>
        blobs.has(ref)
          ? Promise.resolve(Buffer.from(JSON.stringify(blobs.get(ref))))
          : Promise.reject(new Error('gone')),
    },
  });
  const { report } = await reports.write({ status: snapshot });
  const json: unknown = JSON.parse(await readFile(join(dir, `${ID}.json`), 'utf8'));
  return { markdown: await readFile(report, 'utf8'), json: Report.parse(json), path: report };
}

test('Markdown, JSON and HTML stand side by side, nothing else is left', async () => {
  const { path } = await write();
  expect(path).toBe(join(dir, `${ID}.md`));
  expect((await readdir(dir)).sort()).toEqual([`${ID}.html`, `${ID}.json`, `${ID}.md`]);
});

test('the page needs nothing but itself, runs nothing, and what comes from elsewhere stays text', async () => {
  await write();
  const page = await readFile(join(dir, `${ID}.html`), 'utf8');
  expect(page).toContain('Add login | drop &lt;table&gt;');
  expect(page).toContain('only &lt;b&gt;one&lt;/b&gt; provider');
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/<script|<link|<img|<iframe|\bon\w+="|https?:\/\/|url\(/);
  expect(page.match(/<details/g)).toHaveLength(41);
});

test('all 40 gate items are there, those without a receipt as needs-review', async () => {
  const { json, markdown } = await write();
  expect(json.gate?.items).toHaveLength(40);
  expect(json.gate?.items.every((item) => item.verdict === 'needs-review')).toBe(true);
  expect(json.gate?.preconditions).toMatchObject([
    { subject: 'tests', verdict: 'pass', note: '12 tests', checker: 'npm', isNew: false },
  ]);
  expect(json.gate?.preconditions[0]?.receipts).toHaveLength(1);
  expect(markdown).toContain('40 gate items have no checker yet');
});

test('outcome, model label, sandbox, open question and limitations are told', async () => {
  const { markdown } = await write();
  for (const text of [
    'Delivered with waivers',
    'no Claude was asked',
    'bubblewrap',
    'backend-T001-E1',
    'only &lt;b&gt;one&lt;/b&gt; provider',
  ]) {
    expect(markdown).toContain(text);
  }
});

test('words of a model or a user stay words', async () => {
  const { markdown } = await write();
  expect(markdown).not.toContain('<table>');
  expect(markdown).not.toMatch(/(?<!\\)\]\(/);
  expect(markdown).not.toContain('@everyone');
  expect(markdown).not.toMatch(/^# not a heading/m);
});

test('a transcript that is gone makes the report shorter, not impossible', async () => {
  blobs.delete(TRANSCRIPT);
  expect((await write()).json.knownLimitations).toEqual([]);
});

test.each(['- x', '1. x', '`a`', '![a](b)', 'a|b', 'https://x.example', 'www.x.example', '#12', '~~a~~'])(
  '%j has no meaning in Markdown once escaped',
  (text) => {
    expect(escapeMarkdown(text)).not.toMatch(/^[-+=] |^\d+\. |(?<!\\)[`|[\]~]|:\/\/|www\.|(?<!&)#\d/);
  },
);

test('what each task was given of the repository is told, with exceptions and what to look at', async () => {
  const context = {
    offered: 120,
    filtered: 20,
    sent: 100,
    categories: [{ category: 'frontend-markup' as const, filtered: 20, sent: 0 }],
    exceptions: [{ path: 'public/<b>.html', reason: 'granted' as const }],
    exceptionCount: 3,
    flags: [{ flag: 'git' as const, times: 2 }],
    unmaskedShell: true,
  };
  const reported = await buildReport(
    status({ gate: null, tasks: [task({ context }), task({ id: 'backend-T002' })] }),
    {
      get: () => Promise.reject(new Error('no blobs here')),
    },
  );
  const markdown = renderMarkdown(reported);
  expect(markdown).toContain('| `backend-T001` | 120 | 20 | 100 | frontend-markup 20 | 3 |');
  expect(markdown).toContain('public/&lt;b&gt;.html (granted) and 2 more');
  expect(markdown).toContain('**flagged**: reached for git metadata (2 times)');
  expect(markdown).toContain('its shell ran without a sandbox');
  expect(markdown).not.toContain('| `backend-T002` | 0');
});

describe('a pull request', () => {
  const describeIt = async (over: Parameters<typeof status>[0] = {}) =>
    describePullRequest(
      await buildReport(status(over), {
        get: (ref) => Promise.resolve(Buffer.from(JSON.stringify(blobs.get(ref)))),
      }),
      '/home/ada/reports/x.md',
    );

  test('has the checklist of all 40 items, the receipts, the rollout and where the report is', async () => {
    const { body } = await describeIt({
      gate: { tree: TREE, report: GATE, green: true, red: [], counts: counts() },
    });
    expect(body.match(/^- \[[ x]\] \d+\. /gm)).toHaveLength(40);
    expect(body).toMatch(/^- \[ \] 16\. .*\(needs-review\)$/m);
    expect(body).toMatch(/receipts by \d+ checkers are bound to the tree `a{40}`/);
    expect(body).toContain('## Migration and rollout');
    expect(body).toContain('`/home/ada/reports/x.md`');
  });

  test('begins with where the whole report is, since the forge cuts a long one', async () => {
    const many = Array.from({ length: 190 }, (_, at) =>
      task({ id: `backend-T${String(at + 100)}`, title: 'x'.repeat(120) }),
    );
    const { body } = await describeIt({ tasks: [...many, ...many] });
    expect(body.split('\n')[0]).toContain('`/home/ada/reports/x.md`');
    const cut = withOurPart(null, body) ?? '';
    expect(body.length).toBeGreaterThan(MOST_BODY_CHARACTERS);
    expect(cut.length).toBeLessThanOrEqual(MOST_BODY_CHARACTERS);
    expect(cut).toMatch(
      /\n\*Cut here; the rest is in the whole report, whose place the first line tells\.\*\n/,
    );
  });

  test('mentions nobody and refers to nothing, whatever the objective says', async () => {
    const objective = 'Closes #1 and GH-2 for @everyone\nand <b>more</b>';
    const { title, body } = await describeIt({ objective });
    // Forges look for references in what Markdown has become, where `&#64;` is an `@`.
    const shown = `${title}\n${body}`.replaceAll('&#64;', '@').replaceAll('&#35;', '#');
    expect(shown).toMatch(/everyone/);
    expect(shown).not.toMatch(/@everyone|#1\b|GH-2|<b>/);
    expect(title).toMatch(/^Closes .* for /);
    expect(title).not.toContain('\n');
  });
});

function counts(): NonNullable<ReturnType<typeof status>['gate']>['counts'] {
  return { pass: 1, fail: 0, 'not-applicable': 0, 'needs-review': 39, waived: 0 };
}
