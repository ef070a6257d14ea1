// Needs nothing but the package's own files: what the sections of a playbook make of a question.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { comparisonAnswer } from '../../src/domain/plan/comparison';
import { judgeReview } from '../../src/domain/quality-gate/judge-review';
import { GateReview } from '../../src/domain/quality-gate/review';
import { REVIEW_ROWS } from '../../src/domain/quality-gate/review-items';
import { linesOf, numberedSource } from '../../src/domain/quality-gate/review-source';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { Playbook, type LoadedPlaybook } from '../../src/offline/playbook';
import { sectionAnswer } from '../../src/offline/section-answer';

const ROOT = join(__dirname, '..', '..');
const PROPERTIES = { name: 'tiny', title: 't', covers: [['x']], target: { sample: 's' } };

function section(more: object): LoadedPlaybook {
  const parsed = Playbook.parse({
    ...PROPERTIES,
    scenarios: [{ name: 'default', title: 'd' }],
    answers: [{ id: 'a', when: { ask: 'plan' }, reply: { json: {} } }],
    ...more,
  });
  return { ...parsed, answers: [], design: undefined };
}

const TEXT = 'export function a() {\n  // Because of b.\n  return 1;\n}\n';
const source = numberedSource(
  { path: 'src/a.js', lines: linesOf(TEXT), added: [{ from: 2, to: 2 }] },
  new Map(),
);
const asked = (...items: string[]): string =>
  `ASKED OF: @x\n\nITEMS:\n${items.map((item) => `- ${item}: a demand`).join('\n')}\n\nFILE src/a.js\n${source}\n\nTASK:\nJudge.`;

function review(more: object, told: string): GateReview {
  const answered = sectionAnswer(section({ review: more }), 'default', { ask: 'inspect', task: null, told });
  return GateReview.parse(answered?.reply.value);
}

describe('a review', () => {
  const claim = { claim: 'a reason is given', file: 'src/a.js', quote: '// Because of b.' };

  it('stands on the lines the question shows, so that its claims hold byte for byte', () => {
    const answer = review({ 'why-comments': { claims: [claim] } }, asked('why-comments'));
    expect(answer.items[0]).toMatchObject({
      verdict: 'pass',
      claims: [{ startLine: 2, endLine: 2, quote: '  // Because of b.' }],
    });
    const [receipt] = judgeReview(
      ['why-comments'],
      answer,
      {
        fileOf: (path) => ({ path, lines: linesOf(TEXT), added: [{ from: 2, to: 2 }] }),
        isGround: () => false,
      },
      {
        checker: { kind: 'reviewer', name: 'x', model: 'offline', offline: true },
        tree: 'a'.repeat(40),
        startedAt: '2026-01-01T00:00:00.000Z',
        durationMs: 1,
        notShown: [],
      },
    );
    expect(receipt).toMatchObject({ verdict: 'pass' });
  });

  it('of a tree that does not have the quoted lines decides nothing', () => {
    const changed = asked('why-comments').replace('Because of b.', 'Returns one.');
    expect(review({ 'why-comments': { claims: [claim] } }, changed).items[0]).toMatchObject({
      verdict: 'needs-review',
      claims: [],
      notLookedAt: ['src/a.js, as the playbook knows it'],
    });
  });

  it('answers every item asked about, and passes none the playbook says nothing of', () => {
    const { items } = review({ 'why-comments': { claims: [claim] } }, asked('caching', 'why-comments'));
    expect(items.map(({ item, verdict }) => [item, verdict])).toEqual([
      ['caching', 'needs-review'],
      ['why-comments', 'pass'],
    ]);
  });
});

describe('a comparison', () => {
  const told = [
    'WHAT WAS CHANGED:\n| backend-T001 openapi.yaml +3 -0\n| backend-T003,backend-T002 src/a.js +1 -1\n| - gone.js deleted',
    'FILES OF THE TREE:\n| openapi.yaml\n| src/a.js',
    'POINTS:\n- P1 (apiEndpoints): GET /a\n- P2 (backend-T002): a gives 1\n- P3 (monitoring): a is logged',
  ].join('\n\n');
  const compare = (unbuilt: object[], text = told): unknown =>
    sectionAnswer(
      section({ compare: { evidence: { apiEndpoints: ['openapi.yaml'] }, unbuilt } }),
      'default',
      {
        ask: 'compare',
        task: null,
        told: text,
      },
    )?.reply.value;

  it('is answered with files of the tree: of a facet as listed, of a task as changed; else it is unbuilt', () => {
    const value = compare([]);
    expect(value).toMatchObject({
      points: [
        { id: 'P1', state: 'built', files: ['openapi.yaml'] },
        { id: 'P2', state: 'built', files: ['src/a.js'] },
        { id: 'P3', state: 'unbuilt' },
      ],
    });
    const points = ['P1', 'P2', 'P3'].map((id) => ({ id, source: 'monitoring', text: id }));
    expect(comparisonAnswer(points, ['openapi.yaml', 'src/a.js']).safeParse(value).success).toBe(true);
    expect(comparisonAnswer(points, ['openapi.yaml']).safeParse(value).error?.message).toContain('src/a.js');
  });

  it('misses what the scenario says, until its file is there', () => {
    const rows = [{ scenarios: ['default'], point: 'gives 1', until: 'test/a.test.js', why: 'no test' }];
    expect(compare(rows)).toMatchObject({ points: [{}, { id: 'P2', state: 'unbuilt', why: 'no test' }, {}] });
    const later = told.replace('| src/a.js', '| src/a.js\n| test/a.test.js');
    expect(compare(rows, later)).toMatchObject({ points: [{}, { id: 'P2', state: 'built' }, {}] });
  });

  it('is refused by a playbook that compares nothing', () => {
    expect(sectionAnswer(section({}), 'default', { ask: 'compare', task: null, told })).toBeNull();
  });
});

/** Everything a delivered tree may consist of: the sample, and what the playbook writes or edits. */
function materialOf({ name, target }: LoadedPlaybook): string[] {
  const texts: string[] = [];
  const walk = (dir: string): void => {
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      if (entry.name === 'node_modules') continue;
      const path = join(dir, entry.name);
      if (entry.isDirectory()) walk(path);
      else texts.push(readFileSync(path, 'utf8'));
    }
  };
  walk(join(ROOT, 'examples', target.sample));
  if (existsSync(join(ROOT, 'playbooks', name, 'files'))) walk(join(ROOT, 'playbooks', name, 'files'));
  return texts.map((text) =>
    linesOf(text)
      .map((line) => line.trim())
      .join('\n'),
  );
}

test('the bundled playbooks quote what their trees can hold, of items somebody reviews, and compare', async () => {
  const reviewed: readonly string[] = REVIEW_ROWS.map(({ item }) => item);
  for (const playbook of await loadPlaybooks(join(ROOT, 'playbooks'))) {
    const texts = materialOf(playbook);
    expect(playbook.compare).toBeDefined();
    for (const [item, said] of Object.entries(playbook.review ?? {})) {
      expect(reviewed).toContain(item);
      for (const { quote } of said.claims) {
        const lines = quote
          .trim()
          .split('\n')
          .map((line) => line.trim());
        expect([playbook.name, item, texts.some((text) => text.includes(lines.join('\n')))]).toEqual([
          playbook.name,
          item,
          true,
        ]);
      }
    }
  }
});
