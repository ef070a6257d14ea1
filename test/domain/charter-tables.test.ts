// Needs nothing.
import { API_CONTRACT_STEPS } from '../../src/domain/contract/api-contract';
import { DATABASE_CHANGE_STEPS } from '../../src/domain/database/database-change';
import {
  GATE_ITEMS,
  GATE_SECTIONS,
  gateItem,
  ITEMS_NEEDING_A_HUMAN,
} from '../../src/domain/quality-gate/gate-items';
import { CONCERNS, CONSULTATION, LEVELS, peerFor } from '../../src/domain/department/levels';
import { METRICS } from '../../src/domain/usage/metrics';
import { COORDINATOR, SPECIALIST_NAMES } from '../../src/domain/department/specialists';
import { TRIGGERS } from '../../src/domain/department/triggers';

test('the department has eight specialists', () => {
  expect(SPECIALIST_NAMES).toEqual([
    'api-architect',
    'backend-architect',
    'nodejs-expert',
    'python-pro',
    'java-expert',
    'graphql-architect',
    'database-optimizer',
    'database-admin',
  ]);
});

test('the gate has 40 items in 7 sections, numbered in the order of the charter', () => {
  const slugs = [
    'rest-conventions http-methods response-codes error-responses pagination rate-limiting api-versioning',
    'style-guide no-hardcoded-secrets error-handling logging-context test-coverage',
    'authentication authorization sql-injection cors brute-force no-sensitive-logs secrets-in-env',
    'no-n-plus-one indexes response-time memory-monitored non-blocking caching',
    'normalized-schema query-indexes migrations-tested backup-plan db-validation',
    'unit-tests integration-tests db-tests error-tests performance-tests',
    'api-docs why-comments schema-docs deploy-docs known-limitations',
  ];
  expect(GATE_SECTIONS.map((row) => row.items.map(([slug]) => slug).join(' '))).toEqual(slugs);
  expect(GATE_ITEMS.map((row) => row.slug)).toEqual(slugs.join(' ').split(' '));
  expect(GATE_ITEMS.map((row) => row.item)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
});

test('secrets, the security section and tested migrations are the items a human is asked about', () => {
  const security = GATE_ITEMS.filter((row) => row.section === 'security').map((row) => row.item);
  const expected = [gateItem('no-hardcoded-secrets').item, ...security, gateItem('migrations-tested').item];
  expect([...ITEMS_NEEDING_A_HUMAN].sort((a, b) => a - b)).toEqual(expected);
});

test('the ladder has the first attempt and four levels above it', () => {
  expect(LEVELS.map((row) => [row.level, row.who, row.attempts])).toEqual([
    [0, 'specialist', 1],
    [1, 'specialist', 2],
    [2, 'peer', 2],
    [3, 'coordinator', 2],
    [4, 'human', 0],
  ]);
});

test('level 2 asks the peer of the concern, and nobody where there is none', () => {
  expect(CONSULTATION).toEqual([
    { concern: 'performance', peer: 'backend-architect' },
    { concern: 'database', peer: 'database-optimizer' },
    { concern: 'contract', peer: 'api-architect' },
  ]);
  const others = CONCERNS.filter((concern) => !CONSULTATION.some((row) => row.concern === concern));
  expect(others.map((concern) => peerFor(concern, 'nodejs-expert'))).toEqual(others.map(() => null));
});

test('nobody is their own peer', () => {
  expect(CONSULTATION.map((row) => peerFor(row.concern, row.peer))).toEqual([null, null, null]);
});

test('seven triggers go to level 4 at once, each with a detector', () => {
  expect(TRIGGERS.map((row) => row.name)).toEqual([
    'architectural-question',
    'performance-unachievable',
    'security-concern',
    'breaking-change',
    'cross-service-conflict',
    'database-design-conflict',
    'timeline-concern',
  ]);
  expect(TRIGGERS.filter((row) => row.detector.trim() === '')).toEqual([]);
});

test('a database change has six steps from design to monitoring', () => {
  expect(DATABASE_CHANGE_STEPS.map((row) => [row.key, row.who])).toEqual([
    ['design', 'database-optimizer'],
    ['script', 'database-optimizer'],
    ['replica', 'database-optimizer'],
    ['deployment', 'database-admin'],
    ['rollout', COORDINATOR],
    ['monitor', 'database-admin'],
  ]);
});

test('an API contract has five steps from design to the integration test', () => {
  expect(API_CONTRACT_STEPS.map((row) => [row.key, ...row.who])).toEqual([
    ['design', 'api-architect'],
    ['share', 'backend-coordinator'],
    ['validate', 'frontend-coordinator'],
    ['implement', 'implementers'],
    ['integrate', 'implementers', 'frontend-coordinator'],
  ]);
});

test('the department tracks eight metrics, each with a formula and a source', () => {
  expect(METRICS.map((row) => row.name)).toEqual([
    'backend_tasks_completed',
    'backend_avg_completion_time',
    'backend_success_rate',
    'api_endpoint_coverage',
    'test_coverage',
    'database_query_performance',
    'security_audit_pass_rate',
    'api_response_time_p95',
  ]);
  expect(METRICS.filter((row) => row.formula.length === 0 || row.source.length === 0)).toEqual([]);
});
