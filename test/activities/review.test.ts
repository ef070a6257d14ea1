// Needs no server: activities run in Temporal's mock environment over scripted ports.
import { ModelFailure } from '../../src/domain/usage/model-failure';
import type { GateSlug } from '../../src/domain/quality-gate/gate-items';
import { judgeItem } from '../../src/domain/quality-gate/gate-verdict';
import { gateItem } from '../../src/domain/quality-gate/gate-items';
import { GateReport, type Receipt } from '../../src/domain/quality-gate/receipt';
import type { GateReview, ItemReview } from '../../src/domain/quality-gate/review';
import type { ComparisonBrief, ReviewBrief } from '../../src/ports/department';
import { NO_USAGE } from '../../src/domain/usage/usage';
import { planTask } from '../domain/tasks';
import { answered, BASE, commitOf, createBench, DOSSIER, reportOf, TREE, type Bench } from './ports';

const HEAD = commitOf('head');
const FILES: Readonly<Record<string, string>> = {
  'src/routes.js': 'app.get("/orders", list);\napp.post("/orders", guard, create);\n',
  'src/plain.js': 'export const a = 1;\nexport const b = 2;\n',
  'openapi.yaml': 'openapi: 3.0.0\n',
  'package-lock.json': '{}\n',
};
const DIFF = `diff --git a/src/routes.js b/src/routes.js
--- a/src/routes.js
+++ b/src/routes.js
@@ -1,2 +1,2 @@
 app.get("/orders", list);
-app.post("/orders", create);
+app.post("/orders", guard, create);
diff --git a/package-lock.json b/package-lock.json
--- a/package-lock.json
+++ b/package-lock.json
@@ -0,0 +1 @@
+{}
`;

const pass: ItemReview = {
  item: 'authorization',
  verdict: 'pass',
  claims: [
    {
      claim: 'a guard stands before what creates',
      file: 'src/routes.js',
      startLine: 2,
      endLine: 2,
      quote: 'app.post("/orders", guard, create);',
    },
  ],
  counterEvidence: [{ query: 'routes without a guard', hits: 'GET /orders, which is public' }],
  notLookedAt: ['the guard itself'],
  confidence: 'high',
};

const toolPass = (subject: GateSlug): Receipt => ({ ...reportOf().receipts[0]!, subject });

interface Review extends Bench {
  readonly briefs: ReviewBrief[];
  /** Reviews `authorization` and gives the report that came of it. */
  inspect(items?: readonly GateSlug[], waived?: readonly string[]): Promise<GateReport>;
  /** What it says of `authorization`. */
  receipt(): Promise<Receipt>;
}

async function reviewing(
  answer: () => Promise<GateReview>,
  model: 'offline' | 'anthropic' = 'anthropic',
): Promise<Review> {
  const briefs: ReviewBrief[] = [];
  const bench = await createBench({
    repositories: {
      listFiles: () => Promise.resolve(Object.keys(FILES)),
      readFile: ({ path }) => Promise.resolve(FILES[path] ?? null),
      changedFiles: () => Promise.resolve(['package-lock.json', 'src/routes.js']),
      diff: () => Promise.resolve(DIFF),
    },
    coordination: {
      inspect: async ({ brief }) => {
        briefs.push(brief);
        return { value: await answer(), usage: { ...NO_USAGE, requests: 1 }, model: 'claude' };
      },
    },
  });
  const dossier = model === 'offline' ? DOSSIER : { ...DOSSIER, model: { kind: 'anthropic' as const } };
  const handle = { dossier: await bench.store.put(JSON.stringify(dossier)) };
  const report = await bench.store.put(
    JSON.stringify({ ...reportOf(), receipts: [...reportOf().receipts, toolPass('authorization')] }),
  );
  const inspect: Review['inspect'] = async (items = ['authorization'], waived = []) => {
    const order = { reviewer: 'backend-architect', items: [...items] };
    const { gate } = await bench.run('reviewObjective', {
      handle,
      commit: HEAD,
      report,
      order,
      waived: [...waived],
    });
    return GateReport.parse(JSON.parse((await bench.store.get(gate.report)).toString('utf8')));
  };
  return {
    ...bench,
    briefs,
    inspect,
    receipt: async () => {
      const { receipts } = await inspect();
      return receipts.at(-1)!;
    },
  };
}

