// Needs the files of the samples and of the corpus; no service.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES, type ServiceName } from '../../../bench/gates/defect';
import { API_CHECKERS } from '../../../src/gate/checkers/api';
import type { Outcome } from '../../../src/gate/outcome';
import { inspectFiles, outcomeOf } from './support';

interface Row {
  readonly what: string;
  readonly checker: string;
  readonly service: ServiceName;
  readonly find: string;
  readonly replace: string;
}

async function outcomeWith({ checker, service, find, replace }: Row): Promise<Outcome> {
  const spec = service === 'graphql' ? 'schema.graphql' : 'openapi.yaml';
  const before = readFileSync(join(SERVICES[service], spec), 'utf8');
  if (before.split(find).length < 2) throw new Error(`${service} has no ${find}`);
  const after = before.replace(find, () => replace);
  const found = API_CHECKERS.find(({ name }) => name === checker);
  if (found === undefined) throw new Error(`there is no checker ${checker}`);
  const inspection = inspectFiles({ [spec]: after }, { apiSpec: spec }, { before: { [spec]: before } });
  return outcomeOf(found, inspection);
}

const PLANTED: readonly (readonly [string, string, ServiceName, string, string, RegExp])[] = [
  ['a verb in a path', 'api-names', 'express', '  /v1/notes:\n', '  /v1/getNotes:\n', /getNotes/],
  ['a verb behind an id', 'api-names', 'fastify', '/{orderId}/cancel:', '/{orderId}/delete:', /delete/],
  [
    'a path in camel case',
    'api-names',
    'spring',
    '  /v1/invoices/{invoiceId}/issue:',
    '  /v1/invoices/{invoiceId}/markIssued:',
    /mark-issued/,
  ],
  [
    'a path in snake case',
    'api-names',
    'fastapi',
    '/{sku}/adjustments:',
    '/{sku}/stock_adjustments:',
    /stock-adjustments/,
  ],
  ['a slash at the end of one path', 'api-names', 'express', '  /v1/sessions:', '  /v1/sessions/:', /slash/],
  [
    'a body of a GET',
    'api-methods',
    'express',
    '      operationId: listNotes\n',
    '      operationId: listNotes\n      requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: string } } } } } }\n',
    /takes a body/,
  ],
  [
    'a change by GET',
    'api-methods',
    'fastify',
    '    post:\n      operationId: cancelOrder',
    '    get:\n      operationId: cancelOrder',
    /safe/,
  ],
  [
    'a deletion by HEAD',
    'api-methods',
    'spring',
    '    delete:\n      operationId: discardInvoice',
    '    head:\n      operationId: discardInvoice',
    /safe/,
  ],
  [
    'a creation answered with 200',
    'api-methods',
    'express',
    "        '201':\n          description: The note as it is kept.",
    "        '200':\n          description: The note as it is kept.",
    /201/,
  ],
  [
    'an operation named against its method',
    'api-methods',
    'express',
    '    delete:\n      operationId: deleteNote',
    '    post:\n      operationId: deleteNote',
    /use DELETE/,
  ],
  [
    'a creation answered with 200, as a code',
    'declared-status-codes',
    'spring',
    "        '201':\n          description: The draft.",
    "        '200':\n          description: The draft.",
    /201/,
  ],
  [
    '401 gone from one operation',
    'declared-status-codes',
    'express',
    "        '401':\n          $ref: '#/components/responses/NotSignedIn'\n        '404'",
    "        '404'",
    /declares no 401/,
  ],
  [
    '404 gone',
    'declared-status-codes',
    'fastify',
    "        '404':\n          $ref: '#/components/responses/NotFound'\n",
    '',
    /no 404/,
  ],
  [
    '404 gone beside a range',
    'declared-status-codes',
    'express',
    "        '404':\n          $ref: '#/components/responses/NotFound'\n",
    '',
    /no 404/,
  ],
  [
    '422 of a body gone',
    'declared-status-codes',
    'fastapi',
    "        '409':\n          $ref: '#/components/responses/Conflict'\n        '422':\n          $ref: '#/components/responses/InvalidRequest'\n",
    "        '409':\n          $ref: '#/components/responses/Conflict'\n",
    /body.*400 or 422/,
  ],
  [
    '400 of a query gone',
    'declared-status-codes',
    'spring',
    "InvoicePage'\n        '400':\n          $ref: '#/components/responses/InvalidRequest'\n",
    "InvoicePage'\n",
    /query.*400 or 422/,
  ],
  [
    'every success gone',
    'declared-status-codes',
    'spring',
    "        '204':\n          description: The draft is gone.\n",
    '',
    /successful/,
  ],
  [
    'a body of 204',
    'declared-status-codes',
    'express',
    '          description: It is gone.\n',
    '          description: It is gone.\n          content: { application/json: { schema: { type: string } } }\n',
    /204/,
  ],
  [
    '429 gone from one operation',
    'declared-status-codes',
    'express',
    "        '404':\n          $ref: '#/components/responses/NotFound'\n        '429':\n          $ref: '#/components/responses/TooManyRequests'\n",
    "        '404':\n          $ref: '#/components/responses/NotFound'\n",
    /no 429/,
  ],
  [
    'an error of another shape',
    'declared-errors',
    'fastify',
    "    Conflict:\n      description: The state of the thing does not allow this.\n      content:\n        application/problem+json:\n          schema:\n            $ref: '#/components/schemas/Problem'",
    '    Conflict:\n      description: The state of the thing does not allow this.\n      content:\n        application/problem+json:\n          schema:\n            type: object\n            properties: { error: { type: string } }',
    /\{error\}/,
  ],
  [
    'an error without a body',
    'declared-errors',
    'spring',
    "    NotFound:\n      description: There is no such thing.\n      content:\n        application/problem+json:\n          schema:\n            $ref: '#/components/schemas/Problem'",
    '    NotFound:\n      description: There is no such thing.',
    /not described/,
  ],
  [
    'an error of another media type',
    'declared-errors',
    'fastapi',
    '    Conflict:\n      description: The state of things forbids it; `type` and `detail` say why.\n      content:\n        application/problem+json:',
    '    Conflict:\n      description: The state of things forbids it; `type` and `detail` say why.\n      content:\n        application/json:',
    /problem\+json/,
  ],
  [
    'an error in plain text',
    'declared-errors',
    'express',
    "    NotFound:\n      description: There is no such thing for this caller.\n      content:\n        application/problem+json:\n          schema:\n            $ref: '#/components/schemas/Problem'",
    '    NotFound:\n      description: There is no such thing for this caller.\n      content:\n        text/plain:\n          schema:\n            type: string',
    /text\/plain/,
  ],
  ['a page without a maximum', 'declared-pages', 'fastify', '            maximum: 100\n', '', /maximum/],
  [
    'a list without parameters',
    'declared-pages',
    'fastapi',
    '        - name: limit\n          in: query\n          description: How many items a page has at most.\n          schema:\n            type: integer\n            minimum: 1\n            maximum: 100\n            default: 20\n        - name: after\n          in: query',
    '        - name: prefix\n          in: query',
    /no limit/,
  ],
  [
    'a page that leads nowhere',
    'declared-pages',
    'express',
    '        - name: before\n',
    '        - name: colour\n',
    /next page/,
  ],
  [
    'a path without a version',
    'api-version',
    'spring',
    '  /v1/invoices:',
    '  /invoices:',
    /shows no version/,
  ],
  [
    'a field gone from a response',
    'api-version',
    'fastify',
    '        totalCents:\n          type: integer\n',
    '',
    /totalCents/,
  ],
  [
    'a new field that is required',
    'api-version',
    'express',
    '      required: [title]\n',
    '      required: [title, body]\n',
    /body/,
  ],
  [
    'an operation gone',
    'api-version',
    'spring',
    '    delete:\n      operationId: discardInvoice',
    '    x-delete:\n      operationId: discardInvoice',
    /gone/,
  ],
  ['an operation without a text', 'api-document', 'express', '      summary: Write a note\n', '', /summary/],
  [
    'a parameter without a description',
    'api-document',
    'fastify',
    '          description: Only orders of this status.\n',
    '',
    /`status`/,
  ],
  [
    'a body without a schema',
    'api-document',
    'fastapi',
    "            schema:\n              $ref: '#/components/schemas/NewItem'\n",
    '            schema: {}\n',
    /without a schema/,
  ],
  [
    'a response without a schema',
    'api-document',
    'spring',
    "          description: One page of invoices.\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/InvoicePage'\n",
    '          description: One page of invoices.\n',
    /GET answers/,
  ],
  [
    'a reference to nothing',
    'api-document',
    'fastify',
    "$ref: '#/components/schemas/NewOrder'",
    "$ref: '#/components/schemas/NoOrder'",
    /no-unresolved-refs/,
  ],
  [
    'a path parameter not declared',
    'api-document',
    'fastapi',
    '  /v1/items/{sku}/adjustments:',
    '  /v1/items/{itemSku}/adjustments:',
    /itemSku/,
  ],
  [
    'two operations of one name',
    'api-document',
    'spring',
    'operationId: issueInvoice',
    'operationId: getInvoice',
    /operationId/,
  ],
  [
    'a misspelt keyword',
    'api-document',
    'express',
    '      requestBody:\n',
    '      requestBdy:\n',
    /requestBdy/,
  ],
  [
    'a security scheme not defined',
    'api-document',
    'express',
    'security:\n  - bearer: []\n',
    'security:\n  - token: []\n',
    /`token`/,
  ],
  ['broken YAML', 'api-document', 'express', 'paths:\n', 'paths: [\n', /cannot be read/],
  ['a query named by a verb', 'api-names', 'graphql', '  products(\n', '  getProducts(\n', /getProducts/],
  [
    'a field in snake case',
    'api-names',
    'graphql',
    '  priceChangedAt: DateTime',
    '  price_changed_at: DateTime',
    /price_changed_at/,
  ],
  [
    'entries that may be null',
    'api-names',
    'graphql',
    '  errors: [UserError!]!',
    '  errors: [UserError]!',
    /null/,
  ],
  ['an id of another type', 'api-names', 'graphql', '  id: ID!\n', '  id: Int!\n', /type ID/],
  ['a type in snake case', 'api-names', 'graphql', 'type Category {', 'type shop_category {', /PascalCase/],
  [
    'a connection without pageInfo',
    'api-names',
    'graphql',
    '  "Whether there is more, and where."\n  pageInfo: PageInfo!\n',
    '',
    /pageInfo/,
  ],
  [
    'a query that changes something',
    'api-methods',
    'graphql',
    '  "All categories by name."\n',
    '  "Takes a product away."\n  deleteProduct(id: ID!): Product\n  "All categories by name."\n',
    /deleteProduct/,
  ],
  [
    'a payload without errors',
    'declared-errors',
    'graphql',
    '  changePrice("The product and its price." input: ChangePriceInput!): ChangePricePayload!\n',
    '  changePrice("The product and its price." input: ChangePriceInput!): ChangePricePayload!\n  "Other." rename(id: ID!): Product\n',
    /rename/,
  ],
  [
    'a list without a limit',
    'declared-pages',
    'graphql',
    '  "All categories by name."\n',
    '  "All." allProducts: [Product!]!\n  "All categories by name."\n',
    /allProducts/,
  ],
  [
    'a connection without first',
    'declared-pages',
    'graphql',
    '  "Where it stands in the shop."\n',
    '  "Alike." related: ProductConnection!\n  "Where it stands in the shop."\n',
    /related/,
  ],
  [
    'a field gone',
    'api-version',
    'graphql',
    '  "What customers call it."\n  name: String!\n',
    '',
    /name was removed/,
  ],
  [
    'a field without a description',
    'api-document',
    'graphql',
    '  "A few sentences in plain text."\n',
    '',
    /description has no description/,
  ],
  ['a type without a description', 'api-document', 'graphql', '"An amount of money."\n', '', /Money/],
];

