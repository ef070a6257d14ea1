import type { Defect } from '../defect';

const DISCOUNT = `/** What an order is worth less, in hundredths. */
export function discountOf(order) {
  let total = 0;
  for (const item of order.items) total += item.quantity * item.unitPriceCents;
  if (total > 100_000) {
    return Math.round(total * 0.1);
  }
  if (order.items.length > 10) {
    return 500;
  }
  if (order.currency === 'EUR') {
    return 100;
  }
  return 0;
}
`;

const HOLLOW = `// Needs nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';

test('large orders cost less', async () => {
  const { discountOf } = await import('../../src/orders/discount.js');
  const one = { quantity: 1, unitPriceCents: 1 };
  discountOf({ items: [{ quantity: 1000, unitPriceCents: 200 }] });
  discountOf({ items: Array.from({ length: 11 }, () => one) });
  discountOf({ items: [one], currency: 'EUR' });
  const result = discountOf({ items: [one], currency: 'USD' });
  assert.ok(result !== null);
});
`;

const SUMMARY_OF_NOTES = `/** Counts notes by tag, the most frequent first. */
export function countTags(notes, { least = 1 } = {}) {
  const counts = new Map();
  for (const note of notes) {
    for (const tag of note.tags) {
      counts.set(tag, (counts.get(tag) ?? 0) + 1);
    }
  }
  const rows = [...counts].map(([tag, count]) => ({ tag, count }));
  const kept = rows.filter(({ count }) => count >= least);
  kept.sort((a, b) => {
    if (a.count !== b.count) {
      return b.count - a.count;
    }
    return a.tag < b.tag ? -1 : 1;
  });
  return kept;
}
`;

const REPORT_PY = `"""Which items have to be ordered again."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    sku: str
    on_hand: int
    wanted: int


def shortages(rows: list[Row], reserve: int = 0) -> list[Row]:
    missing = []
    for row in rows:
        left = row.on_hand - row.wanted
        if left < reserve:
            missing.append(row)
    missing.sort(key=lambda row: row.on_hand - row.wanted)
    return missing


def describe(rows: list[Row]) -> str:
    if not rows:
        return "nothing is missing"
    names = ", ".join(row.sku for row in rows[:3])
    more = len(rows) - 3
    if more > 0:
        return f"{names} and {more} more"
    return names
`;

const DUNNING_JAVA = `package com.example.billing.service;

import com.example.billing.model.Invoice;
import java.time.Duration;
import java.time.Instant;

/** How urgently an invoice has to be paid. */
public final class Dunning {

    private Dunning() {}

    public static int levelOf(Invoice invoice, Instant now) {
        if (invoice.issuedAt() == null) {
            return 0;
        }
        long days = Duration.between(invoice.issuedAt(), now).toDays();
        if (days > 60) {
            return 3;
        }
        if (days > 30) {
            return 2;
        }
        if (days > 14) {
            return 1;
        }
        return 0;
    }
}
`;

const FASTIFY_SUMMARY_PATH = `  /v1/orders/{orderId}/summary:
    parameters:
      - $ref: '#/components/parameters/OrderId'
    get:
      operationId: getOrderSummary
      tags: [orders]
      summary: Get one order for a list
      responses:
        '200':
          description: The order.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Order'
        '400':
          $ref: '#/components/responses/InvalidRequest'
        '404':
          $ref: '#/components/responses/NotFound'
        '429':
          $ref: '#/components/responses/TooManyRequests'
        '500':
          $ref: '#/components/responses/InternalError'

components:
  parameters:
    OrderId:
`;

const FASTIFY_SUMMARY = [
  {
    file: 'src/orders/routes.js',
    find: "  app.post('/:orderId/cancel', {",
    replace: `  app.get('/:orderId/summary', { schema: { params: orderParams, response: { 200: order } } }, (request) =>
    service.getOrder(request.params.orderId),
  );

  app.post('/:orderId/cancel', {`,
  },
  { file: 'openapi.yaml', find: 'components:\n  parameters:\n    OrderId:\n', replace: FASTIFY_SUMMARY_PATH },
];

