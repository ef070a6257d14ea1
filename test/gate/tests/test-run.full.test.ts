// Needs npm and pip with their registries, Python 3.11, a PostgreSQL of the chain; bubblewrap when it is there.
import type { RecordedRequest, TestRun } from '../../../src/gate/facts/test-run';
import { createRepository, inspectRepository } from './support';

async function runOf(example: string): Promise<TestRun> {
  const repository = createRepository({ example });
  const opened = await inspectRepository(repository);
  try {
    return await opened.inspection.tests();
  } finally {
    await opened.dispose();
    repository.dispose();
  }
}

function requestsOf({ requests }: TestRun): readonly RecordedRequest[] {
  if (requests.kind !== 'recorded') throw new Error(`no requests: ${JSON.stringify(requests)}`);
  return requests.value;
}

test('a Fastify service: coverage by lines, injected requests, statements of all its databases', async () => {
  const run = await runOf('orders-service');
  expect(run.outcome).toMatchObject({ kind: 'ran-clean' });
  expect(run).toMatchObject({ argv: ['npm', 'run', 'coverage'], wrapsTests: true });
  expect(run.testsRun).toBeGreaterThan(40);
  if (run.coverage.kind !== 'recorded') throw new Error(JSON.stringify(run.coverage));
  expect(run.coverage.value.percent).toBeGreaterThan(90);
  expect(run.coverage.value.neverLoaded).toEqual([]);
  expect(run.coverage.value.files.get('src/orders/service.js')?.covered.size).toBeGreaterThan(30);
  expect([...run.coverage.value.files.keys()].filter((path) => !path.startsWith('src/'))).toEqual([]);
  const created = requestsOf(run).find(({ method, status }) => method === 'POST' && status === 201);
  expect(created).toMatchObject({ path: '/v1/orders', contentType: expect.stringContaining('json') });
  expect(JSON.parse(created?.body ?? '')).toMatchObject({ status: 'pending' });
  expect(requestsOf(run).every(({ path }) => !path.includes('?'))).toBe(true);
  if (run.statements.kind !== 'recorded') throw new Error(JSON.stringify(run.statements));
  expect(run.statements.value.some(({ query }) => query.includes('insert into orders'))).toBe(true);
  expect(run.statements.value.some(({ query }) => /create database|pg_stat_statements/i.test(query))).toBe(
    false,
  );
});

test('a GraphQL service without a port: executed documents', async () => {
  const run = await runOf('catalog-service');
  expect(run.outcome).toMatchObject({ kind: 'ran-clean' });
  const documents = requestsOf(run).flatMap(({ document }) => document ?? []);
  expect(documents.some((document) => document.includes('changePrice'))).toBe(true);
  expect(run.statements).toMatchObject({ kind: 'absent' });
});

test('a FastAPI service: coverage of coverage.py, requests of the test client', async () => {
  const run = await runOf('inventory-service');
  expect(run.outcome).toMatchObject({ kind: 'ran-clean' });
  expect(run.wrapsTests).toBe(true);
  if (run.coverage.kind !== 'recorded') throw new Error(JSON.stringify(run.coverage));
  expect(run.coverage.value.percent).toBeGreaterThan(90);
  const statuses = new Set(
    requestsOf(run).map(({ method, path, status }) => `${method} ${path} ${String(status)}`),
  );
  expect(statuses).toContain('POST /v1/items 409');
  expect(statuses).toContain('GET /v1/items/NOTHING 404');
  expect(run.statements).toMatchObject({ kind: 'recorded' });
});