describe('a planted defect', () => {
  it.each(PLANTED)('%s is found by %s in %s', async (what, checker, service, find, replace, text) => {
    const outcome = await outcomeWith({ what, checker, service, find, replace });
    expect(outcome.kind).toBe('ran-found');
    const texts = outcome.kind === 'ran-found' ? (outcome.findings ?? []).map((finding) => finding.text) : [];
    expect(texts).toContainEqual(expect.stringMatching(text));
  });
});

const HARMLESS: readonly (readonly [string, string, ServiceName, string, string])[] = [
  ['a noun that begins like a verb', 'api-names', 'express', '  /v1/sessions:', '  /v1/update-requests:'],
  ['widgets and targets', 'api-names', 'express', '  /v1/sessions:', '  /v1/widgets/targets/posts:'],
  ['a collection without a plural', 'api-names', 'fastapi', '  /v1/items:', '  /v1/inventory:'],
  ['an action on a member', 'api-names', 'spring', '/{invoiceId}/issue:', '/{invoiceId}/mark-paid:'],
  [
    'a search by POST',
    'api-methods',
    'fastify',
    '    post:\n      operationId: createOrder',
    '    post:\n      operationId: searchOrders',
  ],
  [
    'a history of updates',
    'api-methods',
    'spring',
    'operationId: listInvoices',
    'operationId: updateHistory',
  ],
  [
    'a creation accepted for later',
    'api-methods',
    'express',
    "        '201':\n          description: The note as it is kept.",
    "        '202':\n          description: The note as it is kept.",
  ],
  [
    'a default for every error',
    'declared-status-codes',
    'spring',
    "        '404':\n          $ref: '#/components/responses/NotFound'\n        '409'",
    "        default:\n          $ref: '#/components/responses/NotFound'\n        '404':\n          $ref: '#/components/responses/NotFound'\n        '409'",
  ],
  [
    'an error with more fields',
    'declared-errors',
    'spring',
    "    Conflict:\n      description: The state of the thing does not allow this.\n      content:\n        application/problem+json:\n          schema:\n            $ref: '#/components/schemas/Problem'",
    "    Conflict:\n      description: The state of the thing does not allow this.\n      content:\n        application/problem+json:\n          schema:\n            allOf:\n              - $ref: '#/components/schemas/Problem'\n              - type: object\n                properties: { conflicting: { type: string } }",
  ],
  [
    'a page of fixed size',
    'declared-pages',
    'fastify',
    '        - name: limit\n          in: query\n          description: How many orders a page has at most.\n          schema:\n            type: integer\n            minimum: 1\n            maximum: 100\n            default: 20\n',
    '',
  ],
  [
    'an optional limit as Python writes it',
    'declared-pages',
    'fastapi',
    '          schema:\n            type: integer\n            minimum: 1\n            maximum: 100\n            default: 20\n',
    '          schema:\n            anyOf: [{ type: integer, maximum: 100 }, { type: "null" }]\n',
  ],
  [
    'a new operation',
    'api-version',
    'express',
    '  /v1/notes:\n',
    "  /v1/tags:\n    get:\n      responses: { '200': { description: all } }\n  /v1/notes:\n",
  ],
  [
    'a breaking change with a new major version',
    'api-version',
    'fastify',
    '  version: 1.0.0\n',
    '  version: 2.0.0\n',
  ],
  [
    'an operation described at length only',
    'api-document',
    'express',
    '      summary: Write a note\n',
    '      description: Write a note\n',
  ],
  [
    'a new type',
    'api-version',
    'graphql',
    '"An amount of money."\n',
    '"A colour." type Colour { "Its name." name: String! }\n"An amount of money."\n',
  ],
  [
    'a list of names',
    'declared-pages',
    'graphql',
    '  "All categories by name."\n',
    '  "All." colours: [String!]!\n  "All categories by name."\n',
  ],
];

describe('what is right', () => {
  it.each(HARMLESS)('%s is not complained of by %s in %s', async (what, checker, service, find, replace) => {
    const outcome = await outcomeWith({ what, checker, service, find, replace });
    expect(outcome).toMatchObject({ kind: 'ran-clean' });
  });
});