const EXPRESS_TAGS = [
  {
    file: 'src/notes/routes.js',
    find: "  router.delete('/:noteId', async (request, response) => {",
    replace: `  router.get('/:noteId/tags', async (request, response) => {
    const note = await notes.find(request.userId, readId(request.params.noteId));
    if (note === null) throw new Problem(404, 'Not found', 'There is no such note.');
    response.json(note);
  });
  router.delete('/:noteId', async (request, response) => {`,
  },
  {
    file: 'openapi.yaml',
    find: '  /v1/notes/{noteId}:\n',
    replace: `  /v1/notes/{noteId}/tags:
    parameters:
      - name: noteId
        in: path
        required: true
        description: Identifies the note.
        schema:
          type: string
          pattern: ^[1-9][0-9]{0,15}$
    get:
      operationId: getNoteTags
      tags: [notes]
      summary: Show one of one's own notes with its tags
      responses:
        '200':
          description: The note.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Note'
        '401':
          $ref: '#/components/responses/NotSignedIn'
        '404':
          $ref: '#/components/responses/NotFound'
        '429':
          $ref: '#/components/responses/TooManyRequests'
        4XX:
          $ref: '#/components/responses/Refused'
        5XX:
          $ref: '#/components/responses/Unavailable'
  /v1/notes/{noteId}:
`,
  },
];

const CANCEL_409 = `  test('a shipped order answers 409', async () => {
    const [id] = await addOrders(1, 'shipped');
    assertProblem(await post(\`/v1/orders/\${id}/cancel\`), 409, 'order-not-cancellable');
  });

`;
const CANCEL_404 = `  test('an unknown order answers 404', async () => {
    assertProblem(await post(\`/v1/orders/\${randomUUID()}/cancel\`), 404, 'order-not-found');
  });
`;

