import type { GateSlug } from '../../../../domain/quality-gate/gate-items';

/** A bug pattern of SpotBugs or find-sec-bugs that speaks of an item. */
export interface BugPattern {
  readonly id: string;
  readonly item: Extract<GateSlug, 'sql-injection' | 'error-handling'>;
  /** Whether it counts at these lines, the first of which is the one it names; absent: always. */
  readonly when?: (lines: readonly string[]) => boolean;
}

/** A catch that says why it does nothing; comments are not in the compiled class. */
const isUnexplained = (lines: readonly string[]): boolean => {
  const text = lines.join('\n');
  const [body = ''] = text.slice(Math.max(0, text.search(/\bcatch\b/))).split('}', 1);
  return !/\/[/*]/.test(body);
};

/** What counts. The resource patterns named `OBL_` are left out: they also speak of what a caller closes. */
export const BUG_PATTERNS: readonly BugPattern[] = [
  { id: 'SQL_NONCONSTANT_STRING_PASSED_TO_EXECUTE', item: 'sql-injection' },
  { id: 'SQL_PREPARED_STATEMENT_GENERATED_FROM_NONCONSTANT_STRING', item: 'sql-injection' },
  { id: 'SQL_INJECTION', item: 'sql-injection' },
  { id: 'SQL_INJECTION_JDBC', item: 'sql-injection' },
  { id: 'SQL_INJECTION_SPRING_JDBC', item: 'sql-injection' },
  { id: 'SQL_INJECTION_JPA', item: 'sql-injection' },
  { id: 'SQL_INJECTION_JDO', item: 'sql-injection' },
  { id: 'SQL_INJECTION_HIBERNATE', item: 'sql-injection' },
  { id: 'SQL_INJECTION_VERTX', item: 'sql-injection' },
  { id: 'SQL_INJECTION_TURBINE', item: 'sql-injection' },
  { id: 'DE_MIGHT_IGNORE', item: 'error-handling', when: isUnexplained },
  { id: 'DE_MIGHT_DROP', item: 'error-handling', when: isUnexplained },
  { id: 'RV_EXCEPTION_NOT_THROWN', item: 'error-handling' },
  { id: 'RV_RETURN_VALUE_IGNORED_BAD_PRACTICE', item: 'error-handling' },
  { id: 'NP_ALWAYS_NULL', item: 'error-handling' },
  { id: 'NP_ALWAYS_NULL_EXCEPTION', item: 'error-handling' },
  { id: 'NP_GUARANTEED_DEREF', item: 'error-handling' },
  { id: 'NP_GUARANTEED_DEREF_ON_EXCEPTION_PATH', item: 'error-handling' },
  { id: 'ODR_OPEN_DATABASE_RESOURCE', item: 'error-handling' },
  { id: 'ODR_OPEN_DATABASE_RESOURCE_EXCEPTION_PATH', item: 'error-handling' },
  { id: 'OS_OPEN_STREAM', item: 'error-handling' },
  { id: 'OS_OPEN_STREAM_EXCEPTION_PATH', item: 'error-handling' },
];

/** SpotBugs' filter that lets only these patterns through. */
export function includeFilter(): string {
  const matches = BUG_PATTERNS.map(({ id }) => `<Match><Bug pattern="${id}"/></Match>`);
  return `<FindBugsFilter>${matches.join('')}</FindBugsFilter>\n`;
}
