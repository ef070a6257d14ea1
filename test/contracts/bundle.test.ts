// Needs nothing but Node: specs are text, and the mock server of a bundle is run.
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCompatibility } from '../../src/compatibility/compatibility';
import { checkTypes } from '../../src/contracts/check-types';
import { documentOf, graphqlConsumer, openApiConsumer } from '../../src/contracts/consumer';
import { createContracts } from '../../src/contracts/contracts';
import { ContractBundle } from '../../src/domain/contract/contract-bundle';
import { readContract } from '../../src/gate/contract/read-contract';
import type { CommitFiles, PublishedContract } from '../../src/ports/contracts';
import { SURVEY } from '../gate/support';
import { commitOf, sampleFiles, sampleText } from './files';

const contracts = createContracts({
  readContract,
  exercise: () => Promise.reject(new Error('no service is started here')),
  compatibility: createCompatibility(),
  secretOf: () => undefined,
});

const NOTHING = commitOf({});

async function publish(path: string, commit: CommitFiles, base = NOTHING): Promise<PublishedContract> {
  const place = { survey: SURVEY, commit, base };
  const inspected = await contracts.inspect({ ...place, path, changed: [] });
  if (inspected.outcome !== 'usable') throw new Error(JSON.stringify(inspected));
  return contracts.publish({ ...place, path, name: 'shop-api', revision: 1, hash: inspected.hash });
}

const textOf = ({ files }: PublishedContract, path: string): string =>
  files.find((file) => file.path === path)?.text ?? `there is no ${path}`;

const inventory = (): string => sampleText('inventory-service', 'openapi.yaml');

describe('a bundle of an OpenAPI spec', () => {
  test('holds the spec, its original, reference, types, mock server and changelog, and its hash is the sha-256 of the spec', async () => {
    const published = await publish('openapi.yaml', sampleFiles('inventory-service'));
    expect(published.files.map(({ path }) => path)).toEqual([
      'openapi.json',
      'original/openapi.yaml',
      'reference.html',
      'types.ts',
      'mock-server.mjs',
      'changelog.md',
    ]);
    const spec = textOf(published, 'openapi.json');
    expect(published.manifest.hash).toBe(createHash('sha256').update(spec).digest('hex'));
    expect(textOf(published, 'original/openapi.yaml')).toBe(inventory());
    expect(published.manifest.operations.map(({ name }) => name)).toEqual([
      'GET /v1/health',
      'GET /v1/items',
      'POST /v1/items',
      'GET /v1/items/{sku}',
      'POST /v1/items/{sku}/adjustments',
    ]);
    expect(() => ContractBundle.parse({ ...published.manifest, files: [] })).not.toThrow();
  });

  test('has the same bytes each time, and the same hash when only the layout of the spec differs', async () => {
    const [first, again] = [
      await publish('openapi.yaml', sampleFiles('inventory-service')),
      await publish('openapi.yaml', sampleFiles('inventory-service')),
    ];
    expect(again).toEqual(first);
    const asJson = commitOf({
      'openapi.json': JSON.stringify(documentOf(textOf(first, 'openapi.json')), null, 3),
    });
    const other = await publish('openapi.json', asJson);
    expect(other.manifest.hash).toBe(first.manifest.hash);
    for (const path of ['types.ts', 'mock-server.mjs', 'reference.html']) {
      expect(textOf(other, path)).toBe(textOf(first, path));
    }
  });

  test('joins the files of a spec into one document without references to others', async () => {
    const commit = commitOf({
      'api/openapi.yaml': SPLIT,
      'api/schemas/order.yaml':
        'Order: {type: object, required: [id], properties: {id: {type: string}, parent: {$ref: "#/Order"}}}',
      'api/paths/b.yaml': `get: {operationId: b, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: ../schemas/order.yaml#/Order}}}}}}`,
    });
    const published = await publish('api/openapi.yaml', commit);
    const references = [...textOf(published, 'openapi.json').matchAll(/"\$ref":"([^"]*)"/g)].map(
      (found) => found[1],
    );
    expect(references.length).toBeGreaterThan(1);
    expect(references.every((reference) => reference?.startsWith('#/components/'))).toBe(true);
    expect(published.files.map(({ path }) => path)).toContain('original/api/schemas/order.yaml');
    expect(textOf(published, 'types.ts')).toContain('Order: {');
  });

  test.each([
    ['inventory-service', 'openapi.yaml'],
    ['billing-service', 'openapi.yaml'],
    ['catalog-service', 'schema.graphql'],
  ])('of %s has types that compile with a consumer of every operation', async (sample, path) => {
    const published = await publish(path, sampleFiles(sample));
    const consumer = path.endsWith('.yaml')
      ? openApiConsumer(documentOf(textOf(published, 'openapi.json')), [])
      : graphqlConsumer(published.manifest.operations);
    const checked = await checkTypes(textOf(published, 'types.ts'), consumer, new AbortController().signal);
    expect(checked.types.problems).toEqual([]);
    expect(checked.types.compiled).toBe(true);
  });

  test('says what changed against the base, operation by operation, breaking things first', async () => {
    const after = inventory()
      .replace('- name: after\n', '- name: from\n')
      .replace(
        "            $ref: '#/components/schemas/Sku'\n      responses",
        '            type: string\n      responses',
      )
      .replace('  /v1/items/{sku}/adjustments:', '  /v1/items/{sku}/corrections:');
    const changed = commitOf({ 'openapi.yaml': after });
    const published = await publish('openapi.yaml', changed, sampleFiles('inventory-service'));
    const changelog = textOf(published, 'changelog.md');
    expect(published.manifest.breaking.map(({ what }) => what)).toEqual(['the path is gone']);
    expect(changelog.indexOf('## Breaking')).toBeGreaterThan(0);
    expect(changelog.indexOf('## Breaking')).toBeLessThan(changelog.indexOf('## Removed'));
    expect(changelog).toContain('- `POST /v1/items/{sku}/corrections`');
    expect(changelog).toContain('removed: `query parameter after`');
    expect(published.summary).toBe(
      '1 breaking; 1 operations added; 1 operations changed; 1 operations removed',
    );
  });

  test('escapes what the spec says wherever it is shown', async () => {
    const hostile = inventory()
      .replace('title: Inventory service', 'title: "</title><script>alert(1)</script>"')
      .replace(
        'summary: List items in order of SKU',
        'summary: "*/ evil(); /* <img src=x onerror=y> `${1}`"',
      );
    const published = await publish('openapi.yaml', commitOf({ 'openapi.yaml': hostile }));
    const page = textOf(published, 'reference.html');
    expect(page).not.toMatch(/<script|<img/);
    expect(page).toContain('&lt;script&gt;alert(1)');
    const consumer = openApiConsumer(documentOf(textOf(published, 'openapi.json')), []);
    const checked = await checkTypes(textOf(published, 'types.ts'), consumer, new AbortController().signal);
    expect(checked.types.problems).toEqual([]);
  });
});

