// Needs git. What the playbooks say of their delivered trees, through the real prompts, server and checks of claims.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Analysis } from '../../src/domain/plan/analysis';
import { outlineTask, Plan } from '../../src/domain/plan/plan';
import { repairTask } from '../../src/domain/work/repair';
import { GateReport, type Receipt } from '../../src/domain/quality-gate/receipt';
import { GATE_ITEMS } from '../../src/domain/quality-gate/gate-items';
import { judgeItems } from '../../src/domain/quality-gate/gate-verdict';
import { NO_SETTINGS } from '../../src/domain/quality-gate/gate-settings';
import { createClientFor } from '../../src/model/client';
import { createCoordination } from '../../src/model/coordination';
import { loadRoles } from '../../src/model/roles';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import type { LoadedPlaybook } from '../../src/offline/playbook';
import { startOfflineModel, type OfflineModel } from '../../src/offline/server';
import { createBench, DOSSIER, reportOf, type Bench } from '../activities/ports';
import { memoryBlobs } from '../model/fixtures';

const ROOT = join(__dirname, '..', '..');
const NAMES = ['auth', 'billing', 'catalog', 'inventory', 'operations'];

let offline: OfflineModel;
let playbooks: readonly LoadedPlaybook[];
const folders: string[] = [];
beforeAll(async () => {
  playbooks = await loadPlaybooks(join(ROOT, 'playbooks'));
  offline = await startOfflineModel({ playbooks });
});
afterAll(async () => {
  await offline.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Tree {
  readonly playbook: LoadedPlaybook;
  readonly bench: Bench;
  readonly commit: string;
  readonly handle: { readonly dossier: string };
  readonly plan: string;
  readonly planned: Plan;
  readonly analysis: string;
}

/** The sample, and on it everything the scenario `clean` writes; nothing is run. */
async function deliver(name: string, change: (dir: string) => void = () => undefined): Promise<Tree> {
  const playbook = playbooks.find((row) => row.name === name)!;
  const dir = mkdtempSync(join(tmpdir(), `reviewed-${name}-`));
  folders.push(dir);
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: dir,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
  const commit = (): string => {
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message', 'x');
    return git('rev-parse', 'HEAD').trim();
  };
  cpSync(join(ROOT, 'examples', playbook.target.sample), dir, {
    recursive: true,
    filter: (path) => !path.endsWith('node_modules'),
  });
  git('init', '--quiet');
  const base = commit();
  for (const { reply, scenarios } of playbook.answers) {
    if (reply.kind !== 'turn' || !scenarios.includes('clean')) continue;
    for (const call of reply.tools) apply(dir, call.name, call.input);
  }
  change(dir);
  const head = commit();

  const list = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  const coordination = createCoordination({
    clientFor: createClientFor({
      anthropic: { apiKey: undefined, baseUrl: undefined },
      offlineUrl: (of, scenario) => offline.url(of, scenario),
    }),
    roles: await loadRoles(join(ROOT, 'agents')),
    blobs: memoryBlobs(),
  });
  const bench = await createBench({
    coordination,
    repositories: {
      listFiles: ({ commit: at }) => Promise.resolve(list(git('ls-tree', '-r', '--name-only', at))),
      readFile: ({ commit: at, path }) => Promise.resolve(git('show', `${at}:${path}`)),
      changedFiles: ({ from, to }) =>
        Promise.resolve(list(git('diff', '--name-only', '--no-renames', from, to))),
      diff: ({ from, to }) => Promise.resolve(git('diff', from, to)),
    },
    worktrees: {
      checkOut: () =>
        Promise.resolve({ path: dir, gitDir: dir, tree: 'a'.repeat(40), dispose: () => Promise.resolve() }),
    },
    gates: { run: () => Promise.resolve({ ...reportOf(), receipts: toolReceipts() }) },
  });
  const answerOf = (id: string): unknown => {
    const reply = playbook.answers.find((row) => row.id === id)?.reply;
    return reply?.kind === 'json' ? reply.value : undefined;
  };
  const planned = Plan.parse(answerOf('plan'));
  const dossier = {
    ...DOSSIER,
    baseCommit: base,
    model: { kind: 'offline', playbook: name, scenario: 'clean' },
    survey: {
      ...DOSSIER.survey,
      gate: {
        ...NO_SETTINGS,
        docs: { deploy: 'docs/deploy.md', limitations: 'docs/limitations.md', backup: 'docs/backup.md' },
      },
    },
  };
  return {
    playbook,
    bench,
    commit: head,
    planned,
    handle: { dossier: await bench.store.put(JSON.stringify(dossier)) },
    plan: await bench.store.put(JSON.stringify(planned)),
    analysis: await bench.store.put(JSON.stringify(Analysis.parse(answerOf('analyse')))),
  };
}

/** Edits whose place is not there belong to another course of the scenario. */
function apply(dir: string, name: string, input: Readonly<Record<string, unknown>>): void {
  const path = join(dir, String(input['file_path']));
  if (name === 'write') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, String(input['content']));
  }
  if (name !== 'edit') return;
  const text = readFileSync(path, 'utf8');
  const parts = text.split(String(input['old_string']));
  if (parts.length > 1) writeFileSync(path, parts.join(String(input['new_string'])));
}

