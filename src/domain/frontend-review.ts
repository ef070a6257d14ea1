import { z } from 'zod';

/** What the frontend says of a contract (charter: "API Contract Coordination", step 3). */
export const FrontendReview = z
  .strictObject({
    decision: z.enum(['approve', 'request-changes']),
    /** What has to change, or what was looked at. */
    comments: z
      .array(
        z.strictObject({
          /** `GET /orders/{id}` or a type of the schema; null: the contract as a whole. */
          operation: z.string().max(200).nullable(),
          comment: z.string().min(1).max(400),
        }),
      )
      .max(20),
  })
  .refine((said) => said.decision === 'approve' || said.comments.length > 0, {
    message: 'request-changes says what has to change',
  });
export type FrontendReview = z.infer<typeof FrontendReview>;