/** Planted defects of tests (items 12, 31, 32, 34) and of documents (items 39, 40). */
export const TESTS_DEFECTS: readonly Defect[] = [
  {
    name: 'coverage-fastify-plugin-without-a-test',
    item: 'test-coverage',
    service: 'fastify',
    edits: [
      {
        file: 'src/plugins/maintenance.js',
        content: `/**
 * Refuses everything but health while the service is being worked on.
 *
 * @param {import('fastify').FastifyInstance} app
 * @param {{ until: () => number | null }} options
 */
export function maintenance(app, { until }) {
  app.addHook('onRequest', async (request, reply) => {
    const end = until();
    if (end === null) {
      return;
    }
    if (request.url === '/v1/health') {
      return;
    }
    const seconds = Math.ceil((end - Date.now()) / 1000);
    reply.header('retry-after', Math.max(seconds, 1));
    reply.code(503);
    await reply.send({ status: 503 });
  });
}
`,
      },
    ],
  },
  {
    name: 'coverage-express-module-without-a-test',
    item: 'test-coverage',
    service: 'express',
    edits: [{ file: 'src/notes/tags.js', content: SUMMARY_OF_NOTES }],
    also: ['unit-tests'],
  },
  {
    name: 'coverage-fastapi-module-without-a-test',
    item: 'test-coverage',
    service: 'fastapi',
    edits: [{ file: 'app/items/shortages.py', content: REPORT_PY }],
    also: ['unit-tests'],
  },
  {
    name: 'coverage-spring-class-without-a-test',
    item: 'test-coverage',
    service: 'spring',
    edits: [{ file: 'src/main/java/com/example/billing/service/Dunning.java', content: DUNNING_JAVA }],
    also: ['unit-tests'],
  },
  {
    name: 'unit-fastify-test-without-an-assertion',
    item: 'unit-tests',
    service: 'fastify',
    edits: [
      {
        file: 'test/orders/orders.test.js',
        find: "    assertProblem(await post(`/v1/orders/${id}/cancel`), 409, 'order-not-cancellable');",
        replace: '    await post(`/v1/orders/${id}/cancel`);',
      },
    ],
  },
  {
    name: 'unit-fastify-tests-that-notice-nothing',
    item: 'unit-tests',
    service: 'fastify',
    edits: [
      { file: 'src/orders/discount.js', content: DISCOUNT },
      { file: 'test/orders/discount.test.js', content: HOLLOW },
    ],
  },
  {
    name: 'unit-express-business-rules-without-a-test',
    item: 'unit-tests',
    service: 'express',
    edits: [{ file: 'src/notes/summary.js', content: SUMMARY_OF_NOTES }],
    also: ['test-coverage'],
  },
  {
    name: 'unit-express-skipped-test',
    item: 'unit-tests',
    service: 'express',
    edits: [
      {
        file: 'test/notes.test.js',
        find: "test('pages follow one another and do not overlap', async () => {",
        replace: "test.skip('pages follow one another and do not overlap', async () => {",
      },
    ],
  },
  {
    name: 'unit-fastapi-skipped-test',
    item: 'unit-tests',
    service: 'fastapi',
    edits: [
      {
        file: 'tests/items/test_items.py',
        find: 'def test_a_sku_is_given_once(client, create_item):',
        replace: '@pytest.mark.skip(reason="later")\ndef test_a_sku_is_given_once(client, create_item):',
      },
    ],
  },
  {
    name: 'unit-spring-disabled-test',
    item: 'unit-tests',
    service: 'spring',
    edits: [
      {
        file: 'src/test/java/com/example/billing/service/InvoiceServiceTest.java',
        find: '    @Test\n    void anInvoiceKeepsTheTimeItWasFirstIssued() {',
        replace:
          '    @Test\n    @org.junit.jupiter.api.Disabled\n    void anInvoiceKeepsTheTimeItWasFirstIssued() {',
      },
    ],
  },
  {
    name: 'integration-fastify-operation-without-a-test',
    item: 'integration-tests',
    service: 'fastify',
    edits: FASTIFY_SUMMARY,
    also: ['error-tests'],
  },
  {
    name: 'integration-express-operation-without-a-test',
    item: 'integration-tests',
    service: 'express',
    edits: EXPRESS_TAGS,
    also: ['error-tests'],
  },
  {
    name: 'integration-graphql-field-without-a-test',
    item: 'integration-tests',
    service: 'graphql',
    edits: [
      {
        file: 'schema.graphql',
        find: '  "What one costs."\n  price: Money!\n  "When',
        replace:
          '  "What one costs."\n  price: Money!\n  "How it is shown in an address."\n  slug: String\n  "When',
      },
    ],
  },
  {
    name: 'integration-fastapi-operation-without-a-test',
    item: 'integration-tests',
    service: 'fastapi',
    edits: [
      {
        file: 'app/health.py',
        find: '@router.get("", operation_id="getHealth"',
        replace:
          '@router.get("/live", operation_id="getLiveness", responses=problem_responses())\ndef get_liveness() -> Health:\n    return Health(status="ok")\n\n\n@router.get("", operation_id="getHealth"',
      },
      {
        file: 'openapi.yaml',
        find: '  /v1/items:\n    get:\n',
        replace: `  /v1/health/live:
    get:
      operationId: getLiveness
      tags: [health]
      summary: Tell whether the process answers
      responses:
        '200':
          description: It does.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Health'
        '503':
          $ref: '#/components/responses/Unavailable'

  /v1/items:
    get:
`,
      },
    ],
  },
  {
    name: 'errors-fastify-refusals-no-longer-tested',
    item: 'error-tests',
    service: 'fastify',
    edits: [
      { file: 'test/orders/orders.test.js', find: CANCEL_409, replace: '' },
      { file: 'test/orders/orders.test.js', find: CANCEL_404, replace: '' },
    ],
    also: ['unit-tests'],
  },
  {
    name: 'errors-express-new-operation-tested-for-success-only',
    item: 'error-tests',
    service: 'express',
    edits: [
      ...EXPRESS_TAGS,
      {
        file: 'test/notes.test.js',
        find: "test('pages follow one another and do not overlap', async () => {",
        replace: `test('a note is shown with its tags', async () => {
  const body = { title: 'Bread', tags: ['shop'] };
  const written = await service.call('POST', '/v1/notes', { token, body });
  const shown = await service.call('GET', \`/v1/notes/\${written.body.id}/tags\`, { token });
  assert.deepEqual(shown.body.tags, ['shop']);
  await service.call('DELETE', \`/v1/notes/\${written.body.id}\`, { token });
});

test('pages follow one another and do not overlap', async () => {`,
      },
    ],
  },
  {
    name: 'errors-fastapi-refusal-no-longer-tested',
    item: 'error-tests',
    service: 'fastapi',
    edits: [
      {
        file: 'tests/items/test_items.py',
        find: 'client.get("/v1/items", params={"limit": 0}), 422, "invalid-request")\n    assert [error["field"] for error in problem["errors"]] == ["query.limit"]',
        replace:
          'client.post("/v1/items", json={}), 422, "invalid-request")\n    assert len(problem["errors"]) > 1',
      },
    ],
  },
  {
    name: 'deploy-fastify-document-removed',
    item: 'deploy-docs',
    service: 'fastify',
    edits: [{ file: 'docs/deploy.md', remove: true }],
  },
  {
    name: 'deploy-fastify-script-that-is-not-there',
    item: 'deploy-docs',
    service: 'fastify',
    edits: [
      {
        file: 'docs/deploy.md',
        find: '4. Start: `node src/server.js`',
        replace: '4. Start: `npm run start:prod`',
      },
    ],
  },
  {
    name: 'deploy-express-variable-nobody-documents',
    item: 'deploy-docs',
    service: 'express',
    edits: [
      {
        file: 'src/config.js',
        find: '    port: Number(env.PORT ?? 3000),\n',
        replace: "    port: Number(env.PORT ?? 3000),\n    digestAt: env.DIGEST_AT ?? '06:00',\n",
      },
    ],
  },
  {
    name: 'deploy-fastapi-module-that-is-not-there',
    item: 'deploy-docs',
    service: 'fastapi',
    edits: [
      {
        file: 'docs/deploy.md',
        find: '4. Start: `uvicorn app.main:',
        replace: '4. Start: `uvicorn app.server:',
      },
    ],
  },
  {
    name: 'deploy-spring-jar-of-another-version',
    item: 'deploy-docs',
    service: 'spring',
    edits: [
      {
        file: 'docs/deploy.md',
        find: '`java -jar billing-service-1.0.0.jar`',
        replace: '`java -jar billing-service-0.9.0.jar`',
      },
    ],
  },
  {
    name: 'limitations-fastify-removed',
    item: 'known-limitations',
    service: 'fastify',
    edits: [{ file: 'docs/limitations.md', remove: true }],
  },
  {
    name: 'limitations-express-denied',
    item: 'known-limitations',
    service: 'express',
    edits: [{ file: 'docs/limitations.md', content: '# Known limitations\n\nNone.\n' }],
  },
  {
    name: 'limitations-fastapi-still-to-be-written',
    item: 'known-limitations',
    service: 'fastapi',
    edits: [
      {
        file: 'docs/limitations.md',
        content: '# Known limitations\n\n- TODO\n- TBD: collect them from the tickets\n',
      },
    ],
  },
  {
    name: 'limitations-spring-emptied',
    item: 'known-limitations',
    service: 'spring',
    edits: [{ file: 'docs/limitations.md', content: '# Known limitations\n' }],
  },
];
