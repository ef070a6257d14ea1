// Needs no server: the command over scripted services; the mock server of a bundle is run.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contract } from '../../src/cli/commands/contract';
import type { CommandContext } from '../../src/cli/command';
import type { Services, ServerInUse } from '../../src/cli/services';
import type { DepartmentClient } from '../../src/client/department-client';
import { byName } from '../../src/config/call-form';
import { readEnvironment } from '../../src/config/environment';
import type { ContractBundle } from '../../src/domain/contract/contract-bundle';
import type { ContractStatus } from '../../src/domain/contract/contract-status';
import { createMemoryStore } from '../gate/support';
import { captureTerminal, ID, status } from './fixtures';

const HASH = '1f3a9c2d'.padEnd(64, '0');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'contract-cli-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const MOCK = `import { createServer } from 'node:http';
const server = createServer((_, response) => response.end('mocked'));
server.listen(Number(process.argv[3]), '127.0.0.1', () => console.log('Mock on http://127.0.0.1:' + server.address().port));
`;

/** The command on an objective with one contract, and what was sent. */
async function stage(
  over: Partial<ContractStatus> = {},
  paths: Readonly<Record<string, string>> = {
    'openapi.json': '{}',
    'original/api/openapi.yaml': 'openapi: 3.1.0',
  },
): Promise<{
  readonly context: CommandContext;
  readonly sent: unknown[];
  readonly out: () => string;
  readonly abort: AbortController;
}> {
  const store = createMemoryStore();
  const files: ContractBundle['files'] = [];
  for (const [path, text] of Object.entries({ ...paths, 'mock-server.mjs': MOCK })) {
    files.push({ path, blob: await store.put(text), bytes: text.length, mediaType: 'text/plain' });
  }
  const bundle = {
    name: 'openapi',
    revision: 2,
    hash: HASH,
    kind: 'openapi',
    source: 'openapi.yaml',
    files,
    operations: [{ name: 'GET /orders', id: null, summary: 'Orders\u001b[31m' }],
    breaking: [],
  };
  const row: ContractStatus = {
    name: 'openapi',
    path: 'openapi.yaml',
    taskId: 'backend-T001',
    revision: 2,
    hash: HASH,
    state: 'shared',
    bundle: await store.put(JSON.stringify(bundle)),
    by: null,
    comments: [],
    ...over,
  };
  const sent: unknown[] = [];
  const department = {
    status: () => Promise.resolve({ kind: 'live', status: status({ contracts: [row] }) }),
    send: (message: unknown) => {
      sent.push(message);
      return Promise.resolve({ applied: true, message: 'recorded' });
    },
    hasWorker: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  } as unknown as DepartmentClient;
  const server = {
    kind: 'configured',
    openDepartment: () => Promise.resolve(department),
    release: () => Promise.resolve(),
  } as unknown as ServerInUse;
  const services = {
    useServerWithHistory: () => Promise.resolve(server),
    blobs: () => Promise.resolve(store),
  } as unknown as Services;
  const { terminal, out } = captureTerminal();
  const abort = new AbortController();
  return {
    sent,
    out,
    abort,
    context: {
      terminal,
      environment: readEnvironment({ USER: 'ann' }),
      home: { home: folder, cache: folder },
      services,
      signal: abort.signal,
      cwd: folder,
      call: byName,
    },
  };
}

test('contracts are listed with state, revision and hash, and one is shown with its operations', async () => {
  const it = await stage();
  expect(await contract.run(it.context, [ID], {})).toBe(0);
  expect(it.out()).toMatch(/openapi +shared +revision 2 +1f3a9c2d0000 +openapi\.yaml/);
  await contract.run(it.context, [ID, 'openapi'], {});
  expect(it.out()).toContain('  GET /orders  Orders\n');
  expect(it.out()).toContain(`backend-coordinator contract ${ID} openapi@1f3a9c2d0000 --approve`);
});

test('a bundle is written below a folder, byte by byte', async () => {
  const it = await stage();
  await contract.run(it.context, [ID, 'openapi'], { out: 'bundle' });
  expect(readFileSync(join(folder, 'bundle/original/api/openapi.yaml'), 'utf8')).toBe('openapi: 3.1.0');
  expect(
    createHash('sha256')
      .update(readFileSync(join(folder, 'bundle/openapi.json')))
      .digest('hex'),
  ).toBe(createHash('sha256').update('{}').digest('hex'));
});

test('a folder that cannot be written is one sentence with code 2', async () => {
  const it = await stage();
  writeFileSync(join(folder, 'file'), '');
  for (const out of ['file', 'file/below'])
    await expect(contract.run(it.context, [ID, 'openapi'], { out })).rejects.toMatchObject({
      message: expect.stringMatching(
        /file.* cannot be written \(E\w+\); give --out one that can\.$/,
      ) as string,
      exitCode: 2,
    });
  mkdirSync(join(folder, 'bundle/openapi.json'), { recursive: true });
  await expect(contract.run(it.context, [ID, 'openapi'], { out: 'bundle' })).rejects.toMatchObject({
    message: expect.stringContaining('bundle cannot be written (EISDIR)') as string,
    exitCode: 2,
  });
});

test('nothing is written outside of the folder: neither by a path nor through a link', async () => {
  const climbing = await stage({}, { '../escaped.txt': 'x' });
  await expect(contract.run(climbing.context, [ID, 'openapi'], { out: 'bundle' })).rejects.toThrow(
    /stays inside/,
  );
  const linked = await stage({}, { 'original/x.txt': 'x' });
  const elsewhere = mkdtempSync(join(tmpdir(), 'contract-elsewhere-'));
  try {
    await contract.run(linked.context, [ID, 'openapi'], { out: 'bundle' });
    rmSync(join(folder, 'bundle/original'), { recursive: true });
    symlinkSync(elsewhere, join(folder, 'bundle/original'));
    await expect(contract.run(linked.context, [ID, 'openapi'], { out: 'bundle' })).rejects.toThrow(
      /through a link/,
    );
    expect(existsSync(join(elsewhere, 'x.txt'))).toBe(false);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
  expect(existsSync(join(folder, 'escaped.txt'))).toBe(false);
});

test('a decision names the contract as it was named; a shortened hash becomes the whole one', async () => {
  const it = await stage();
  await contract.run(it.context, [ID, 'openapi'], { approve: true });
  await contract.run(it.context, [ID, 'openapi@1f3a9c2'], {
    requestChanges: true,
    comment: 'a cursor, please',
  });
  expect(it.sent).toMatchObject([
    { name: 'reviewContract', payload: { contract: 'openapi', decision: 'approve' } },
    { payload: { contract: HASH, decision: 'request-changes', comments: 'a cursor, please' } },
  ]);
});

test('an older revision cannot be approved, and changes need a comment', async () => {
  const it = await stage();
  const approve = contract.run(it.context, [ID, 'openapi@abcdef0'], { approve: true });
  await expect(approve).rejects.toThrow(
    /openapi@abcdef0 is not the newest revision: openapi is at 1f3a9c2d0000/,
  );
  await expect(contract.run(it.context, [ID, 'openapi'], { requestChanges: true })).rejects.toThrow(
    /--comment/,
  );
  await expect(contract.run(it.context, [ID, 'nothing'], {})).rejects.toThrow(/there are: openapi/);
  expect(it.sent).toEqual([]);
});

test('the mock server runs until the command is interrupted', async () => {
  const it = await stage();
  const served = contract.run(it.context, [ID, 'openapi'], { serve: true, port: '0' });
  let address: string | undefined;
  for (let waited = 0; address === undefined && waited < 20_000; waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    address = /http:\/\/127\.0\.0\.1:\d+/.exec(it.out())?.[0];
  }
  expect(await (await fetch(address ?? 'http://nobody.invalid')).text()).toBe('mocked');
  it.abort.abort();
  expect(await served).toBe(0);
  await expect(fetch(address ?? '')).rejects.toThrow();
});
