// Needs nothing.
import { CONTEXT_CATEGORIES, type ContextCategory } from '../../../src/domain/context/context-categories';
import { categoryOfPath } from '../../../src/domain/context/context-paths';
import {
  categoriesFor,
  CONTEXT_RULES,
  mayReceive,
  selectContext,
} from '../../../src/domain/context/context-rules';
import {
  COORDINATOR,
  FRONTEND_COORDINATOR,
  SPECIALIST_NAMES,
} from '../../../src/domain/department/specialists';

const IMPLEMENTER: [ContextCategory[], ContextCategory[]] = [
  ['api-contracts', 'business-logic', 'database-schema', 'error-handling', 'code-patterns'],
  ['frontend-markup', 'database-administration'],
];
const CHARTER: [string, ContextCategory[], ContextCategory[]][] = [
  [
    'api-architect',
    ['api-contracts', 'frontend-integration', 'third-party-contracts', 'versioning-strategy'],
    ['database-implementation', 'devops-configuration'],
  ],
  [
    'backend-architect',
    [
      'system-design',
      'performance-requirements',
      'scalability',
      'technology-options',
      'integration-patterns',
    ],
    ['implementation-code', 'frontend-requirements'],
  ],
  ['nodejs-expert', ...IMPLEMENTER],
  ['python-pro', ...IMPLEMENTER],
  [
    'database-optimizer',
    ['data-model', 'performance-requirements', 'query-patterns', 'database-schema', 'scalability'],
    ['business-logic', 'api-implementation'],
  ],
];

test.each(CHARTER)('@%s is allowed and denied what the charter says', (role, allow, deny) => {
  expect(categoriesFor(role)).toEqual({ allow, deny });
  expect(allow.filter((category) => !mayReceive(role, category))).toEqual([]);
  expect(deny.filter((category) => mayReceive(role, category))).toEqual([]);
});

test('every specialist, the coordinator and the frontend have a rule that does not contradict itself', () => {
  expect(Object.keys(CONTEXT_RULES).sort()).toEqual(
    [...SPECIALIST_NAMES, COORDINATOR, FRONTEND_COORDINATOR].sort(),
  );
  for (const { allow, deny } of Object.values(CONTEXT_RULES)) {
    expect(allow.filter((category) => deny.includes(category))).toEqual([]);
    expect(deny.length).toBeGreaterThan(0);
  }
});

test('each category has one row with a title and a meaning', () => {
  expect(new Set(CONTEXT_CATEGORIES.map((row) => row.key)).size).toBe(CONTEXT_CATEGORIES.length);
  expect(CONTEXT_CATEGORIES.filter((row) => row.title === '' || row.meaning === '')).toEqual([]);
});

test.each(['rust-expert', 'constructor', '__proto__'])('a role not of the house, %s, implements', (role) => {
  expect(categoriesFor(role)).toEqual(categoriesFor('nodejs-expert'));
});

test('what is denied as a whole is denied in its parts', () => {
  expect(mayReceive('api-architect', 'database-schema')).toBe(false);
  expect(mayReceive('api-architect', 'data-access-code')).toBe(false);
  expect(mayReceive('backend-architect', 'business-code')).toBe(false);
  expect(mayReceive('backend-architect', 'frontend-markup')).toBe(false);
  expect(mayReceive('database-optimizer', 'business-code')).toBe(false);
});

test('where a rule is silent, backend context passes and the frontend does not', () => {
  expect(mayReceive('nodejs-expert', 'performance-requirements')).toBe(true);
  expect(mayReceive('java-expert', 'security-requirements')).toBe(true);
  expect(mayReceive('nodejs-expert', 'frontend-requirements')).toBe(false);
  expect(mayReceive('database-optimizer', 'frontend-integration')).toBe(false);
});

test('the coordinator is never given code', () => {
  const code: ContextCategory[] = [
    'implementation-code',
    'api-implementation',
    'business-code',
    'data-access-code',
  ];
  expect(code.filter((category) => mayReceive(COORDINATOR, category))).toEqual([]);
});

test('context is divided into what is sent and what is withheld, in its order', () => {
  const items = [
    { category: 'devops-configuration', text: 'FROM node' },
    { category: 'api-contracts', text: 'GET /orders' },
    { category: 'database-schema', text: 'CREATE TABLE orders' },
    { category: 'versioning-strategy', text: '/v1' },
  ] as const;
  const { sent, filtered } = selectContext('api-architect', items);
  expect(sent.map((item) => item.text)).toEqual(['GET /orders', '/v1']);
  expect(filtered.map((item) => item.text)).toEqual(['FROM node', 'CREATE TABLE orders']);
});

test.each<[string, ContextCategory | null]>([
  ['openapi.yaml', 'api-contracts'],
  ['services/orders/api/openapi.v2.json', 'api-contracts'],
  ['src/schema.graphql', 'api-contracts'],
  ['docs/api/errors.md', 'api-contracts'],
  ['docs/decisions/0001-queues.md', 'system-design'],
  ['migrations/0001_orders.up.sql', 'database-schema'],
  ['orders/migrations/0002_auto.py', 'database-schema'],
  ['prisma/schema.prisma', 'database-schema'],
  ['src/queries/top-customers.sql', 'query-patterns'],
  ['docs/database.md', 'database-schema'],
  ['docs/backup-and-recovery.md', 'database-administration'],
  ['scripts/backup.sh', 'database-administration'],
  ['Dockerfile', 'devops-configuration'],
  ['deploy/Dockerfile.worker', 'devops-configuration'],
  ['docker-compose.yml', 'devops-configuration'],
  ['.github/workflows/ci.yml', 'devops-configuration'],
  ['k8s/orders.yaml', 'devops-configuration'],
  ['docs/deployment.md', 'devops-configuration'],
  ['frontend/src/app.js', 'frontend-markup'],
  ['src/templates/mail.html', 'frontend-markup'],
  ['public/site.css', 'frontend-markup'],
  ['src/Button.tsx', 'frontend-markup'],
  ['AGENTS.md', 'code-patterns'],
  ['eslint.config.js', 'code-patterns'],
  ['src/orders/routes.js', 'api-implementation'],
  ['src/plugins/auth.js', 'api-implementation'],
  ['src/main/java/shop/OrderController.java', 'api-implementation'],
  ['orders/views.py', 'api-implementation'],
  ['src/orders/repository.js', 'data-access-code'],
  ['src/db/pool.js', 'data-access-code'],
  ['src/main/java/shop/OrderRepository.java', 'data-access-code'],
  ['src/orders/service.js', 'business-code'],
  ['src/orders/order.service.ts', 'business-code'],
  ['src/app.js', 'implementation-code'],
  ['src/preview.ts', 'implementation-code'],
  ['src/restore.ts', 'implementation-code'],
  ['test/orders/routes.test.js', 'implementation-code'],
  ['src/orders/cursor.js', 'implementation-code'],
  ['./src/orders/cursor.js', 'implementation-code'],
  ['package.json', null],
  ['README.md', null],
  ['LICENSE', null],
])('%s is about %s', (path, category) => {
  expect(categoryOfPath(path)).toBe(category);
});
