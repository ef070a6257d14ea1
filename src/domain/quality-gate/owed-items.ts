import { GATE_ITEMS, type GateSlug } from './gate-items';
import type { PlanTask, TaskKind } from '../plan/plan';

/**
 * Items every task owes: they speak of what was written, so whoever wrote it can mend it. Items that speak of what is
 * missing, such as a route that is in the spec and not in the code yet, are owed by the task whose plan says so.
 */
const EVERY_TASK: readonly GateSlug[] = [
  'style-guide',
  'no-hardcoded-secrets',
  'error-handling',
  'sql-injection',
  'secrets-in-env',
  'non-blocking',
];

/** What a task owes by its kind, whatever the plan says. */
const BY_KIND: Readonly<Record<TaskKind, readonly GateSlug[]>> = {
  contract: ['rest-conventions', 'http-methods', 'response-codes', 'error-responses', 'api-versioning'],
  schema: ['migrations-tested'],
  implementation: ['no-n-plus-one'],
  operations: [],
  'security-audit': [],
  'performance-test': [],
  documentation: [],
  repair: [],
};

/** The gate items a task is held to, in the charter's order; of these its own gate checks those that are cheap. */
export function owedItems(task: Pick<PlanTask, 'kind' | 'gateItems'>): GateSlug[] {
  const owed = new Set<GateSlug>([...EVERY_TASK, ...BY_KIND[task.kind], ...task.gateItems]);
  return GATE_ITEMS.flatMap(({ slug }) => (owed.has(slug) ? [slug] : []));
}
