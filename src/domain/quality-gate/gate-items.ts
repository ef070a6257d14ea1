import { z } from 'zod';

/**
 * The charter's quality-gate checklist: 40 items in 7 sections, in its order; item numbers start at 1.
 * `demand` is the item in the department's words. Who decides: `tool` a rule over something that ran, alone; `mixed` a
 * tool may fail it, and a reviewer has to agree before it passes; `reviewer` judgement alone. Adding an item is
 * adding a row.
 */
export const GATE_SECTIONS = [
  {
    section: 'api-design',
    title: 'API design',
    items: [
      ['rest-conventions', 'endpoints follow REST conventions, or GraphQL best practice', 'mixed'],
      ['http-methods', 'each operation uses the right HTTP method', 'mixed'],
      ['response-codes', 'response codes fit what happened', 'tool'],
      ['error-responses', 'errors share one documented shape', 'tool'],
      ['pagination', 'lists are paginated with an upper bound', 'tool'],
      ['rate-limiting', 'a rate limit is configured', 'tool'],
      ['api-versioning', 'the versioning strategy is visible in the API', 'tool'],
    ],
  },
  {
    section: 'code-quality',
    title: 'Code quality',
    items: [
      ['style-guide', "the code passes the project's own linter", 'tool'],
      ['no-hardcoded-secrets', 'no secret or credential is in the tree or its commits', 'mixed'],
      ['error-handling', 'failures are handled everywhere they can occur', 'mixed'],
      ['logging-context', 'log lines carry the request they belong to', 'tool'],
      ['test-coverage', 'the code is testable and tested: 80 % of lines or more', 'tool'],
    ],
  },
  {
    section: 'security',
    title: 'Security',
    items: [
      ['authentication', 'callers are authenticated properly', 'mixed'],
      ['authorization', 'every endpoint checks what the caller may do', 'mixed'],
      ['sql-injection', 'queries are parameterised', 'tool'],
      ['cors', 'CORS admits only the origins meant', 'tool'],
      ['brute-force', 'guessing credentials is rate limited', 'tool'],
      ['no-sensitive-logs', 'no sensitive data reaches a log', 'tool'],
      ['secrets-in-env', 'secrets come from the environment', 'tool'],
    ],
  },
  {
    section: 'performance',
    title: 'Performance',
    items: [
      ['no-n-plus-one', 'no query count grows with the rows returned', 'tool'],
      ['indexes', 'appropriate indexes exist', 'tool'],
      ['response-time', 'p95 response time is below the agreed limit', 'tool'],
      ['memory-monitored', 'memory use is observable and stable under load', 'mixed'],
      ['non-blocking', 'request handlers do not block', 'tool'],
      ['caching', 'caching is used where it pays', 'reviewer'],
    ],
  },
  {
    section: 'database',
    title: 'Database',
    items: [
      ['normalized-schema', 'the schema is normalised where it should be', 'mixed'],
      ['query-indexes', 'common queries are served by an index', 'tool'],
      ['migrations-tested', 'migrations were run up, down and up again', 'tool'],
      ['backup-plan', 'backup and recovery are documented', 'mixed'],
      ['db-validation', 'the database itself refuses invalid data', 'tool'],
    ],
  },
  {
    section: 'testing',
    title: 'Testing',
    items: [
      ['unit-tests', 'business logic has unit tests', 'tool'],
      ['integration-tests', 'endpoints have integration tests', 'tool'],
      ['db-tests', 'database code is tested with fixtures', 'tool'],
      ['error-tests', 'error paths are tested', 'tool'],
      ['performance-tests', 'performance tests were run', 'tool'],
    ],
  },
  {
    section: 'documentation',
    title: 'Documentation',
    items: [
      ['api-docs', 'the API is documented by a spec', 'tool'],
      ['why-comments', 'comments give reasons', 'reviewer'],
      ['schema-docs', 'the database schema is documented', 'tool'],
      ['deploy-docs', 'the deployment procedure is documented', 'mixed'],
      ['known-limitations', 'known limitations are written down', 'mixed'],
    ],
  },
] as const;

type GateSection = (typeof GATE_SECTIONS)[number]['section'];
export type GateSlug = (typeof GATE_SECTIONS)[number]['items'][number][0];

/** Who decides an item; see `GATE_SECTIONS`. */
type DecidedBy = (typeof GATE_SECTIONS)[number]['items'][number][2];

export interface GateItem {
  /** 1 to 40, in the charter's order. */
  readonly item: number;
  readonly slug: GateSlug;
  readonly section: GateSection;
  readonly demand: string;
  readonly decidedBy: DecidedBy;
}

export const GATE_ITEMS: readonly GateItem[] = GATE_SECTIONS.flatMap((row) =>
  row.items.map(([slug, demand, decidedBy]) => ({ slug, demand, decidedBy, section: row.section })),
).map((row, index) => ({ item: index + 1, ...row }));

export const GateSlug = z.enum(GATE_SECTIONS.flatMap((row) => row.items.map(([slug]) => slug)));

/** Items whose `needs-review` asks level 4 once: secrets, the security section, tested migrations. */
export const ITEMS_NEEDING_A_HUMAN: ReadonlySet<number> = new Set([9, 13, 14, 15, 16, 17, 18, 19, 28]);

export function gateItem(slug: GateSlug): GateItem {
  const found = GATE_ITEMS.find((row) => row.slug === slug);
  if (!found) throw new Error(`No gate item ${slug}`);
  return found;
}