const saying = (...rows: Partial<ItemReview>[]): Promise<Review> =>
  reviewing(() => Promise.resolve({ items: rows.map((row) => ({ ...pass, ...row })) }));
const claiming = (claim: Partial<ItemReview['claims'][number]>): Promise<Review> =>
  saying({ claims: [{ ...pass.claims[0]!, ...claim }] });

describe('a review', () => {
  it('whose claims hold becomes a receipt of its reviewer, with what was sought and not looked at', async () => {
    const it = await saying({});
    expect(await it.receipt()).toMatchObject({
      subject: 'authorization',
      verdict: 'pass',
      tree: TREE,
      checker: { kind: 'reviewer', name: 'backend-architect', model: 'claude', offline: false },
      evidence: [{ kind: 'source', file: 'src/routes.js', line: 2 }],
      note: 'a guard stands before what creates; confidence: high; looked for: routes without a guard (GET /orders, which is public); not looked at: the guard itself, package-lock.json',
    });
  });

  it('is shown numbered source of what changed and the facts of tools, never the authors own words', async () => {
    const it = await saying({});
    await it.inspect();
    const [brief] = it.briefs;
    expect(brief?.sources[0]).toEqual({
      path: 'src/routes.js',
      text: '    1  | app.get("/orders", list);\n      -| app.post("/orders", create);\n    2 +| app.post("/orders", guard, create);',
    });
    expect(brief?.sources.map(({ path }) => path)).not.toContain('src/plain.js');
    expect(brief?.notShown).toEqual(['package-lock.json']);
    expect(brief?.facts.map(({ subject }) => subject)).toEqual(['authorization']);
    expect(Object.keys(brief ?? {}).sort()).toEqual(['facts', 'items', 'notShown', 'reviewer', 'sources']);
  });

  it.each([
    [
      'a quote that is not there',
      { quote: 'app.post("/orders", guard, makes);' },
      'the quote does not stand at src/routes.js:2',
    ],
    ['a line beside it', { startLine: 1, endLine: 1 }, 'the quote does not stand at src/routes.js:1'],
    ['a file that is not there', { file: 'src/guard.js' }, 'src/guard.js is not a text file of the commit'],
    ['lines beyond the end', { endLine: 9 }, 'has no lines up to 9'],
    ['lines the wrong way round', { startLine: 2, endLine: 1 }, 'has no lines up to 1'],
    [
      'code that is neither changed nor what the item is about',
      { file: 'src/plain.js', quote: 'export const b = 2;' },
      'src/plain.js:2 was not changed and is not what the item is about',
    ],
  ])('claiming %s decides nothing and says why', async (_, claim, reason) => {
    const it = await claiming(claim);
    const receipt = await it.receipt();
    expect(receipt.verdict).toBe('needs-review');
    expect(receipt.note).toContain(reason);
    const { receipts } = await it.inspect();
    expect(
      judgeItem(
        gateItem('authorization'),
        receipts.filter((row) => row.subject === 'authorization'),
      ).verdict,
    ).toBe('needs-review');
  });

  it('one false claim among true ones is enough', async () => {
    const it = await saying({ claims: [...pass.claims, { ...pass.claims[0]!, quote: 'no' }] });
    expect(await it.receipt()).toMatchObject({ verdict: 'needs-review' });
  });

  it('without a claim, or of low confidence, passes nothing', async () => {
    expect(await (await saying({ claims: [] })).receipt()).toMatchObject({ verdict: 'needs-review' });
    expect(await (await saying({ confidence: 'low' })).receipt()).toMatchObject({
      verdict: 'needs-review',
    });
  });

  it('that fails a changed line is red; one that fails what was there before is listed as debt', async () => {
    const fails = await saying({ verdict: 'fail' });
    expect(await fails.receipt()).toMatchObject({
      verdict: 'fail',
      isNew: true,
      findings: [{ file: 'src/routes.js', line: 2, text: 'a guard stands before what creates' }],
    });
    const old = await saying({
      verdict: 'fail',
      claims: [{ ...pass.claims[0]!, startLine: 1, endLine: 1, quote: 'app.get("/orders", list);' }],
    });
    expect(await old.receipt()).toMatchObject({ verdict: 'fail', isNew: false });
  });

  it('that leaves an item out leaves it undecided', async () => {
    const it = await saying({ item: 'caching' });
    expect(await it.receipt()).toMatchObject({
      verdict: 'needs-review',
      note: 'the reviewer did not answer for it',
    });
  });

  it('answered by the offline model is labelled, and passes a mixed item with a tool but nothing alone', async () => {
    const it = await reviewing(
      () => Promise.resolve({ items: [pass, { ...pass, item: 'caching' }] }),
      'offline',
    );
    const { receipts } = await it.inspect(['authorization', 'caching']);
    const verdictOf = (slug: GateSlug): string =>
      judgeItem(
        gateItem(slug),
        receipts.filter((row) => row.subject === slug),
      ).verdict;
    expect(receipts.at(-1)?.checker).toMatchObject({ kind: 'reviewer', offline: true });
    expect([verdictOf('authorization'), verdictOf('caching')]).toEqual(['pass', 'needs-review']);
  });

  it('that cannot be had of this question leaves its items undecided; an outage is an error', async () => {
    const refused = await reviewing(() =>
      Promise.reject(new ModelFailure('Model.Refused', 'The model declined', { usage: NO_USAGE })),
    );
    expect(await refused.receipt()).toMatchObject({
      verdict: 'needs-review',
      note: expect.stringContaining('gave no usable answer: The model declined') as string,
    });
    const out = await reviewing(() => Promise.reject(new ModelFailure('Model.Overloaded', 'busy')));
    await expect(out.inspect()).rejects.toThrow('busy');
  });

  it('of an item a human accepted leaves it waived, and only that one', async () => {
    const it = await saying({ claims: [] }, { item: 'authentication', claims: [] });
    const { receipts } = await it.inspect(['authorization', 'authentication'], ['authorization']);
    const verdictOf = (slug: GateSlug): string =>
      judgeItem(
        gateItem(slug),
        receipts.filter((row) => row.subject === slug),
      ).verdict;
    expect([verdictOf('authorization'), verdictOf('authentication')]).toEqual(['waived', 'needs-review']);
  });
});