/** A gate in which every tool looked and found nothing. */
function toolReceipts(): Receipt[] {
  const [receipt] = reportOf().receipts;
  return GATE_ITEMS.flatMap((item) =>
    item.decidedBy === 'reviewer' ? [] : [{ ...receipt!, subject: item.slug, tree: 'a'.repeat(40) }],
  );
}

/** Runs gate and reviews as the process does, and gives the verdicts that are not `pass`. */
async function review({ bench, handle, plan, planned, commit }: Tree): Promise<Record<string, string>> {
  const done = planned.tasks.map(({ id, specialist }) => ({ taskId: id, specialist }));
  const first = await bench.run('gateCommit', {
    handle,
    scope: 'objective',
    commit,
    base: 'a'.repeat(64),
    plan,
    done,
  });
  let report = first.report;
  const reviews = first.questions?.reviews ?? [];
  expect(reviews.length).toBeLessThanOrEqual(4);
  for (const [index, order] of reviews.entries()) {
    // Each question has a journal of its own, by the activity that asks it.
    Object.assign(bench.environment.context.info, { activityId: `review-${String(index)}` });
    const { gate } = await bench.run('reviewObjective', { handle, commit, report, order, waived: [] });
    report = gate.report;
  }
  const stored = GateReport.parse(JSON.parse((await bench.store.get(report)).toString('utf8')));
  return Object.fromEntries(
    judgeItems(stored.receipts).flatMap(({ item, verdict, note }) =>
      verdict === 'pass' ? [] : [[item.slug, `${verdict}: ${note}`]],
    ),
  );
}

const ALONE = {
  caching: expect.stringContaining('passes nothing alone') as unknown,
  'why-comments': expect.stringContaining('passes nothing alone') as unknown,
};
/** What a reviewer of the sample questions, tools or not: it has none of it. */
const QUESTIONED: Readonly<Record<string, readonly string[]>> = {
  auth: [],
  billing: ['memory-monitored', 'normalized-schema', 'backup-plan'],
  catalog: ['memory-monitored', 'normalized-schema'],
  inventory: ['memory-monitored'],
  operations: [],
};

it.each(NAMES)(
  'the claims of %s hold on its delivered tree; what has no tool passes nothing offline',
  async (name) => {
    const questioned = Object.fromEntries(
      (QUESTIONED[name] ?? []).map((item) => [item, expect.stringMatching(/^needs-review/) as unknown]),
    );
    expect(await review(await deliver(name))).toEqual({ ...ALONE, ...questioned });
  },
);

it.each(NAMES)('everything the objective of %s asks for is built, with files that show it', async (name) => {
  const { bench, handle, plan, planned, commit, analysis } = await deliver(name);
  const result = await bench.run('compareObjective', {
    handle,
    plan,
    analysis,
    commit,
    report: await bench.store.put(JSON.stringify(reportOf())),
    done: planned.tasks.map(({ id, specialist }) => ({ taskId: id, specialist })),
  });
  expect(result).toMatchObject({ gaps: [], left: 0 });
});

it('what the repair of a finding promises is shown by the files it shares with their owners', async () => {
  const { bench, handle, planned, commit, analysis } = await deliver('auth');
  const outlines = planned.tasks.map(outlineTask);
  const repair = repairTask({
    id: 'backend-T009',
    audit: outlines.find(({ kind }) => kind === 'security-audit')!,
    findings: [
      {
        severity: 'high',
        title: 'Refresh tokens are stored in clear',
        file: 'src/auth/repository.js',
        line: 58,
        detail: 'd',
        remedy: 'r',
      },
    ],
    tasks: outlines,
    guidance: null,
  });
  const all = { ...planned, tasks: [...planned.tasks, repair] };
  const result = await bench.run('compareObjective', {
    handle,
    plan: await bench.store.put(JSON.stringify(all)),
    analysis,
    commit,
    report: await bench.store.put(JSON.stringify(reportOf())),
    done: all.tasks.map(({ id, specialist }) => ({ taskId: id, specialist })),
  });
  expect(result).toMatchObject({ gaps: [] });
});

it('a quoted line that was changed leaves its item undecided, and no other', async () => {
  const tree = await deliver('auth', (dir) => {
    const path = join(dir, 'src/account/routes.js');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace("app.addHook('onRequest', app.authenticate);", ''),
    );
  });
  expect(await review(tree)).toEqual({
    ...ALONE,
    authorization: expect.stringContaining('needs-review') as unknown,
  });
});
