import { categoryRow, type ContextCategory } from './context-categories';
import type { COORDINATOR, FRONTEND_COORDINATOR, Specialist } from '../department/specialists';

export interface ContextRule {
  /** What the role's work needs; sent first. */
  readonly allow: readonly ContextCategory[];
  /** What never enters by default. */
  readonly deny: readonly ContextCategory[];
}

const IMPLEMENTER: ContextRule = {
  allow: ['api-contracts', 'business-logic', 'database-schema', 'error-handling', 'code-patterns'],
  deny: ['frontend-markup', 'database-administration'],
};

/** What each role may know (charter: "Context Filtering Rules"; the last five rows in its spirit). */
export const CONTEXT_RULES: Readonly<
  Record<Specialist | typeof COORDINATOR | typeof FRONTEND_COORDINATOR, ContextRule>
> = {
  'api-architect': {
    allow: ['api-contracts', 'frontend-integration', 'third-party-contracts', 'versioning-strategy'],
    deny: ['database-implementation', 'devops-configuration'],
  },
  'backend-architect': {
    allow: [
      'system-design',
      'performance-requirements',
      'scalability',
      'technology-options',
      'integration-patterns',
    ],
    deny: ['implementation-code', 'frontend-requirements'],
  },
  'nodejs-expert': IMPLEMENTER,
  'python-pro': IMPLEMENTER,
  'database-optimizer': {
    allow: ['data-model', 'performance-requirements', 'query-patterns', 'database-schema', 'scalability'],
    deny: ['business-logic', 'api-implementation'],
  },
  'java-expert': IMPLEMENTER,
  'graphql-architect': {
    allow: [
      'api-contracts',
      'frontend-integration',
      'third-party-contracts',
      'versioning-strategy',
      'data-model',
      'query-patterns',
      'performance-requirements',
    ],
    deny: ['database-administration', 'devops-configuration', 'frontend-markup'],
  },
  'database-admin': {
    allow: [
      'database-administration',
      'database-schema',
      'devops-configuration',
      'performance-requirements',
      'scalability',
    ],
    deny: ['business-logic', 'api-implementation', 'frontend-requirements'],
  },
  'backend-coordinator': {
    allow: [
      'api-contracts',
      'frontend-integration',
      'third-party-contracts',
      'versioning-strategy',
      'system-design',
      'performance-requirements',
      'scalability',
      'technology-options',
      'integration-patterns',
      'business-logic',
      'error-handling',
      'security-requirements',
      'data-model',
      'database-schema',
    ],
    deny: ['implementation-code', 'frontend-markup'],
  },
  'frontend-coordinator': {
    allow: [
      'api-contracts',
      'frontend-integration',
      'frontend-requirements',
      'versioning-strategy',
      'error-handling',
      'security-requirements',
    ],
    deny: ['implementation-code', 'database-implementation', 'devops-configuration'],
  },
};

/** The rule of a role; one that is not the department's own (brought by a target repository) implements. */
export function categoriesFor(role: string): ContextRule {
  return isRuled(role) ? CONTEXT_RULES[role] : IMPLEMENTER;
}

/**
 * Whether a role may be given this category by default. What its rule names decides; then what the rule denies
 * as a whole; where the rule is silent, backend context passes and everything else does not.
 */
export function mayReceive(role: string, category: ContextCategory): boolean {
  const { allow, deny } = categoriesFor(role);
  if (allow.includes(category)) return true;
  if (isDenied(deny, category)) return false;
  return categoryRow(category).backend;
}

export interface ContextItem {
  readonly category: ContextCategory;
  readonly text: string;
}

/** Divides context into what a role is sent, in the order given, and what is withheld from it. */
export function selectContext<T extends Pick<ContextItem, 'category'>>(
  role: string,
  items: readonly T[],
): { readonly sent: readonly T[]; readonly filtered: readonly T[] } {
  return {
    sent: items.filter((item) => mayReceive(role, item.category)),
    filtered: items.filter((item) => !mayReceive(role, item.category)),
  };
}

function isRuled(role: string): role is keyof typeof CONTEXT_RULES {
  return Object.hasOwn(CONTEXT_RULES, role);
}

function isDenied(deny: readonly ContextCategory[], category: ContextCategory): boolean {
  return deny.includes(category) || categoryRow(category).partOf.some((whole) => isDenied(deny, whole));
}
