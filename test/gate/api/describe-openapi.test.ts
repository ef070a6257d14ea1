// Needs nothing but the files of the samples.
import { readFileSync } from 'node:fs';
import { isRecord, recordOf } from '../../../src/domain/contract/openapi-document';
import { describeOpenApi } from '../../../src/gate/facts/api/describe-openapi';
import type { OpenApiDescription } from '../../../src/gate/facts/api-description';

function describeText(text: string, files: Record<string, string> = {}): Promise<OpenApiDescription> {
  return describeOpenApi({
    source: 'openapi.yaml',
    from: 'file',
    text,
    basePath: null,
    read: (path) => Promise.resolve(files[path] ?? null),
  });
}

const paths = (text: string): string => `openapi: 3.1.0\ninfo: { title: t, version: 1.0.0 }\n${text}`;
const ids = ({ operations }: OpenApiDescription): string[] => operations.map(({ id }) => id);

describe('an OpenAPI description', () => {
  it('lists the operations of a sample with references resolved', async () => {
    const text = readFileSync('examples/orders-service/openapi.yaml', 'utf8');
    const { operations } = await describeOpenApi({
      source: 'openapi.yaml',
      from: 'file',
      text,
      basePath: '/v1',
    });
    expect(operations.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/health',
      'GET /v1/orders',
      'POST /v1/orders',
      'GET /v1/orders/{orderId}',
      'POST /v1/orders/{orderId}/cancel',
    ]);
    const get = operations.find(({ id }) => id === 'getOrder');
    expect(get?.parameters).toMatchObject([{ name: 'orderId', in: 'path', schema: { format: 'uuid' } }]);
    expect(get?.operation).toMatchObject({
      responses: {
        '200': {
          content: { 'application/json': { schema: { properties: { status: { type: 'string' } } } } },
        },
      },
    });
    expect(get?.secured).toBe(false);
  });

  it('puts the path of the server, or the configured one, in front', async () => {
    const withServer = paths(
      "servers: [{ url: 'https://{host}/api/{v}', variables: { v: { default: v2 } } }]\npaths: { /a: { get: {} } }",
    );
    expect((await describeText(withServer)).operations[0]?.path).toBe('/api/v2/a');
    const without = await describeOpenApi({
      source: 'o.yaml',
      from: 'file',
      text: paths('paths: { /a: { get: {} } }'),
      basePath: '/v1/',
    });
    expect(without.operations[0]?.path).toBe('/v1/a');
  });

  it('tells which operations need a caller', async () => {
    const { operations } = await describeText(
      paths(
        'security: [{ bearer: [] }]\npaths: { /a: { get: {}, post: { security: [] }, put: { security: [{}, { bearer: [] }] } } }',
      ),
    );
    expect(operations.map(({ method, secured }) => [method, secured])).toEqual([
      ['GET', true],
      ['PUT', false],
      ['POST', false],
    ]);
  });

  it('follows references into other files and locates places in them', async () => {
    const described = await describeText(
      paths("paths:\n  /a:\n    $ref: 'paths/a.yaml'\n  /b:\n    get:\n      operationId: b\n"),
      {
        'paths/a.yaml':
          "get:\n  operationId: a\n  parameters:\n    - $ref: '../common.yaml#/Limit'\n    - $ref: '#/x'\nx:\n  name: y\n  in: query\n",
        'common.yaml': 'Limit:\n  name: limit\n  in: query\n',
      },
    );
    expect(ids(described)).toEqual(['a', 'b']);
    expect(described.operations[0]?.parameters).toMatchObject([{ name: 'limit' }, { name: 'y' }]);
    expect(described.locate(['x-files', 'paths/a.yaml', 'get', 'operationId'])).toEqual({
      file: 'paths/a.yaml',
      line: 2,
      quote: 'operationId: a',
    });
    expect(described.locate(['paths', '/b', 'get'])).toMatchObject({ file: 'openapi.yaml', line: 7 });
  });

  it('never reads out of the repository, and names what it did not follow', async () => {
    const read: string[] = [];
    const { remote } = await describeOpenApi({
      source: 'docs/openapi.yaml',
      from: 'file',
      text: paths(
        "paths:\n  /a:\n    $ref: 'https://example.com/a.yaml#/a'\n  /b:\n    $ref: '../../etc/passwd'\n  /c:\n    $ref: '/etc/passwd'\n  /d:\n    $ref: 'file:///etc/passwd'\n",
      ),
      basePath: null,
      read: (path) => {
        read.push(path);
        return Promise.resolve(null);
      },
    });
    expect(read).toEqual([]);
    expect(remote).toHaveLength(4);
  });

  it('reads Swagger 2 in the terms of OpenAPI 3', async () => {
    const { operations } = await describeText(
      `swagger: '2.0'
info: { title: t, version: 1.0.0 }
basePath: /v1
securityDefinitions: { key: { type: apiKey, in: header, name: x-key } }
security: [{ key: [] }]
parameters: { Limit: { name: limit, in: query, type: integer, maximum: 50 } }
definitions: { Pet: { type: object, properties: { name: { type: string } } } }
responses: { Broken: { description: no, schema: { $ref: '#/definitions/Pet' } } }
paths:
  /pets:
    get:
      parameters: [{ $ref: '#/parameters/Limit' }]
      responses: { '200': { description: all, schema: { type: array, items: { $ref: '#/definitions/Pet' } } } }
    post:
      parameters: [{ name: pet, in: body, required: true, schema: { $ref: '#/definitions/Pet' } }]
      responses: { '400': { $ref: '#/responses/Broken' } }
`,
    );
    const [get, post] = operations;
    expect(get).toMatchObject({ path: '/v1/pets', secured: true });
    expect(get?.parameters).toMatchObject([{ name: 'limit', schema: { type: 'integer', maximum: 50 } }]);
    expect(get?.operation['responses']).toMatchObject({
      '200': { content: { 'application/json': { schema: { items: { properties: { name: {} } } } } } },
    });
    expect(post?.parameters).toEqual([]);
    expect(post?.operation).toMatchObject({
      requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
      responses: { '400': { content: { 'application/json': { schema: { type: 'object' } } } } },
    });
  });

  it('leaves a reference in itself in place', async () => {
    const { operations } = await describeText(
      paths(
        "components: { schemas: { Node: { type: object, properties: { next: { $ref: '#/components/schemas/Node' } } }, Loop: { $ref: '#/components/schemas/Loop' } } }\npaths: { /a: { get: { responses: { '200': { content: { application/json: { schema: { $ref: '#/components/schemas/Node' } } } } } }, put: { x: { $ref: '#/components/schemas/Loop' } } } }",
      ),
    );
    expect(JSON.stringify(operations)).toContain('"next":{"$ref":"#/components/schemas/Node"}');
  });

  it('bounds what references multiply', async () => {
    const schemas = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `S${String(index)}`,
        {
          properties: {
            a: { $ref: `#/components/schemas/S${String(index + 1)}` },
            b: { $ref: `#/components/schemas/S${String(index + 1)}` },
          },
        },
      ]),
    );
    const { operations } = await describeText(
      JSON.stringify({
        openapi: '3.1.0',
        components: { schemas },
        paths: { '/a': { get: { x: { $ref: '#/components/schemas/S0' } } } },
      }),
    );
    expect(JSON.stringify(operations).length).toBeLessThan(2_000_000);
  });

  it.each([
    ['broken YAML', 'openapi: 3.1.0\npaths: [\n', /cannot be read/],
    ['broken JSON', '{"openapi": "3.1.0",, }', /cannot be read/],
    ['a list', '- a\n', /no fields/],
    ['another document', 'a: 1\n', /neither/],
    ['nothing', '', /no fields/],
    ['a version unknown', 'openapi: 4.0.0\npaths: {}\n', /OpenAPI 4\.0\.0/],
    ['deep JSON', `{"openapi":"3.1.0","paths":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, /nested|read/],
    ['deep YAML', `paths: ${'['.repeat(100_000)}`, /cannot be read/],
    ['an alias of itself', 'openapi: 3.1.0\npaths: &a { /a: *a }\n', /cannot be read/],
    [
      'multiplying aliases',
      [
        'a: &a [x,x,x,x,x,x,x,x,x]',
        ...'bcdefghi'.split('').map(
          (name, index) =>
            `${name}: &${name} [${Array(9)
              .fill(`*${'abcdefgh'.charAt(index)}`)
              .join(',')}]`,
        ),
      ].join('\n'),
      /cannot be read/,
    ],
  ])('refuses %s with a reason', async (_name, text, reason) => {
    await expect(describeText(text)).rejects.toThrow(reason);
  });

  it('reads five megabytes in bounded time', async () => {
    const item = { get: { operationId: 'x', description: 'y'.repeat(900), responses: {} } };
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`/a${String(index)}`, item]));
    const text = JSON.stringify({ openapi: '3.1.0', paths: many }, null, 2);
    expect(text.length).toBeGreaterThan(5_000_000);
    // In processor time: what else a busy machine does is not counted.
    const before = process.cpuUsage();
    expect((await describeText(text)).operations).toHaveLength(5000);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(5000);
  });

  it('keeps a path named like a part of every object a path', async () => {
    const { document } = await describeText('{"openapi":"3.1.0","paths":{"/a":{}},"__proto__":{"x":1}}');
    expect(isRecord(document) && recordOf(document['paths'])).toEqual({ '/a': {} });
    expect(document['x']).toBeUndefined();
  });
});
