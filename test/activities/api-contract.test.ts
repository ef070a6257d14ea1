// Needs no server: activities run in Temporal's mock environment over scripted ports.
import { ContractBundle } from '../../src/domain/contract/contract-bundle';
import { NO_COORDINATION } from '../../src/domain/coordination/coordination-settings';
import type { ContractTestReport } from '../../src/domain/contract/contract-test-report';
import type { Contracts } from '../../src/ports/contracts';
import { BASE, commitOf, createBench, DOSSIER, SURVEY, TREE, type Bench } from './ports';

const WORK = commitOf('work');
const HASH = 'c'.repeat(64);

const REPORT: ContractTestReport = {
  name: 'orders-api',
  hash: HASH,
  commit: WORK,
  exchanges: [
    { operation: 'GET /orders', from: 'sample', request: '', response: '', status: 200, mismatches: [] },
  ],
  types: { compiled: true, problems: [], consumer: '' },
  mismatches: [],
  notExecuted: [],
};

function benchOf(
  contracts: Partial<Contracts>,
  files: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
  disposed: string[] = [],
): Promise<Bench> {
  return createBench({
    contracts,
    repositories: {
      changedFiles: () => Promise.resolve(['openapi.yaml']),
      listFiles: ({ commit }) => Promise.resolve(Object.keys(files[commit] ?? {})),
      readFile: ({ commit, path }) => Promise.resolve(files[commit]?.[path] ?? null),
    },
    worktrees: {
      checkOut: ({ commit }) =>
        Promise.resolve({
          path: '/checkout',
          gitDir: '/git',
          tree: TREE,
          dispose: () => {
            disposed.push(commit);
            return Promise.resolve();
          },
        }),
    },
  });
}

const withSettings = async (bench: Bench, contracts: object): Promise<{ readonly dossier: string }> => ({
  dossier: await bench.store.put(
    JSON.stringify({
      ...DOSSIER,
      survey: {
        ...SURVEY,
        coordination: { ...NO_COORDINATION, contracts: { ...NO_COORDINATION.contracts, ...contracts } },
      },
    }),
  ),
});

/** Publishes a contract of one operation. */
async function publishIn(bench: Bench): Promise<string> {
  const request = {
    handle: bench.handle,
    commit: WORK,
    name: 'orders-api',
    path: 'openapi.yaml',
    hash: HASH,
    revision: 1,
  };
  return (await bench.run('publishContract', request)).bundle;
}

const publish: Contracts['publish'] = ({ name, revision, hash }) =>
  Promise.resolve({
    manifest: {
      name,
      revision,
      hash,
      kind: 'openapi',
      source: 'openapi.yaml',
      operations: [{ name: 'GET /orders', id: null, summary: '' }],
      breaking: [],
    },
    files: [
      { path: 'openapi.json', text: '{"ö":1}', mediaType: 'application/json' },
      { path: 'types.ts', text: 'export interface paths {}', mediaType: 'text/x-typescript' },
      { path: 'changelog.md', text: '# new', mediaType: 'text/markdown' },
    ],
    summary: 'new: 1 operations',
  });

test('a spec is inspected from the files of the commit against those of the base', async () => {
  const asked: unknown[] = [];
  const bench = await benchOf(
    {
      inspect: async ({ path, changed, commit, base }) => {
        asked.push(path, changed, await commit.read('openapi.yaml'), await base.read('openapi.yaml'));
        return { outcome: 'none', reason: 'nothing' };
      },
    },
    { [WORK]: { 'openapi.yaml': 'new' }, [BASE]: { 'openapi.yaml': 'old' } },
  );
  await bench.run('inspectContract', { handle: bench.handle, commit: WORK, path: null });
  expect(asked).toEqual([null, ['openapi.yaml'], 'new', 'old']);
});

test('a bundle is kept as blobs with a manifest that names them', async () => {
  const bench = await benchOf({ publish });
  const stored: unknown = JSON.parse((await bench.store.get(await publishIn(bench))).toString());
  const bundle = ContractBundle.parse(stored);
  const [spec] = bundle.files;
  expect(spec).toMatchObject({ path: 'openapi.json', bytes: 8 });
  expect((await bench.store.get(spec!.blob)).toString()).toBe('{"ö":1}');
});

test('without a webhook nobody is told; with one the news are what the bundle holds, and a failure is one to retry', async () => {
  const told: Parameters<Contracts['announce']>[0][] = [];
  let failing = true;
  const bench = await benchOf({
    publish,
    announce: (request) => {
      told.push(request);
      return failing ? Promise.reject(new Error('answered 503')) : Promise.resolve();
    },
  });
  const bundle = await publishIn(bench);
  const request = { name: 'orders-api', revision: 1, hash: HASH, bundle, event: 'shared' as const };
  expect(await bench.run('announceContract', { ...request, handle: bench.handle })).toEqual({
    delivery: 'off',
  });
  expect(told).toEqual([]);
  const webhook = { url: 'https://shop.example/hook', secretEnv: 'KEY' };
  const handle = await withSettings(bench, { webhook });
  expect(await bench.failure('announceContract', { ...request, handle })).toMatchObject({
    nonRetryable: false,
  });
  failing = false;
  expect(await bench.run('announceContract', { ...request, handle })).toEqual({ delivery: 'delivered' });
  expect(told[1]).toMatchObject({
    webhook,
    news: {
      event: 'shared',
      operations: ['GET /orders'],
      changelog: '# new',
      files: [{ path: 'openapi.json' }, {}, {}],
    },
  });
});

test('what was approved is tested on a throw-away checkout, with the expectations the base has', async () => {
  const asked: Parameters<Contracts['test']>[0][] = [];
  const disposed: string[] = [];
  const mismatch = { operation: 'GET /orders', pointer: '/total', expected: 'number', got: '"1"' };
  const bench = await benchOf(
    {
      publish,
      test: (request) => {
        asked.push(request);
        return Promise.resolve({
          kind: 'tested',
          report: { ...REPORT, mismatches: Array<typeof mismatch>(30).fill(mismatch) },
        });
      },
    },
    { [BASE]: { 'web.yaml': 'of the base' }, [WORK]: { 'web.yaml': 'of the branch', 'new.yaml': 'new' } },
    disposed,
  );
  const bundle = await publishIn(bench);
  const handle = await withSettings(bench, { expectations: ['web.yaml', 'new.yaml'] });
  const result = await bench.run('testContract', { handle, commit: WORK, bundle });
  expect(asked[0]).toMatchObject({
    contract: { kind: 'openapi', text: '{"ö":1}' },
    expectations: [
      { path: 'web.yaml', text: 'of the base' },
      { path: 'new.yaml', text: 'new' },
    ],
    target: { path: '/checkout', commit: WORK, base: BASE },
  });
  expect(result).toMatchObject({ outcome: 'failed', exchanges: 1 });
  expect(result.mismatches).toHaveLength(20);
  expect(result.mismatches[0]).toBe('GET /orders · /total: expected number, got "1"');
  expect(disposed).toEqual([WORK]);
});

test('a service that cannot be started leaves no report, and the checkout goes', async () => {
  const disposed: string[] = [];
  const bench = await benchOf(
    { publish, test: () => Promise.resolve({ kind: 'not-executed', reason: 'it is not known how' }) },
    {},
    disposed,
  );
  const bundle = await publishIn(bench);
  expect(await bench.run('testContract', { handle: bench.handle, commit: WORK, bundle })).toMatchObject({
    outcome: 'not-executed',
    report: null,
    notExecuted: ['it is not known how'],
  });
  expect(disposed).toEqual([WORK]);
});
