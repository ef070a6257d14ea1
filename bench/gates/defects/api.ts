import type { GateSlug } from '../../../src/domain/quality-gate/gate-items';
import type { Defect, Edit, ServiceName } from '../defect';

const SPEC: Readonly<Record<ServiceName, string>> = {
  express: 'openapi.yaml',
  fastify: 'openapi.yaml',
  fastapi: 'openapi.yaml',
  spring: 'openapi.yaml',
  graphql: 'schema.graphql',
};

type Row = readonly [
  name: string,
  service: ServiceName,
  find: string,
  replace: string,
  also?: readonly GateSlug[],
];

/** Changes of the description alone. */
function inSpec(item: GateSlug, rows: readonly Row[]): Defect[] {
  return rows.map(([name, service, find, replace, also]) => ({
    name,
    item,
    service,
    edits: [{ file: SPEC[service], find, replace }],
    ...(also === undefined ? {} : { also }),
  }));
}

/** A new operation in front of a path of the description. */
function operation(path: string, method: string, id: string, success: string): string {
  return `  ${path}:
    ${method}:
      operationId: ${id}
      summary: For the corpus
      responses:
        ${success}
        4XX:
          $ref: '#/components/responses/Refused'
        5XX:
          $ref: '#/components/responses/Unavailable'
`;
}

/** The answers of operations that need a caller. */
function withCaller(text: string): string {
  const answers = [
    "'401':",
    "  $ref: '#/components/responses/NotSignedIn'",
    "'429':",
    "  $ref: '#/components/responses/TooManyRequests'",
    '4XX',
  ];
  return text.replace('        4XX', answers.map((line) => `        ${line}`).join('\n'));
}

const GONE = "'204':\n          description: It is done.";
const NOTES = '  /v1/notes:\n';

const edit = (file: string, find: string, replace: string): Edit => ({ file, find, replace });

const ROUTES: Readonly<Record<'express' | 'fastify' | 'fastapi' | 'spring', Edit>> = {
  express: edit(
    'src/notes/routes.js',
    "  router.get('/:noteId', async",
    `  router.get('/:noteId/tags', async (request, response) => {
    const note = await notes.find(request.userId, readId(request.params.noteId));
    response.json({ tags: note?.tags ?? [] });
  });
  router.get('/:noteId', async`,
  ),
  fastify: edit(
    'src/orders/routes.js',
    "  app.get('/:orderId',",
    "  app.get('/:orderId/receipt', () => ({ receipt: null }));\n  app.get('/:orderId',",
  ),
  fastapi: edit(
    'app/items/router.py',
    '@router.get("/{sku}", operation_id="getItem"',
    '@router.get("/{sku}/labels")\ndef get_labels(sku: str) -> dict[str, str]:\n    return {"sku": sku}\n\n\n@router.get("/{sku}", operation_id="getItem"',
  ),
  spring: edit(
    'src/main/java/com/example/billing/controller/InvoiceController.java',
    '    @GetMapping("/{invoiceId}")',
    '    @GetMapping("/{invoiceId}/label")\n    String label() {\n        return "invoice";\n    }\n\n    @GetMapping("/{invoiceId}")',
  ),
};

/** What a new route nobody tests or protects breaks, too. */
const UNTESTED: readonly GateSlug[] = ['test-coverage', 'unit-tests', 'integration-tests', 'authorization'];