describe('a spec that cannot be built upon', () => {
  const inspect = (files: Record<string, string>, path: string | null = 'openapi.yaml') =>
    contracts.inspect({
      survey: SURVEY,
      commit: commitOf(files),
      base: NOTHING,
      path,
      changed: Object.keys(files),
    });
  const spec = (paths: string, more = ''): string =>
    `openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n${paths}\n${more}`;

  test.each<[string, string, RegExp]>([
    ['without operations', spec('  {}'), /there is no operation in it \(operations\)/],
    ['that is no YAML', 'openapi: 3.1.0\npaths: [', /cannot be read/],
    [
      'with a reference to nothing',
      spec(
        `  /a: {get: {operationId: a, responses: {'200': {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/No'}}}}}}}`,
      ),
      /openapi\.yaml:4 · .*\(no-unresolved-refs/,
    ],
    [
      'with a reference out of the repository',
      spec(
        `  /a: {get: {operationId: a, responses: {'200': {description: x, content: {application/json: {schema: {$ref: 'https://example.com/x.json'}}}}}}}`,
      ),
      /https:\/\/example\.com\/x\.json is not in the repository, and nothing is fetched/,
    ],
    [
      'with an answer nobody knows',
      spec(`  /a: {get: {operationId: a, responses: {'200': {description: fine}}}}`),
      /GET \/a: its answer 200 has no content/,
    ],
    [
      'with references in a circle',
      spec(
        `  /a: {get: {operationId: a, responses: {'200': {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}}`,
        `components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}}}`,
      ),
      /circular|leads to itself/i,
    ],
    [
      'with aliases that multiply',
      `openapi: 3.1.0\nx: &a [1,1,1,1,1,1,1,1,1,1]\ny: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nz: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nu: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\nv: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nw: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\nq: [*f,*f,*f,*f]\npaths: {}\n`,
      /cannot be read/,
    ],
    [
      'of more than 2 MiB',
      `openapi: 3.1.0\npaths: {}\nx-filler: ${'x'.repeat(5 * 1024 * 1024)}\n`,
      /larger than 2 MiB/,
    ],
    ['of Swagger 2', `swagger: '2.0'\ninfo: {title: T, version: '1'}\npaths: {}\n`, /OpenAPI 3\.0 or 3\.1/],
  ])('%s is refused with place and rule', async (_name, text, problem) => {
    const inspected = await inspect({ 'openapi.yaml': text });
    expect(inspected).toMatchObject({ outcome: 'refused', path: 'openapi.yaml' });
    expect(inspected.outcome === 'refused' ? inspected.problems.join('\n') : '').toMatch(problem);
  });

  test('schemas made of each other without end in sight are refused in bounded time', async () => {
    const schemas = Array.from(
      { length: 60 },
      (_, n) =>
        `S${String(n)}: {allOf: [{$ref: '#/components/schemas/S${String(n + 1)}'}, {$ref: '#/components/schemas/S${String(n + 1)}'}]}`,
    );
    const text = spec(
      `  /a: {get: {operationId: a, responses: {'200': {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}}}}}`,
      `components: {schemas: {${schemas.join(', ')}, S60: {type: object}}}`,
    );
    const inspected = await inspect({ 'openapi.yaml': text });
    expect(JSON.stringify(inspected)).toContain('(complexity)');
  });

  test.each([
    ['type Query { a: Nothing }', /Unknown type "Nothing"/],
    ['type Query {', /schema\.graphql:1 · Syntax Error/],
    ['type Other { a: Int }', /Query root type must be provided|there is no query/],
  ])('the schema %s is refused', async (text, problem) => {
    const inspected = await inspect({ 'schema.graphql': text }, 'schema.graphql');
    expect(inspected.outcome === 'refused' ? inspected.problems.join('\n') : inspected.outcome).toMatch(
      problem,
    );
  });

  test('a repository without any spec has none, and one the commit adds is found by its content', async () => {
    expect(await inspect({ 'package.json': '{}' }, null)).toMatchObject({ outcome: 'none' });
    const found = await inspect({ 'a.yaml': 'x: 1', 'docs/http.yaml': inventory() }, null);
    expect(found).toMatchObject({ outcome: 'usable', path: 'docs/http.yaml', changed: true });
  });

  test('one that says the same as the base is not changed', async () => {
    const files = sampleFiles('inventory-service');
    const same = await contracts.inspect({
      survey: SURVEY,
      commit: files,
      base: files,
      path: 'openapi.yaml',
      changed: [],
    });
    expect(same).toMatchObject({ outcome: 'usable', changed: false, breaking: [] });
  });
});

describe('the mock server of a bundle', () => {
  let folder: string;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'contract-mock-'));
  });
  afterEach(async () => {
    if (child?.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  async function serve(published: PublishedContract): Promise<string> {
    const script = join(folder, 'mock-server.mjs');
    writeFileSync(script, textOf(published, 'mock-server.mjs'));
    child = spawn(process.execPath, [script, '--port', '0'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {},
    });
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line.toString())?.[0];
    if (address === undefined) throw new Error(line.toString());
    return address;
  }

  test('answers every operation with an example or a sample, and what it has not with 404 and 405', async () => {
    const address = await serve(await publish('openapi.yaml', sampleFiles('inventory-service')));
    const item = await fetch(`${address}/v1/items/BOLT-M8`);
    expect(item.status).toBe(200);
    expect(await item.json()).toMatchObject({ sku: expect.any(String), on_hand: expect.any(Number) });
    const created = await fetch(`${address}/v1/items`, { method: 'POST', body: '{}' });
    expect(created.status).toBe(201);
    expect(created.headers.get('access-control-allow-origin')).toBe('*');
    const conflict = await fetch(`${address}/v1/items`, { method: 'POST', headers: { prefer: 'code=409' } });
    expect(conflict.status).toBe(409);
    expect(conflict.headers.get('content-type')).toBe('application/problem+json');
    expect((await fetch(`${address}/nothing`)).status).toBe(404);
    const wrong = await fetch(`${address}/v1/items`, { method: 'PATCH' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, POST']);
    const preflight = await fetch(`${address}/v1/items`, { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
  });

  test('answers documents of GraphQL with the fields they ask for', async () => {
    const address = await serve(await publish('schema.graphql', sampleFiles('catalog-service')));
    const ask = async (query: string): Promise<unknown> => {
      const response = await fetch(address, { method: 'POST', body: JSON.stringify({ query }) });
      return response.json();
    };
    expect(
      await ask(
        `query Page($n: Int = 1) { list: categories(first: $n) { edges { node { ...C } } } } fragment C on Category { id name }`,
      ),
    ).toEqual({ data: { list: { edges: [{ node: { id: '1', name: 'text' } }] } } });
    expect(await ask('{ categories { nothing } }')).toMatchObject({
      errors: [{ message: expect.stringContaining('Cannot query field "nothing"') }],
    });
    expect(await ask('{ categories { ')).toMatchObject({ errors: [{ message: expect.any(String) }] });
  });
});

const SPLIT = `openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    get:
      operationId: a
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: './schemas/order.yaml#/Order'}}}}
  /b:
    $ref: './paths/b.yaml'
`;
