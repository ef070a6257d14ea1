import { z } from 'zod';

/**
 * What context can be about, finest useful grain. `partOf` names wider categories: denying one of them denies the
 * part too, unless a role is allowed the part itself. Only categories with `backend: true` are relevant to a backend
 * role that says nothing about them.
 */
const CATEGORY_ROWS = [
  ['api-contracts', 'API requirements and contracts', 'endpoints, their inputs, outputs and errors'],
  ['frontend-integration', 'Frontend integration points', 'what clients call, when, and what they expect'],
  ['third-party-contracts', 'Third-party API contracts', 'what services outside the house offer and demand'],
  ['versioning-strategy', 'Versioning strategy', 'how interfaces change without breaking who uses them'],
  ['system-design', 'System design and architecture', 'services, their boundaries and why they are so'],
  ['performance-requirements', 'Performance requirements', 'limits for latency, throughput and memory'],
  ['scalability', 'Scalability constraints and scaling strategy', 'growth expected and how it is met'],
  ['technology-options', 'Technology stack options', 'languages, frameworks and products to choose from'],
  ['integration-patterns', 'Integration patterns', 'how services talk: calls, queues, events, retries'],
  ['business-logic', 'Business logic', 'the rules and use cases of the service'],
  ['error-handling', 'Error handling requirements', 'which failures are expected and what is owed then'],
  ['security-requirements', 'Security requirements', 'who may do what, and which standards bind'],
  ['code-patterns', 'Existing code patterns', 'conventions of the repository and examples of them'],
  ['implementation-code', 'Detailed implementation code', 'the sources of the service and their tests'],
  ['api-implementation', 'API implementation', 'sources that receive requests and answer them'],
  ['business-code', 'Business logic in code', 'sources that carry the rules of the service'],
  ['data-access-code', 'Data access in code', 'sources that read and write the database'],
  ['data-model', 'Data model requirements', 'what must be stored and how it hangs together'],
  ['query-patterns', 'Query patterns', 'which questions are put to the database, and how often'],
  ['database-schema', 'Database schema', 'tables, constraints, indexes and the migrations that make them'],
  ['database-implementation', 'Database implementation details', 'how data is stored and reached'],
  ['database-administration', 'Database administration', 'backups, roles, upkeep, replicas, recovery'],
  ['devops-configuration', 'DevOps configuration', 'images, pipelines, clusters and deployment'],
  ['frontend-requirements', 'Frontend requirements', 'what the user interface should look like and do'],
  ['frontend-markup', 'Frontend HTML and CSS', 'markup, styles and components of a user interface'],
] as const;

export const ContextCategory = z.enum(CATEGORY_ROWS.map(([key]) => key));
export type ContextCategory = (typeof CATEGORY_ROWS)[number][0];

const FRONTEND: ReadonlySet<ContextCategory> = new Set([
  'frontend-integration',
  'frontend-requirements',
  'frontend-markup',
]);

const PARTS: readonly { readonly part: ContextCategory; readonly of: readonly ContextCategory[] }[] = [
  { part: 'api-implementation', of: ['implementation-code'] },
  { part: 'business-code', of: ['implementation-code', 'business-logic'] },
  { part: 'data-access-code', of: ['implementation-code', 'database-implementation'] },
  { part: 'database-schema', of: ['database-implementation'] },
  { part: 'query-patterns', of: ['database-implementation'] },
  { part: 'database-administration', of: ['database-implementation'] },
  { part: 'frontend-markup', of: ['frontend-requirements'] },
];

export interface CategoryRow {
  readonly key: ContextCategory;
  readonly title: string;
  readonly meaning: string;
  readonly backend: boolean;
  readonly partOf: readonly ContextCategory[];
}

/** Every category, once. */
export const CONTEXT_CATEGORIES: readonly CategoryRow[] = CATEGORY_ROWS.map(([key, title, meaning]) => ({
  key,
  title,
  meaning,
  backend: !FRONTEND.has(key),
  partOf: PARTS.find((row) => row.part === key)?.of ?? [],
}));

export function categoryRow(category: ContextCategory): CategoryRow {
  const found = CONTEXT_CATEGORIES.find((row) => row.key === category);
  if (!found) throw new Error(`No context category ${category}`);
  return found;
}
