import { GATE_ITEMS, type GateSlug } from './gate-items';
import type { Concern } from '../department/levels';
import type { Subject } from './receipt';

/**
 * What each gate item is about, and so which peer level 2 consults when it is red (`CONSULTATION`): performance,
 * database or contract; `other` has no peer. Build and tests are about nothing in particular.
 */
const ITEM_CONCERNS: Readonly<Record<GateSlug, Concern>> = {
  'rest-conventions': 'contract',
  'http-methods': 'contract',
  'response-codes': 'contract',
  'error-responses': 'contract',
  pagination: 'contract',
  'rate-limiting': 'contract',
  'api-versioning': 'contract',
  'style-guide': 'other',
  'no-hardcoded-secrets': 'other',
  'error-handling': 'other',
  'logging-context': 'other',
  'test-coverage': 'other',
  authentication: 'other',
  authorization: 'other',
  'sql-injection': 'database',
  cors: 'other',
  'brute-force': 'other',
  'no-sensitive-logs': 'other',
  'secrets-in-env': 'other',
  'no-n-plus-one': 'performance',
  indexes: 'performance',
  'response-time': 'performance',
  'memory-monitored': 'performance',
  'non-blocking': 'performance',
  caching: 'performance',
  'normalized-schema': 'database',
  'query-indexes': 'database',
  'migrations-tested': 'database',
  'backup-plan': 'database',
  'db-validation': 'database',
  'unit-tests': 'other',
  'integration-tests': 'other',
  'db-tests': 'database',
  'error-tests': 'other',
  'performance-tests': 'performance',
  'api-docs': 'contract',
  'why-comments': 'other',
  'schema-docs': 'database',
  'deploy-docs': 'other',
  'known-limitations': 'other',
};

/** The concern of a red subject. */
export function concernOfSubject(subject: Subject): Concern {
  const item = GATE_ITEMS.find((row) => row.slug === subject);
  return item === undefined ? 'other' : ITEM_CONCERNS[item.slug];
}
