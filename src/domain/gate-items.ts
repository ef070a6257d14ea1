import { z } from 'zod';

/**
 * The charter's quality-gate checklist: 40 items in 7 sections, in its order; item numbers start at 1.
 * `demand` is the item in the department's words. Adding an item is adding a row.
 */
export const GATE_SECTIONS = [
  {
    section: 'api-design',
    title: 'API design',
    items: [
      ['rest-conventions', 'endpoints follow REST conventions, or GraphQL best practice'],
      ['http-methods', 'each operation uses the right HTTP method'],
      ['response-codes', 'response codes fit what happened'],
      ['error-responses', 'errors share one documented shape'],
      ['pagination', 'lists are paginated with an upper bound'],
      ['rate-limiting', 'a rate limit is configured'],
      ['api-versioning', 'the versioning strategy is visible in the API'],
    ],
  },
  {
    section: 'code-quality',
    title: 'Code quality',
    items: [
      ['style-guide', "the code passes the project's own linter"],
      ['no-hardcoded-secrets', 'no secret or credential is in the tree or its commits'],
      ['error-handling', 'failures are handled everywhere they can occur'],
      ['logging-context', 'log lines carry the request they belong to'],
      ['test-coverage', 'the code is testable and tested: 80 % of lines or more'],
    ],
  },
  {
    section: 'security',
    title: 'Security',
    items: [
      ['authentication', 'callers are authenticated properly'],
      ['authorization', 'every endpoint checks what the caller may do'],
      ['sql-injection', 'queries are parameterised'],
      ['cors', 'CORS admits only the origins meant'],
      ['brute-force', 'guessing credentials is rate limited'],
      ['no-sensitive-logs', 'no sensitive data reaches a log'],
      ['secrets-in-env', 'secrets come from the environment'],
    ],
  },
  {
    section: 'performance',
    title: 'Performance',
    items: [
      ['no-n-plus-one', 'no query count grows with the rows returned'],
      ['indexes', 'appropriate indexes exist'],
      ['response-time', 'p95 response time is below the agreed limit'],
      ['memory-monitored', 'memory use is observable and stable under load'],
      ['non-blocking', 'request handlers do not block'],
      ['caching', 'caching is used where it pays'],
    ],
  },
  {
    section: 'database',
    title: 'Database',
    items: [
      ['normalized-schema', 'the schema is normalised where it should be'],
      ['query-indexes', 'common queries are served by an index'],
      ['migrations-tested', 'migrations were run up, down and up again'],
      ['backup-plan', 'backup and recovery are documented'],
      ['db-validation', 'the database itself refuses invalid data'],
    ],
  },
  {
    section: 'testing',
    title: 'Testing',
    items: [
      ['unit-tests', 'business logic has unit tests'],
      ['integration-tests', 'endpoints have integration tests'],
      ['db-tests', 'database code is tested with fixtures'],
      ['error-tests', 'error paths are tested'],
      ['performance-tests', 'performance tests were run'],
    ],
  },
  {
    section: 'documentation',
    title: 'Documentation',
    items: [
      ['api-docs', 'the API is documented by a spec'],
      ['why-comments', 'comments give reasons'],
      ['schema-docs', 'the database schema is documented'],
      ['deploy-docs', 'the deployment procedure is documented'],
      ['known-limitations', 'known limitations are written down'],
    ],
  },
] as const;

type GateSection = (typeof GATE_SECTIONS)[number]['section'];
export type GateSlug = (typeof GATE_SECTIONS)[number]['items'][number][0];

export interface GateItem {
  /** 1 to 40, in the charter's order. */
  readonly item: number;
  readonly slug: GateSlug;
  readonly section: GateSection;
  readonly demand: string;
}

export const GATE_ITEMS: readonly GateItem[] = GATE_SECTIONS.flatMap((row) =>
  row.items.map(([slug, demand]) => ({ slug, demand, section: row.section })),
).map((row, index) => ({ item: index + 1, ...row }));

export const GateSlug = z.enum(GATE_SECTIONS.flatMap((row) => row.items.map(([slug]) => slug)));

/** Items whose `needs-review` asks level 4 once: secrets, the security section, tested migrations. */
export const ITEMS_NEEDING_A_HUMAN: ReadonlySet<number> = new Set([9, 13, 14, 15, 16, 17, 18, 19, 28]);

export function gateItem(slug: GateSlug): GateItem {
  const found = GATE_ITEMS.find((row) => row.slug === slug);
  if (!found) throw new Error(`No gate item ${slug}`);
  return found;
}