describe('the gate of an objective', () => {
  const tasks = [
    planTask(1, { kind: 'contract', specialist: 'api-architect', owns: ['openapi.yaml'] }),
    planTask(2, { kind: 'implementation', specialist: 'backend-architect', owns: ['src/**'] }),
    planTask(3, {
      kind: 'security-audit',
      specialist: 'api-architect',
      owns: ['docs/security/**'],
      shares: ['src/**'],
    }),
  ];
  const done = tasks.map(({ id, specialist }) => ({ taskId: id, specialist }));

  async function gated(
    receipts: readonly Receipt[],
    more: { readonly waived?: string[]; readonly earlier?: string; readonly plan?: null } = {},
  ): Promise<{ bench: Bench; summary: Awaited<ReturnType<Bench['run']>> & object; ran: unknown[] }> {
    const ran: unknown[] = [];
    const bench = await createBench({
      worktrees: {
        checkOut: () =>
          Promise.resolve({ path: '/c', gitDir: '/g', tree: TREE, dispose: () => Promise.resolve() }),
      },
      gates: {
        run: ({ scope, only, base }) => {
          ran.push({ scope, only, base: base?.commit });
          return Promise.resolve({ ...reportOf(), receipts: [...reportOf().receipts, ...receipts] });
        },
      },
      repositories: { changedFiles: () => Promise.resolve(['openapi.yaml', 'src/routes.js', 'src/a.js']) },
    });
    const plan = await bench.store.put(JSON.stringify({ summary: 'p', tasks }));
    const earlier = more.earlier === undefined ? {} : { earlier: await bench.store.put(more.earlier) };
    const summary = await bench.run('gateCommit', {
      handle: bench.handle,
      scope: 'objective',
      commit: HEAD,
      base: 'a'.repeat(64),
      done,
      ...(more.plan === null ? {} : { plan }),
      ...(more.waived === undefined ? {} : { waived: more.waived }),
      ...earlier,
    });
    return { bench, summary, ran };
  }

  it('orders reviews of what tools passed from those who did not write it, and of judgement alone', async () => {
    const { summary, ran } = await gated([
      toolPass('rest-conventions'),
      toolPass('authorization'),
      toolPass('cors'),
    ]);
    expect(summary).toMatchObject({
      green: true,
      questions: {
        compare: true,
        reviews: [
          // The contract's author does not review it; nor does whoever wrote the code, audits aside.
          { reviewer: 'backend-architect', items: ['rest-conventions'] },
          { reviewer: 'api-architect', items: ['authorization', 'caching', 'why-comments'] },
        ],
      },
    });
    expect(ran).toEqual([{ scope: 'objective', only: undefined, base: BASE }]);
  });

  it('asks no model about what failed, does not apply, or was waived', async () => {
    const { summary } = await gated(
      [
        { ...toolPass('rest-conventions'), verdict: 'fail' },
        { ...toolPass('authorization'), verdict: 'not-applicable' },
        { ...toolPass('authentication'), verdict: 'needs-review' },
      ],
      { waived: ['authentication', 'caching', 'why-comments'] },
    );
    expect(summary).toMatchObject({ questions: { reviews: [] } });
    expect(summary).not.toHaveProperty('review');
  });

  it('lists what is undecided of the items that need a human, of no others', async () => {
    const { summary } = await gated([
      { ...toolPass('cors'), verdict: 'needs-review', note: 'the service did not start' },
      { ...toolPass('pagination'), verdict: 'needs-review', note: 'the service did not start' },
    ]);
    expect(summary).toMatchObject({ review: [{ subject: 'cors', excerpt: 'the service did not start' }] });
  });

  it('keeps a review that passed an item of the same tree, and asks anew about another tree', async () => {
    const review: Receipt = {
      ...toolPass('authorization'),
      checker: { kind: 'reviewer', name: 'api-architect', model: 'claude', offline: false },
    };
    const before = (tree: string): string => JSON.stringify({ ...reportOf(), tree, receipts: [review] });
    const items = (summary: object): string[] =>
      'questions' in summary
        ? (summary.questions as { reviews: { items: string[] }[] }).reviews.flatMap((row) => row.items)
        : [];
    const same = await gated([toolPass('authorization')], { earlier: before(TREE) });
    const other = await gated([toolPass('authorization')], { earlier: before(commitOf('another tree')) });
    expect(items(same.summary)).not.toContain('authorization');
    expect(items(other.summary)).toContain('authorization');
  });

  it('without a plan, as in older histories, has no questions', async () => {
    const { summary } = await gated([toolPass('authorization')], { plan: null });
    expect(summary).not.toHaveProperty('questions');
  });
});

