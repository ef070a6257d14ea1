import { z } from 'zod';
import { BlobRef } from './blob';
import { GateSlug } from './gate-items';

const VERDICTS = ['pass', 'fail', 'not-applicable', 'needs-review', 'waived'] as const;
export const Verdict = z.enum(VERDICTS);
export type Verdict = z.infer<typeof Verdict>;

/** Preconditions of the gate: not items, but red when they fail. */
export const PRECONDITIONS = ['build', 'tests'] as const;
export const Precondition = z.enum(PRECONDITIONS);
export type Precondition = z.infer<typeof Precondition>;

/** Who decided: a tool that ran, a rule over facts, the project's tests, a reviewer, or nobody yet. */
export const Checker = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('tool'),
    name: z.string(),
    version: z.string().nullable(),
    argv: z.array(z.string()),
    exitCode: z.int().nullable(),
  }),
  z.strictObject({ kind: z.literal('rule'), name: z.string() }),
  z.strictObject({ kind: z.literal('none') }),
]);
export type Checker = z.infer<typeof Checker>;

const Evidence = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('output'), output: BlobRef, excerpt: z.string().max(4000) }),
  z.strictObject({
    kind: z.literal('source'),
    file: z.string(),
    line: z.int().min(1),
    quote: z.string().max(500),
  }),
]);

/** Evidence for one gate item or precondition, bound to the git tree it speaks of. */
export const Receipt = z.strictObject({
  subject: z.union([GateSlug, Precondition]),
  verdict: Verdict,
  checker: Checker,
  /** Git tree hash; a receipt whose tree is not the tree in question is stale. */
  tree: z.string().regex(/^[0-9a-f]{40,64}$/),
  startedAt: z.iso.datetime(),
  durationMs: z.number().nonnegative(),
  sandbox: z.string(),
  evidence: z.array(Evidence).max(20),
  note: z.string().max(1000),
});
export type Receipt = z.infer<typeof Receipt>;

/** All receipts of one gate run. */
export const GateReport = z.strictObject({
  tree: z.string(),
  commit: z.string(),
  base: z.string(),
  receipts: z.array(Receipt),
});
export type GateReport = z.infer<typeof GateReport>;

/** One thing that failed, short enough to travel in a workflow. */
export const RedItem = z.strictObject({
  subject: z.union([GateSlug, Precondition]),
  excerpt: z.string().max(1500),
});
export type RedItem = z.infer<typeof RedItem>;

/** What the process needs of a gate run. */
export const GateSummary = z.strictObject({
  tree: z.string(),
  report: BlobRef,
  green: z.boolean(),
  red: z.array(RedItem).max(10),
  counts: z.record(Verdict, z.int()),
});
export type GateSummary = z.infer<typeof GateSummary>;
