import { z } from 'zod';
import { GateSlug } from './gate-items';
import { RoleName } from '../department/specialists';

/** One reviewer, and the items of one question. */
export const ReviewOrder = z.strictObject({ reviewer: RoleName, items: z.array(GateSlug).min(1).max(40) });
export type ReviewOrder = z.infer<typeof ReviewOrder>;

/** Something a reviewer says of the code, with the lines it stands on. */
const ReviewClaim = z.strictObject({
  claim: z.string().min(1).max(500),
  file: z.string().min(1).max(500),
  startLine: z.int().min(1),
  endLine: z.int().min(1),
  /** The whole lines from `startLine` to `endLine`, exactly as they are. */
  quote: z.string().min(1).max(2000),
});
export type ReviewClaim = z.infer<typeof ReviewClaim>;

/** What a reviewer says of one item. Without claims that hold it decides nothing. */
const ItemReview = z.strictObject({
  item: GateSlug,
  verdict: z.enum(['pass', 'fail', 'needs-review']),
  claims: z.array(ReviewClaim).max(12),
  /** What was looked for to prove the verdict wrong, and what came of it. */
  counterEvidence: z
    .array(z.strictObject({ query: z.string().min(1).max(300), hits: z.string().max(500) }))
    .max(10),
  notLookedAt: z.array(z.string().min(1).max(300)).max(20),
  confidence: z.enum(['low', 'medium', 'high']),
});
export type ItemReview = z.infer<typeof ItemReview>;

/** The answer to one question put to a reviewer. */
export const GateReview = z.strictObject({ items: z.array(ItemReview).max(40) });
export type GateReview = z.infer<typeof GateReview>;
