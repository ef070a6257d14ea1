import { z } from 'zod';
import { BlobRef } from '../common/blob';
import { GateSlug } from './gate-items';
import { ReviewOrder } from './review';
import { Survey } from '../target/survey';

const VERDICTS = ['pass', 'fail', 'not-applicable', 'needs-review', 'waived'] as const;
export const Verdict = z.enum(VERDICTS);
export type Verdict = z.infer<typeof Verdict>;

/** Preconditions of the gate: not items, but red when they fail. */
export const PRECONDITIONS = ['build', 'tests'] as const;
export const Precondition = z.enum(PRECONDITIONS);
export type Precondition = z.infer<typeof Precondition>;

/** What a receipt may speak of. */
export const Subject = z.union([GateSlug, Precondition]);
export type Subject = z.infer<typeof Subject>;

/** Who decided: a tool that ran, a rule over facts, a reviewer, or nobody yet. */
export const Checker = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('tool'),
    name: z.string(),
    version: z.string().nullable(),
    argv: z.array(z.string()),
    exitCode: z.int().nullable(),
  }),
  z.strictObject({ kind: z.literal('rule'), name: z.string(), version: z.string().optional() }),
  z.strictObject({
    kind: z.literal('reviewer'),
    /** The role that looked. */
    name: z.string(),
    model: z.string(),
    /** Answered by the offline model: it may question an item, and never passes one alone. */
    offline: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('none') }),
]);
export type Checker = z.infer<typeof Checker>;

/** Something a verdict stands on. */
export const Evidence = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('output'), output: BlobRef, excerpt: z.string().max(4000) }),
  z.strictObject({
    kind: z.literal('source'),
    file: z.string().max(500),
    line: z.int().min(1),
    quote: z.string().max(500),
  }),
  /** A request and what came back; bodies shortened, secrets redacted. */
  z.strictObject({
    kind: z.literal('exchange'),
    request: z.string().max(1000),
    response: z.string().max(1000),
  }),
  /** Figures or rows as they were measured, in a line or a small table. */
  z.strictObject({ kind: z.literal('measurement'), text: z.string().max(2000) }),
]);
export type Evidence = z.infer<typeof Evidence>;

/** Most findings a receipt lists; the note says how many there are. */
export const MOST_FINDINGS = 50;
/** Most findings that are compared with those of the base, before the list is cut. */
export const MOST_COMPARED = 1000;

/** One thing that is wrong, in a form that can be found again in another tree. */
export const GateFinding = z.strictObject({
  /** The same for the same defect on base and branch: rule, file or operation, and what it is about; no line number. */
  key: z.string().min(1).max(300),
  text: z.string().min(1).max(500),
  file: z.string().max(500).optional(),
  line: z.int().min(1).optional(),
  /** How bad, where that can be counted: a larger amount than on the base is new. */
  amount: z.number().optional(),
});
export type GateFinding = z.infer<typeof GateFinding>;

/** Evidence for one gate item or precondition from one checker, bound to the git tree it speaks of. */
export const Receipt = z.strictObject({
  subject: Subject,
  verdict: Verdict,
  checker: Checker,
  /** Git tree hash; a receipt whose tree is not the tree in question is stale. */
  tree: z.string().regex(/^[0-9a-f]{40,64}$/),
  startedAt: z.iso.datetime(),
  durationMs: z.number().nonnegative(),
  sandbox: z.string(),
  evidence: z.array(Evidence).max(20),
  note: z.string().max(1000),
  /** What is wrong; absent in receipts of older versions. */
  findings: z.array(GateFinding).max(MOST_FINDINGS).optional(),
  /** A `fail` that is not on the base, or worse than there; absent: not compared. */
  isNew: z.boolean().optional(),
  /** Figures the metrics are made of, by name. */
  measures: z.record(z.string(), z.number()).optional(),
  /** It could not be told because of the machine, such as a busy one: that says nothing of the tree. */
  ofMachine: z.boolean().optional(),
  /** The gate's own checker that was asked; `checker` is the program or rule that decided. */
  asked: z.string().optional(),
  /** Digest of everything the checker read; the tree it ran on where that is another one with the same inputs. */
  inputs: z.strictObject({ digest: z.string(), tree: z.string() }).optional(),
});
export type Receipt = z.infer<typeof Receipt>;

/** All receipts of one gate run; an item may have several, one from each checker that speaks of it. */
export const GateReport = z.strictObject({
  tree: z.string(),
  commit: z.string(),
  base: z.string(),
  receipts: z.array(Receipt),
  /** Whether it was compared with the base; absent in reports of older versions. */
  compared: z.boolean().optional(),
  scope: z.enum(['task', 'objective']).optional(),
  /** Commands and settings that counted. */
  survey: Survey.optional(),
});
export type GateReport = z.infer<typeof GateReport>;

/** One thing that failed or is undecided, short enough to travel in a workflow. */
export const RedItem = z.strictObject({
  subject: Subject,
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
  /** Undecided items that only a human may let pass, with the reason; absent: none, or not the objective's gate. */
  review: z.array(RedItem).max(10).optional(),
  /** What models are still to be asked of this tree before it is judged; absent: nothing. */
  questions: z
    .strictObject({
      reviews: z.array(ReviewOrder).max(10),
      /** Whether the tree is to be compared with the objective. */
      compare: z.boolean(),
    })
    .optional(),
});
export type GateSummary = z.infer<typeof GateSummary>;