/** Defects of the API as it is described, and of routes that are not. */
export const API_DEFECTS: readonly Defect[] = [
  ...inSpec('rest-conventions', [
    [
      'verb-in-path',
      'express',
      NOTES,
      withCaller(operation('/v1/fetch-notes', 'post', 'searchNotes', GONE)) + NOTES,
    ],
    [
      'singular-collection',
      'express',
      NOTES,
      `${operation('/v1/tag', 'post', 'addTag', "'201':\n          description: It is kept.")}${operation('/v1/tag/{tagId}', 'delete', 'deleteTag', GONE).replace('      operationId', '      parameters:\n        - { name: tagId, in: path, required: true, description: Which., schema: { type: string } }\n      operationId').replace('        4XX', "        '404':\n          $ref: '#/components/responses/NotFound'\n        4XX")}${NOTES}`,
      ['response-codes'],
    ],
    [
      'camel-case-path',
      'fastify',
      '/v1/orders/{orderId}/cancel:',
      '/v1/orders/{orderId}/cancelLater:',
      ['api-versioning', 'api-docs'],
    ],
    [
      'snake-case-path',
      'fastapi',
      '/v1/items/{sku}/adjustments:',
      '/v1/items/{sku}/stock_adjustments:',
      ['api-versioning', 'api-docs'],
    ],
    [
      'get-prefix',
      'graphql',
      '  product("The product\'s id." id: ID!): Product',
      '  product("The product\'s id." id: ID!): Product\n  "The same."\n  getProduct("The product\'s id." id: ID!): Product',
    ],
    ['nullable-entries', 'graphql', '  errors: [UserError!]!', '  errors: [UserError]!', ['api-versioning']],
  ]),
  ...inSpec('http-methods', [
    [
      'deletion-by-get',
      'express',
      NOTES,
      operation('/v1/notes/drafts', 'get', 'deleteDrafts', GONE) + NOTES,
      ['response-codes'],
    ],
    [
      'body-of-get',
      'express',
      "      summary: List one's own notes, newest first\n",
      "      summary: List one's own notes, newest first\n      requestBody:\n        description: What to look for.\n        content:\n          application/json:\n            schema:\n              $ref: '#/components/schemas/NewNote'\n",
    ],
    [
      'cancel-by-get',
      'fastify',
      '    post:\n      operationId: cancelOrder',
      '    get:\n      operationId: cancelOrder',
      ['api-versioning', 'api-docs'],
    ],
    ['read-by-delete', 'spring', '      operationId: discardInvoice', '      operationId: getDraft'],
    [
      'create-by-query',
      'graphql',
      '  "All categories by name."',
      '  "Makes a product."\n  createProduct("Its name." name: String!): Product\n  "All categories by name."',
    ],
  ]),
  ...inSpec('response-codes', [
    [
      'created-as-200',
      'express',
      "        '201':\n          description: The note as it is kept.",
      "        '200':\n          description: The note as it is kept.",
      ['http-methods', 'api-versioning'],
    ],
    [
      'no-401',
      'express',
      "              $ref: '#/components/schemas/NotePage'\n        '400':\n          $ref: '#/components/responses/InvalidRequest'\n        '401':\n          $ref: '#/components/responses/NotSignedIn'\n".replace(
        '              $ref',
        '                $ref',
      ),
      "                $ref: '#/components/schemas/NotePage'\n        '400':\n          $ref: '#/components/responses/InvalidRequest'\n",
      ['api-versioning'],
    ],
    [
      'no-404',
      'fastify',
      "                $ref: '#/components/schemas/Order'\n        '400':\n          $ref: '#/components/responses/InvalidRequest'\n        '404':\n          $ref: '#/components/responses/NotFound'\n        '409'",
      "                $ref: '#/components/schemas/Order'\n        '400':\n          $ref: '#/components/responses/InvalidRequest'\n        '409'",
      ['api-versioning'],
    ],
    [
      'no-422',
      'fastapi',
      "                $ref: '#/components/schemas/ItemPage'\n        '422':\n          $ref: '#/components/responses/InvalidRequest'\n",
      "                $ref: '#/components/schemas/ItemPage'\n",
      ['api-versioning'],
    ],
    [
      'no-success',
      'spring',
      "        '204':\n          description: The draft is gone.\n",
      '',
      ['api-versioning'],
    ],
  ]),
  ...inSpec('error-responses', [
    [
      'other-shape',
      'express',
      "    TooManyRequests:\n      description: The limit of requests is reached; `Retry-After` says how long to wait.\n      content:\n        application/problem+json:\n          schema:\n            $ref: '#/components/schemas/Problem'",
      '    TooManyRequests:\n      description: The limit of requests is reached; `Retry-After` says how long to wait.\n      content:\n        application/problem+json:\n          schema:\n            type: object\n            properties:\n              message: { type: string }',
      ['api-versioning'],
    ],
    [
      'no-shape',
      'fastify',
      "    Conflict:\n      description: The state of the thing does not allow this.\n      content:\n        application/problem+json:\n          schema:\n            $ref: '#/components/schemas/Problem'\n",
      '    Conflict:\n      description: The state of the thing does not allow this.\n',
      ['api-versioning'],
    ],
    [
      'plain-text',
      'fastapi',
      '    NotFound:\n      description: There is nothing at this path.\n      content:\n        application/problem+json:\n',
      '    NotFound:\n      description: There is nothing at this path.\n      content:\n        text/plain:\n',
      ['api-versioning'],
    ],
    [
      'odd-payload',
      'graphql',
      '  changePrice("The product and its price." input: ChangePriceInput!): ChangePricePayload!\n',
      '  changePrice("The product and its price." input: ChangePriceInput!): ChangePricePayload!\n  "Takes a product away."\n  removeProduct("Which." id: ID!): Product\n',
    ],
  ]),
  ...inSpec('pagination', [
    ['no-maximum', 'express', '            maximum: 100\n', ''],
    [
      'whole-list',
      'express',
      NOTES,
      withCaller(
        operation(
          '/v1/tags',
          'get',
          'listTags',
          "'200':\n          description: All.\n          content:\n            application/json:\n              schema:\n                type: array\n                items:\n                  $ref: '#/components/schemas/Health'",
        ),
      ) + NOTES,
    ],
    ['no-cursor', 'fastify', '        - name: cursor\n', '        - name: colour\n'],
    [
      'no-maximum-in-python',
      'fastapi',
      '            minimum: 1\n            maximum: 100\n            default: 20\n',
      '            minimum: 1\n            default: 20\n',
    ],
    [
      'whole-list-of-products',
      'graphql',
      '  "All categories by name."',
      '  "All products."\n  allProducts: [Product!]!\n  "All categories by name."',
    ],
  ]),
  ...inSpec('api-versioning', [
    [
      'unversioned-path',
      'express',
      NOTES,
      withCaller(
        operation('/imports', 'post', 'importNotes', "'202':\n          description: It will be done."),
      ) + NOTES,
    ],
    ['required-field', 'express', '      required: [title]\n', '      required: [title, body]\n'],
    ['field-gone', 'fastify', '        totalCents:\n          type: integer\n', ''],
    [
      'parameter-required',
      'spring',
      '        - name: customerReference\n          in: query\n',
      '        - name: customerReference\n          in: query\n          required: true\n',
    ],
    ['field-of-schema-gone', 'graphql', '  "What one costs."\n  price: Money!\n', ''],
  ]),
  ...inSpec('api-docs', [
    ['no-summary', 'express', '      summary: Write a note\n', ''],
    ['no-parameter-description', 'fastify', '          description: Only orders of this status.\n', ''],
    [
      'dangling-reference',
      'fastify',
      "$ref: '#/components/schemas/NewOrder'",
      "$ref: '#/components/schemas/OrderDraft'",
    ],
    [
      'no-schema',
      'fastapi',
      "              schema:\n                $ref: '#/components/schemas/ItemPage'\n",
      '              schema: {}\n',
      ['pagination', 'api-versioning'],
    ],
    ['undescribed-field', 'graphql', '  "What one costs."\n', ''],
  ]),
  {
    name: 'removal-in-get-handler',
    item: 'http-methods',
    service: 'express',
    edits: [
      edit(
        'src/notes/routes.js',
        "  router.delete('/:noteId', async",
        `  router.get('/:noteId/purge', async (request, response) => {
    await notes.remove(request.userId, readId(request.params.noteId));
    response.status(204).end();
  });
  router.delete('/:noteId', async`,
      ),
    ],
    also: ['api-docs', ...UNTESTED],
  },
  {
    name: 'route-with-verb',
    item: 'rest-conventions',
    service: 'fastapi',
    edits: [
      edit(
        'app/items/router.py',
        '@router.get("/{sku}", operation_id="getItem"',
        '@router.get("/find_item/{sku}")\ndef find_item(sku: str) -> dict[str, str]:\n    return {"sku": sku}\n\n\n@router.get("/{sku}", operation_id="getItem"',
      ),
    ],
    also: ['api-docs', ...UNTESTED],
  },
  ...(['express', 'fastify', 'fastapi', 'spring'] as const).map((service): Defect => ({
    name: 'undescribed-route',
    item: 'api-docs',
    service,
    also: UNTESTED,
    edits: [ROUTES[service]],
  })),
  ...inSpec(
    'api-docs',
    (
      [
        ['express', NOTES, '/v1/notes/archived'],
        ['fastify', '  /v1/orders:\n', '/v1/orders/{orderId}/history'],
        ['fastapi', '  /v1/items:\n', '/v1/suppliers'],
        ['spring', '  /v1/invoices:\n', '/v1/customers'],
      ] as const
    ).map(([service, before, path]): Row => {
      const text = operation(path, 'get', 'nobodyServes', "'200':\n          description: Never.");
      return [
        'operation-nobody-serves',
        service,
        before,
        text + before,
        [...UNTESTED, 'response-codes', 'error-responses'],
      ];
    }),
  ),
];
