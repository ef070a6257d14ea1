// Needs no server: files of a contract's bundle over the real desk, a real blob store and a scripted gateway.
import { UriTemplate } from '@modelcontextprotocol/sdk/shared/uriTemplate.js';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ID, status } from '../cli/fixtures';
import { execution } from '../client/fake-gateway';
import { connectClient, openDesk, type OpenDesk } from './open-desk';

const TEMPLATE = 'coordinator://objectives/{id}/contracts/{name}/{+file}';
const HASH = 'a'.repeat(64);
const SPEC = JSON.stringify({ openapi: '3.1.0', info: { title: 'Orders' } });

let desk: OpenDesk;
let client: Client;
let contracts: readonly object[];
beforeEach(async () => {
  contracts = [];
  desk = await openDesk({ executions: [execution(ID)], worker: true, query: () => status({ ...shared() }) });
  client = await connectClient(desk);
});
afterEach(async () => {
  await client.close();
  await desk.dispose();
});

const shared = (): object => ({ contracts });
const row = (over: object): object => ({
  name: 'docs-openapi',
  path: 'docs/openapi.yaml',
  taskId: 'backend-T001',
  revision: 1,
  hash: HASH,
  state: 'shared',
  bundle: null,
  by: null,
  comments: [],
  ...over,
});
const at = (path: string): string => `coordinator://objectives/${ID}/contracts/docs-openapi/${path}`;

/** Shares a bundle of these files; `bytes` may tell another size than there is. */
async function share(
  files: readonly {
    readonly path: string;
    readonly text: string;
    readonly mediaType: string;
    readonly bytes?: number;
  }[],
): Promise<void> {
  const stored = [];
  for (const { path, text, mediaType, bytes } of files)
    stored.push({
      path,
      blob: await desk.blobs.put(text),
      bytes: bytes ?? Buffer.byteLength(text),
      mediaType,
    });
  const manifest = {
    name: 'docs-openapi',
    revision: 1,
    hash: HASH,
    kind: 'openapi',
    source: 'docs/openapi.yaml',
    files: stored,
    operations: [],
    breaking: [],
  };
  contracts = [row({ bundle: await desk.blobs.put(JSON.stringify(manifest)) })];
}

const spec = { path: 'openapi.json', text: SPEC, mediaType: 'application/json' };
const original = { path: 'original/docs/the spec #1.yaml', text: 'openapi: 3.1.0\n', mediaType: 'text/yaml' };

async function listed(): Promise<
  readonly { readonly uri: string; readonly mimeType?: string | undefined }[]
> {
  const { resources } = await client.listResources();
  return resources.filter(({ uri }) => uri.includes('/contracts/docs-openapi/'));
}

test('every file of a bundle is listed with its type, and read as it is, whatever its path', async () => {
  await share([spec, original]);
  const found = await listed();
  expect(found).toMatchObject([
    { uri: at('openapi.json'), mimeType: 'application/json' },
    { uri: at('original/docs/the%20spec%20%231.yaml'), mimeType: 'text/yaml' },
  ]);
  const texts = [];
  for (const { uri } of found) texts.push((await client.readResource({ uri })).contents);
  expect(texts).toEqual([
    [{ uri: at('openapi.json'), mimeType: 'application/json', text: SPEC }],
    [{ uri: found[1]?.uri, mimeType: 'text/yaml', text: original.text }],
  ]);
});

test('the template makes the address of a file, also where a client writes its slashes as %2F', async () => {
  const nested = { ...original, path: 'original/docs/openapi.yaml' };
  await share([nested]);
  const given = { id: ID, name: 'docs-openapi', file: nested.path };
  const { resourceTemplates } = await client.listResourceTemplates();
  expect(resourceTemplates).toContainEqual(expect.objectContaining({ uriTemplate: TEMPLATE }));
  const uris = [TEMPLATE, TEMPLATE.replace('+', '')].map((text) => new UriTemplate(text).expand(given));
  expect(uris[1]).toContain('%2F');
  for (const uri of uris)
    expect((await client.readResource({ uri })).contents).toMatchObject([{ text: nested.text }]);
});

test('paths complete once objective and contract are known', async () => {
  await share([spec, original]);
  const complete = async (value: string, args: Record<string, string>): Promise<unknown> =>
    (
      await client.complete({
        ref: { type: 'ref/resource', uri: TEMPLATE },
        argument: { name: 'file', value },
        context: { arguments: args },
      })
    ).completion.values;
  const both = { id: ID, name: 'docs-openapi' };
  expect(await complete('', both)).toEqual([spec.path, original.path]);
  expect(await complete('orig', both)).toEqual([original.path]);
  for (const args of [{ id: ID }, { id: ID, name: 'other' }, { id: '../x', name: 'docs-openapi' }])
    expect(await complete('', args as Record<string, string>)).toEqual([]);
});

test('of a large bundle the first files are listed, and each is read', async () => {
  await share(Array.from({ length: 30 }, (_, n) => ({ ...original, path: `original/${String(n)}.yaml` })));
  expect(await listed()).toHaveLength(20);
  const last = await client.readResource({ uri: at('original/29.yaml') });
  expect(last.contents).toMatchObject([{ text: original.text }]);
});

test('a file that is too large is refused with what writes it to a folder', async () => {
  await share([{ ...spec, bytes: 1024 * 1024 }]);
  expect((await client.readResource({ uri: at('openapi.json') })).contents).toMatchObject([{ text: SPEC }]);
  await share([{ ...spec, bytes: 1024 * 1024 + 1 }]);
  await expect(client.readResource({ uri: at('openapi.json') })).rejects.toMatchObject({
    code: -32602,
    message: expect.stringMatching(
      /openapi\.json has 1048577 bytes, .*`contract .* docs-openapi --out <dir>`/,
    ),
  });
});

test.each([
  '../openapi.json',
  '..%2fopenapi.json',
  '%2e%2e/%2e%2e/etc/passwd',
  '/etc/passwd',
  '%2fetc%2fpasswd',
  'C:%5Cwindows',
  'original/../openapi.json',
  'original//openapi.yaml',
  './openapi.json',
  'openapi.json/',
  'openapi.json%00',
  'openapi.json\0',
  'openapi.json?x',
  'openapi.json#x',
  'openapi.json\n',
  'openapi json',
  '%ff',
  '%',
  'x'.repeat(501),
])('%j is no address of a file', async (path) => {
  await share([spec]);
  await expect(client.readResource({ uri: at(path) })).rejects.toMatchObject({ code: -32002 });
});

test('a file the manifest does not name is a sentence, though the store has it', async () => {
  await share([spec]);
  const elsewhere = await desk.blobs.put('a secret of somebody else');
  for (const path of ['nothing.txt', elsewhere, 'openapi.JSON'])
    await expect(client.readResource({ uri: at(path) })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('The bundle of docs-openapi has no such file; its manifest'),
    });
});

test('of a contract that was not shared, or whose manifest is not here, no file is listed', async () => {
  contracts = [row({}), row({ name: 'gone', bundle: 'b'.repeat(64) })];
  const { resources } = await client.listResources();
  expect(resources.map(({ uri }) => uri.replace(`coordinator://objectives/${ID}/`, ''))).toEqual([
    'plan',
    'contracts/docs-openapi',
    'contracts/gone',
  ]);
  await expect(client.readResource({ uri: at('openapi.json') })).rejects.toMatchObject({
    message: expect.stringContaining('The contract docs-openapi has no bundle yet.'),
  });
});
