// Needs nothing but the package's own files.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Analysis } from '../../src/domain/plan/analysis';
import { Plan } from '../../src/domain/plan/plan';
import { checkPlan } from '../../src/domain/plan/plan-check';
import { SPECIALIST_NAMES } from '../../src/domain/department/specialists';
import { findCoverage } from '../../src/offline/coverage';
import { loadPlaybooks } from '../../src/offline/load-playbooks';
import { surveyFiles } from '../../src/survey/survey-files';

const ROOT = join(__dirname, '..', '..');
const SAMPLE = join(ROOT, 'examples', 'catalog-service');

async function answers(id: string): Promise<unknown> {
  const playbooks = await loadPlaybooks(join(ROOT, 'playbooks'));
  const reply = playbooks
    .find((playbook) => playbook.name === 'catalog')
    ?.answers.find((answer) => answer.id === id)?.reply;
  return reply?.kind === 'json' ? reply.value : undefined;
}

test("the playbook's plan is accepted without an error", async () => {
  const analysis = Analysis.parse(await answers('analyse'));
  const plan = Plan.parse(await answers('plan'));
  expect(checkPlan(plan, analysis, [...SPECIALIST_NAMES])).toEqual([]);
});

test('the schema comes first, by its architect; resolvers and limits beside each other, by another specialist', async () => {
  const { tasks } = Plan.parse(await answers('plan'));
  expect(tasks.map(({ id, specialist, kind, dependsOn }) => [id, specialist, kind, dependsOn])).toEqual([
    ['backend-T001', 'graphql-architect', 'contract', []],
    ['backend-T002', 'nodejs-expert', 'implementation', ['backend-T001']],
    ['backend-T003', 'nodejs-expert', 'implementation', ['backend-T001']],
    ['backend-T004', 'graphql-architect', 'documentation', ['backend-T002', 'backend-T003']],
    ['backend-T005', 'backend-architect', 'security-audit', ['backend-T002', 'backend-T003']],
    ['backend-T006', 'backend-architect', 'performance-test', ['backend-T004', 'backend-T005']],
  ]);
});

test('the objective is covered on the catalog, and only there', async () => {
  const playbooks = await loadPlaybooks(join(ROOT, 'playbooks'));
  const objective = 'Add product reviews to the catalog GraphQL schema';
  expect(findCoverage(playbooks, objective, 'catalog-service')?.name).toBe('catalog');
  expect(findCoverage(playbooks, objective, 'orders-service')).toBeNull();
  expect(findCoverage(playbooks, 'Add prices to the GraphQL schema', 'catalog-service')).toBeNull();
});

test('the sample is surveyed as a GraphQL service without a database', () => {
  const files = readdirSync(SAMPLE, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name).slice(SAMPLE.length + 1));
  expect(surveyFiles({ files, read: (path) => readFileSync(join(SAMPLE, path), 'utf8') })).toMatchObject({
    name: 'catalog-service',
    stack: 'node',
    framework: 'graphql-http',
    packageManager: 'npm',
    test: ['npm', 'test'],
    lint: ['npm', 'run', 'lint'],
    apiSpec: 'schema.graphql',
    migrations: null,
    database: 'none',
    conventions: ['AGENTS.md'],
    notes: [],
  });
});

test("the sample's lockfile names no registry and every dependency's digest", () => {
  const lockfile = readFileSync(join(SAMPLE, 'package-lock.json'), 'utf8');
  expect(lockfile).not.toMatch(/"resolved"/);
  expect(lockfile.match(/"node_modules\//g)?.length).toBe(lockfile.match(/"integrity": "sha512-/g)?.length);
});
