// Needs the build (dist/), the network or a filled dependency store, Python and PostgreSQL: the samples are started.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  contractOutcome,
  mismatchLine,
  type ContractTestReport,
} from '../../src/domain/contract/contract-test-report';
import type { Survey } from '../../src/domain/target/survey';
import { surveyFiles } from '../../src/survey/survey-files';
import { createRepository, type Repository } from '../gate/tests/support';
import { sampleText } from './files';
import { openContracts, type ContractBench } from './service';

let bench: ContractBench;
let repository: Repository | undefined;
beforeAll(async () => {
  bench = await openContracts('installed');
});
afterEach(() => {
  repository?.dispose();
  repository = undefined;
});
afterAll(() => bench.dispose());

function surveyOf(path: string): Survey {
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !/^(?:\.git|node_modules)\//.test(name),
  );
  return surveyFiles({
    files,
    read: (name) => (files.includes(name) ? readFileSync(join(path, name), 'utf8') : null),
  });
}

async function reportOf(
  sample: string,
  path: string,
  more: { readonly changes?: Record<string, string>; readonly expectations?: Record<string, string> } = {},
): Promise<ContractTestReport> {
  repository = createRepository({ example: sample }, more.changes);
  const tested = await bench.test({
    repository,
    survey: surveyOf(repository.path),
    path,
    approved: sampleText(sample, path),
    ...more,
  });
  if (tested.kind !== 'tested') throw new Error(tested.reason);
  return tested.report;
}

const EXPECTATIONS = `version: 1
consumer: warehouse
expectations:
  - name: an item tells how many there are
    request: {method: GET, path: '/v1/items/{sku}'}
    response: {status: 200, schemas: {/on_hand: {type: integer, minimum: 0}}}
  - name: an unknown item is a problem
    request: {method: GET, path: /v1/items/NOTHING-0}
    response: {status: 404, body: {status: 404}, headers: {content-type: application/problem+json}}
`;

test('the inventory sample, on its database, answers as its spec says and as a consumer expects', async () => {
  const report = await reportOf('inventory-service', 'openapi.yaml', {
    expectations: { 'contracts/warehouse.yaml': EXPECTATIONS },
  });
  expect(report.mismatches.map(mismatchLine)).toEqual([]);
  expect(report.notExecuted).toEqual([]);
  expect(contractOutcome(report)).toBe('passed');
  expect(report.exchanges.length).toBeGreaterThanOrEqual(7);
});

test('a field renamed in the inventory sample is told where it is', async () => {
  const changed = (path: string, from: string, to: string): Record<string, string> => ({
    [path]: sampleText('inventory-service', path).replace(from, to),
  });
  const report = await reportOf('inventory-service', 'openapi.yaml', {
    changes: {
      ...changed('app/items/schemas.py', '    updated_at: datetime', '    changed_at: datetime'),
      ...changed('app/items/repository.py', 'on_hand, updated_at"', 'on_hand, updated_at as changed_at"'),
    },
  });
  expect(report.mismatches.map(mismatchLine)).toEqual(
    expect.arrayContaining([
      'GET /v1/items/{sku} · /updated_at: expected a value (string), got nothing',
      'POST /v1/items · /updated_at: expected a value (string), got nothing',
    ]),
  );
  expect(contractOutcome(report)).toBe('failed');
});

test('the catalog sample answers every query as its schema says', async () => {
  const report = await reportOf('catalog-service', 'schema.graphql');
  expect(report.mismatches.map(mismatchLine)).toEqual([]);
  expect(report.types?.compiled).toBe(true);
  const served = report.exchanges.filter(({ status }) => status === 200).map(({ operation }) => operation);
  expect(served).toEqual(expect.arrayContaining(['Query.categories', 'Query.products']));
});
