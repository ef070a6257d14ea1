import { z } from 'zod';
import { ContractHash } from './contract-work';

const Text = z.string().max(4000);

/** A difference between what was approved and what was answered. */
export const ContractMismatch = z.strictObject({
  /** `GET /v1/orders/{id}`, `Query.orders`, or the expectation's name. */
  operation: z.string().max(500),
  /** JSON pointer into the body, or `status`, `content-type`, `header <name>`, `types`. */
  pointer: z.string().max(500),
  expected: z.string().max(500),
  got: z.string().max(500),
});
export type ContractMismatch = z.infer<typeof ContractMismatch>;

export const ContractExchange = z.strictObject({
  operation: z.string().max(500),
  /** Where the request is from: `example`, `sample`, or the expectation's name. */
  from: z.string().max(300),
  /** As evidence: bodies shortened, secrets taken out. */
  request: Text,
  response: Text,
  status: z.int().nullable(),
  mismatches: z.array(ContractMismatch).max(100),
});
export type ContractExchange = z.infer<typeof ContractExchange>;

/** What came of the integration test of a contract: every exchange, and what the compiler said. */
export const ContractTestReport = z.strictObject({
  name: z.string().max(100),
  hash: ContractHash,
  commit: z.string(),
  exchanges: z.array(ContractExchange).max(2000),
  /** The generated types and the consumer that uses them; null: not compiled. */
  types: z
    .strictObject({
      compiled: z.boolean(),
      /** Lines of the compiler. */
      problems: z.array(z.string().max(500)).max(50),
      consumer: z.string(),
    })
    .nullable(),
  /** Every difference, those of the compiler among them. */
  mismatches: z.array(ContractMismatch).max(2000),
  /** What was not tried, and why. */
  notExecuted: z.array(z.string().max(500)).max(500),
});
export type ContractTestReport = z.infer<typeof ContractTestReport>;

/** One line: `operation · pointer: expected …, got …`. */
export function mismatchLine({ operation, pointer, expected, got }: ContractMismatch): string {
  const line = `${operation} · ${pointer === '' ? 'body' : pointer}: expected ${expected}, got ${got}`;
  return line.length <= 500 ? line : `${line.slice(0, 499)}…`;
}

/** How the test ended: one difference is a failure, and what was not asked proves nothing. */
export function contractOutcome(report: ContractTestReport): 'passed' | 'failed' | 'not-executed' {
  if (report.mismatches.length > 0) return 'failed';
  return report.exchanges.length === 0 ? 'not-executed' : 'passed';
}
