// Needs a Temporal server: the queries of docs/web-ui.md, as they stand there, on workflows in the states they speak of.
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { eventually } from '../support/eventually';
import { startTemporal } from '../support/temporal-server';
import { code, readDocument, table } from './documents';

const STATUS = defineSearchAttributeKey('CoordinatorStatus', 'KEYWORD');
const LEVEL = defineSearchAttributeKey('CoordinatorEscalationLevel', 'INT');
const REPOSITORY = defineSearchAttributeKey('CoordinatorRepository', 'KEYWORD');

const document = readDocument('docs/web-ui.md');
const queries = table(document, 'what').map(([what = '', query = '']) => [what, code(query)] as const);
const ID = 'objective-add-user-authentication-system-with-0c5ddce6';
const SAMPLE = 'sample orders-service 1.0.0';

type Row = readonly [id: string, type: string, state: string | null, level: number, closed?: 'terminated'];

const ROWS: readonly Row[] = [
  [ID, 'objectiveWorkflow', 'awaiting-human', 4],
  [`${ID}/contract/openapi`, 'apiContractWorkflow', null, 0],
  [`${ID}/deployment`, 'deploymentWatchWorkflow', 'awaiting-human', 4],
  ['objective-plan-1', 'objectiveWorkflow', 'awaiting-approval', 0],
  ['objective-busy-2', 'objectiveWorkflow', 'running', 2],
  ['objective-paused-3', 'objectiveWorkflow', 'paused', 0],
  ['objective-contract-4', 'objectiveWorkflow', 'awaiting-human', 0],
  ['objective-done-5', 'objectiveWorkflow', 'delivered', 0, 'terminated'],
  ['objective-red-6', 'objectiveWorkflow', 'failed', 0, 'terminated'],
  ['objective-done-5/deployment', 'deploymentWatchWorkflow', 'awaiting-deployment', 0],
];

/** What each query finds, by the words beside it. */
const FOUND: Readonly<Record<string, readonly string[]>> = {
  'open questions': [ID, `${ID}/deployment`],
  'everything that waits': [ID, `${ID}/deployment`, 'objective-plan-1', 'objective-contract-4'],
  'watches over': [`${ID}/deployment`],
  'objectives under way': [
    ...[ID, 'objective-plan-1', 'objective-busy-2', 'objective-paused-3', 'objective-contract-4'],
  ],
  'objectives that are in trouble': [ID, 'objective-busy-2'],
  'paused objectives': ['objective-paused-3'],
  'everything of one repository': [ID, `${ID}/contract/openapi`, `${ID}/deployment`],
  'one objective': [ID, `${ID}/contract/openapi`, `${ID}/deployment`],
  'delivered in': ['objective-done-5'],
  'ended without': ['objective-red-6'],
  'deployments nobody': ['objective-done-5/deployment'],
  defects: [],
};

let temporal: TestWorkflowEnvironment;
beforeAll(async () => {
  temporal = await startTemporal();
  // Nobody works on them: they stay as they were started.
  const { workflow } = temporal.client;
  for (const [workflowId, type, state, level, closed] of ROWS) {
    const repository = workflowId.startsWith(ID) ? SAMPLE : 'git.example/shop';
    const handle = await workflow.start(type, {
      workflowId,
      taskQueue: 'nobody',
      typedSearchAttributes: new TypedSearchAttributes([
        { key: REPOSITORY, value: repository },
        ...(state === null
          ? []
          : [
              { key: STATUS, value: state },
              { key: LEVEL, value: level },
            ]),
      ]),
    });
    if (closed !== undefined) await handle.terminate();
  }
});
afterAll(() => temporal.teardown());

async function idsOf(query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of temporal.client.workflow.list({ query })) ids.push(workflowId);
  return ids.sort();
}

test('every query of the document is tried here', () => {
  const keys = Object.keys(FOUND);
  expect(queries.map(([what]) => keys.find((key) => what.startsWith(key)))).toEqual(keys);
});

test.each(queries)('%s: %s', async (what, query) => {
  const expected = Object.entries(FOUND).find(([key]) => what.startsWith(key))?.[1] ?? [
    'nothing is expected',
  ];
  const sorted = [...expected].sort();
  // Visibility follows a moment later.
  const found = await eventually(
    () => idsOf(query),
    (ids) => ids.join() === sorted.join(),
  );
  expect(found).toEqual(sorted);
});

test('every picture the documents show is there, and every picture there is shown', () => {
  const files = [
    'README.md',
    'CONTRIBUTING.md',
    ...readdirSync(join(packageRoot(), 'docs')).flatMap((name) =>
      name.endsWith('.md') ? [`docs/${name}`] : [],
    ),
  ];
  const shown = files.flatMap((file) =>
    [...readDocument(file).matchAll(/!\[[^\]]*\]\((?:docs\/)?images\/([\w-]+\.png)\)/g)].map(
      ([, name]) => name,
    ),
  );
  expect([...new Set(shown)].sort()).toEqual(readdirSync(join(packageRoot(), 'docs', 'images')).sort());
});
