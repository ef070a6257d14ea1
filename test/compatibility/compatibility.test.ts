// Needs nothing: specs are texts.
import { createCompatibility } from '../../src/compatibility/compatibility';
import type { SpecComparison } from '../../src/ports/compatibility';

const BASE = `
openapi: 3.1.0
paths:
  /orders:
    get:
      parameters:
        - { in: query, name: limit, schema: { type: integer, maximum: 100 } }
      responses:
        '200':
          content: { application/json: { schema: { $ref: '#/components/schemas/OrderPage' } } }
        '404': { description: none }
    post:
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: '#/components/schemas/NewOrder' } } }
      responses: { '201': { description: made } }
  /orders/{id}:
    delete:
      responses: { '204': { description: gone } }
components:
  schemas:
    OrderPage:
      type: object
      required: [items]
      properties:
        items: { type: array, items: { $ref: '#/components/schemas/Order' } }
    Order:
      type: object
      properties:
        id: { type: string }
        parent: { $ref: '#/components/schemas/Order' }
        total: { type: integer }
    NewOrder:
      type: object
      required: [sku]
      properties:
        sku: { type: string }
        channel: { type: string, enum: [web, shop] }
`;

const compare = (before: string, after: string, path = 'openapi.yaml'): Promise<SpecComparison> =>
  createCompatibility().compareSpecs({ path, before, after });
const told = async (from: string | RegExp, to: string): Promise<string[]> => {
  expect(BASE.replace(from, to)).not.toBe(BASE);
  const compared = await compare(BASE, BASE.replace(from, to));
  if (compared.kind !== 'compared') throw new Error(compared.reason);
  return compared.changes.map((change) => `${change.where.replace('openapi.yaml: ', '')}: ${change.what}`);
};

describe('an OpenAPI spec breaks its clients', () => {
  it.each<[string, string | RegExp, string, string]>([
    ['a path is removed', / {2}\/orders\/\{id\}:\n.*\n.*\n/, '', '/orders/{id}: the path is gone'],
    ['an operation is removed', '    delete:', '    x-delete:', 'DELETE /orders/{id}: the operation is gone'],
    [
      'a response status is removed',
      "        '404': { description: none }\n",
      '',
      'GET /orders response 404: the response is gone',
    ],
    [
      'a property of a response is removed behind a reference',
      '        total: { type: integer }\n',
      '',
      'GET /orders response 200 items items: property total is gone',
    ],
    [
      'a property of a response may be missing now',
      'required: [items]',
      'required: []',
      'GET /orders response 200: property items is not always there any more',
    ],
    [
      'a parameter is required now',
      'name: limit,',
      'name: limit, required: true,',
      'GET /orders: requires the query parameter limit now',
    ],
    [
      'a new parameter is required',
      '      parameters:\n',
      '      parameters:\n        - { in: header, name: X-Tenant, required: true, schema: { type: string } }\n',
      'GET /orders: requires the header parameter X-Tenant now',
    ],
    [
      'a property of a request is required now',
      'required: [sku]',
      'required: [sku, channel]',
      'POST /orders request: requires property channel now',
    ],
    [
      'an enum of a request is narrowed',
      'enum: [web, shop]',
      'enum: [web]',
      'POST /orders request channel: no longer takes "shop"',
    ],
    [
      'a type of a request is narrowed',
      'sku: { type: string }',
      'sku: { type: integer }',
      'POST /orders request sku: the type was string and is integer',
    ],
    [
      'a type of a response is widened',
      'total: { type: integer }',
      'total: { type: number }',
      'GET /orders response 200 items items total: the type was integer and is number',
    ],
    [
      'a maximum is lowered',
      'maximum: 100',
      'maximum: 50',
      'GET /orders query parameter limit: maximum was 100 and is 50',
    ],
    [
      'a media type is removed',
      "content: { application/json: { schema: { $ref: '#/components/schemas/OrderPage' } } }",
      'content: { text/csv: {} }',
      'GET /orders response 200: no longer speaks application/json',
    ],
  ])('when %s', async (_, from, to, expected) => {
    expect(await told(from, to)).toEqual([expected]);
  });

  it('and not by what only adds', async () => {
    const wider = BASE.replace('maximum: 100', 'maximum: 500')
      .replace('enum: [web, shop]', 'enum: [web, shop, phone]')
      .replace('/orders/{id}', '/orders/{orderId}')
      .replace('total: { type: integer }', 'total: { type: integer }\n        note: { type: string }')
      .replace('paths:', 'paths:\n  /users:\n    get: { responses: { "200": { description: ok } } }')
      .replace('sku: { type: string }', 'sku: { type: [string, integer] }\n        gift: { type: boolean }')
      .replace("'404': { description: none }", 'default: { description: any }');
    expect(await compare(BASE, wider)).toEqual({ kind: 'compared', changes: [] });
  });

  it('also in version 2, in JSON', async () => {
    const spec = (properties: object): string =>
      JSON.stringify({
        swagger: '2.0',
        paths: { '/a': { get: { responses: { 200: { schema: { type: 'object', properties } } } } } },
      });
    expect(await compare(spec({ x: { type: 'string' } }), spec({}), 'swagger.json')).toMatchObject({
      changes: [{ where: 'swagger.json: GET /a response 200', what: 'property x is gone' }],
    });
  });
});

describe('a GraphQL schema', () => {
  const sdl = 'type Query { order(id: ID!): Order } type Order { id: ID! total: Int @key } enum S { A B }';
  it.each([
    ['total: Int @key', '', 'Order.total was removed.'],
    ['total: Int', 'total: Float', 'Order.total changed type from Int to Float.'],
    ['order(id: ID!)', 'order(id: ID!, tenant: ID!)', 'A required arg tenant on Query.order was added.'],
    ['A B', 'A', 'B was removed from enum type S.'],
  ])('breaks its clients: %s -> %s', async (from, to, what) => {
    const compared = await compare(sdl, sdl.replace(from, to), 'schema.graphql');
    expect(compared).toEqual({ kind: 'compared', changes: [{ kind: 'api', where: 'schema.graphql', what }] });
  });

  it('may grow', async () => {
    const grown = sdl.replace('A B', 'A B C').replace('id: ID! total', 'id: ID! note: String total');
    expect(await compare(sdl, grown, 'schema.graphqls')).toEqual({ kind: 'compared', changes: [] });
  });
});

it.each([
  ['openapi.yaml', 'paths: {}', 'paths: [', /openapi.yaml can no longer be read/],
  ['schema.graphql', 'type Query { a: Int }', 'type Query {', /schema.graphql can no longer be read/],
])(
  'a spec that no parser takes is told as such, and one that never was loses nothing: %s',
  async (path, good, bad, why) => {
    expect(await compare(good, bad, path)).toEqual({
      kind: 'unreadable',
      reason: expect.stringMatching(why),
    });
    expect(await compare(bad, good, path)).toEqual({ kind: 'compared', changes: [] });
  },
);

it('a hostile spec ends', async () => {
  const circle = "a: &a { $ref: '#/a' }\npaths: { /x: { $ref: '#/a' }, /y: { get: { responses: [] } } }";
  const deep = `${'{"paths":'.repeat(5000)}1${'}'.repeat(5000)}`;
  for (const text of [circle, 'null', '[]', '"x"', '{"paths": 7}', '{"paths": {"/x": null}}'])
    expect((await compare(text, text)).kind).toBe('compared');
  expect(['compared', 'unreadable']).toContain((await compare('{}', deep)).kind);
});