test('the gate of a task looks at what the task owes, and is not red for what others owe', async () => {
  const ran: unknown[] = [];
  const bench = await createBench({
    worktrees: {
      checkOut: () =>
        Promise.resolve({ path: '/c', gitDir: '/g', tree: TREE, dispose: () => Promise.resolve() }),
    },
    gates: {
      run: ({ scope, only }) => {
        ran.push({ scope, only });
        const fails: Receipt[] = [
          { ...toolPass('pagination'), verdict: 'fail' },
          { ...toolPass('api-docs'), verdict: 'fail' },
        ];
        return Promise.resolve({ ...reportOf(), receipts: [...reportOf().receipts, ...fails] });
      },
    },
  });
  const plan = await bench.store.put(
    JSON.stringify({ summary: 'p', tasks: [planTask(1, { gateItems: ['pagination'] })] }),
  );
  const summary = await bench.run('gateCommit', {
    handle: bench.handle,
    scope: 'task',
    commit: HEAD,
    base: 'a'.repeat(64),
    plan,
    taskId: 'backend-T001',
  });
  expect(summary.red.map(({ subject }) => subject)).toEqual(['pagination']);
  expect(ran).toEqual([
    { scope: 'task', only: expect.arrayContaining(['pagination', 'no-hardcoded-secrets']) as unknown },
  ]);
});

