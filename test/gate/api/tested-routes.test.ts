// Needs nothing.
import { TESTED_ROUTES_CHECKER, undocumentedRoutes } from '../../../src/gate/checkers/api/tested-routes';
import type { RecordedRequest, TestRun } from '../../../src/gate/facts/test-run';
import { inspectFiles, outcomeOf } from './support';

const OPERATIONS = [
  { method: 'GET', path: '/v1/orders' },
  { method: 'GET', path: '/v1/orders/{id}' },
];

function request(
  row: string,
  status = 200,
  contentType: string | null = 'application/json',
): RecordedRequest {
  const [method = '', path = ''] = row.split(' ');
  return { method, path, status, contentType, body: null, document: null };
}

const FILES = {
  'openapi.json': JSON.stringify({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    paths: { '/v1/orders': { get: {} } },
  }),
};

/** A run of which only the requests matter. */
function testRun(requests: TestRun['requests']): Promise<TestRun> {
  const run: Partial<TestRun> = { requests };
  return Promise.resolve(run as TestRun);
}

describe('a route that answered in the tests', () => {
  it.each([
    ['GET /v1/refunds', 200],
    ['POST /v1/orders', 201],
    ['DELETE /v1/orders/7', 204],
    ['PUT /v1/refunds/7', 409],
    ['POST /v1/refunds', 422],
  ])('is undocumented: %s with %d', (row, status) => {
    expect(undocumentedRoutes(OPERATIONS, [request(row, status)])).toHaveLength(1);
  });

  it.each([
    ['GET /v1/orders', 200],
    ['GET /v1/orders/7', 404],
    ['HEAD /v1/orders', 200],
    ['GET /v1/nothing', 404],
    ['GET /v1/nothing', 401],
    ['POST /v1/nothing', 415],
    ['POST /v1/nothing', 400],
    ['PUT /v1/orders', 405],
    ['OPTIONS /v1/orders', 204],
    ['GET /v1/broken', 500],
    ['GET /health', 200],
    ['GET /metrics', 200],
    ['GET /openapi.json', 200],
    ['GET /assets/app.css', 200],
  ])('is none, or documented: %s with %d', (row, status) => {
    expect(undocumentedRoutes(OPERATIONS, [request(row, status)])).toEqual([]);
  });

  it('is told once for all its ids, and not for a page of HTML', () => {
    const found = undocumentedRoutes(OPERATIONS, [
      request('GET /v1/refunds/7'),
      request('GET /v1/refunds/8'),
      request('GET /', 200, 'text/html; charset=utf-8'),
    ]);
    expect(found.map(({ path }) => path)).toEqual(['/v1/refunds/7']);
  });

  it('makes the documentation fail', async () => {
    const inspection = inspectFiles(
      FILES,
      { apiSpec: 'openapi.json' },
      { tests: () => testRun({ kind: 'recorded', value: [request('GET /v1/refunds')] }) },
    );
    expect(await outcomeOf(TESTED_ROUTES_CHECKER, inspection)).toMatchObject({
      kind: 'ran-found',
      findings: [{ key: 'undocumented-route GET /v1/refunds' }],
    });
  });

  it('says nothing where no requests were recorded', async () => {
    const inspection = inspectFiles(
      FILES,
      { apiSpec: 'openapi.json' },
      {
        tests: () =>
          testRun({ kind: 'estimated', value: [request('GET /v1/refunds')], how: 'by their text' }),
      },
    );
    expect(await outcomeOf(TESTED_ROUTES_CHECKER, inspection)).toMatchObject({
      kind: 'not-applicable',
      rule: 'requests-not-recorded',
    });
  });
});