describe('the last comparison', () => {
  it('names files, sizes and verdicts, no contents, and answers with what is unbuilt', async () => {
    const briefs: ComparisonBrief[] = [];
    const bench = await createBench({
      repositories: {
        listFiles: () => Promise.resolve(Object.keys(FILES)),
        readFile: () => Promise.reject(new Error('the coordinator reads no file')),
        changedFiles: () => Promise.resolve(['gone.js', 'src/routes.js']),
        diff: () => Promise.resolve(DIFF),
      },
      coordination: {
        compare: ({ brief }) => {
          briefs.push(brief);
          return answered({
            points: brief.points.map(({ id }, index) => ({
              id,
              state: index === 0 ? ('unbuilt' as const) : ('built' as const),
              files: index === 0 ? [] : ['src/routes.js'],
              why: 'seen',
            })),
          });
        },
      },
    });
    const tasks = [
      planTask(1, { owns: ['src/**'], acceptanceCriteria: ['orders are guarded', 'a test shows it'] }),
      planTask(2, { acceptanceCriteria: ['never asked for'] }),
    ];
    const result = await bench.run('compareObjective', {
      handle: bench.handle,
      plan: await bench.store.put(JSON.stringify({ summary: 'p', tasks })),
      analysis: bench.analysis,
      commit: HEAD,
      report: await bench.store.put(JSON.stringify(reportOf())),
      done: [{ taskId: 'backend-T001', specialist: 'nodejs-expert' }],
    });
    expect(result).toMatchObject({
      gaps: [{ source: 'backend-T001', what: 'orders are guarded', why: 'seen' }],
      points: 2,
      left: 0,
    });
    expect(briefs[0]?.changes).toEqual([
      { path: 'gone.js', tasks: [], lines: 'deleted' },
      { path: 'src/routes.js', tasks: ['backend-T001'], lines: '+1 -1' },
    ]);
  });
});

test('a repair round is built from the report, by whoever owns what it is about, and checked like any plan', async () => {
  const bench = await createBench();
  const report = await bench.store.put(
    JSON.stringify({
      ...reportOf(),
      receipts: [
        {
          ...toolPass('cors'),
          verdict: 'fail',
          note: 'any origin is admitted',
          findings: [{ key: 'cors', text: 'origin *', file: 'src/app.js', line: 3 }],
        },
      ],
    }),
  );
  const result = await bench.run('amendPlan', {
    handle: bench.handle,
    analysis: bench.analysis,
    plan: bench.plan,
    change: {
      kind: 'repair',
      report,
      red: ['cors'],
      gaps: [],
      done: [{ taskId: 'backend-T001', specialist: 'nodejs-expert' }],
    },
  });
  expect(result).toMatchObject({
    outcome: 'accepted',
    tasks: [
      { id: 'backend-T001' },
      {
        id: 'backend-T002',
        kind: 'repair',
        specialist: 'nodejs-expert',
        dependsOn: ['backend-T001'],
        owns: [],
      },
    ],
  });
});
