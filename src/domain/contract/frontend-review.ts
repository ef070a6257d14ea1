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

/** Reviews that speak of the contract: an operation of it, a type of it, or the whole. Others go back to the model. */
export function frontendAnswer(contract: {
  readonly operations: readonly string[];
  /** The text of its types; null: not known, so any type may be named. */
  readonly types: string | null;
}): z.ZodType<FrontendReview> {
  const { operations, types } = contract;
  const words = new Set(types?.match(/[A-Za-z_$][\w$]*/g) ?? []);
  const isOperation = (name: string): boolean => operations.includes(name);
  const isType = (name: string): boolean =>
    /^[\w.$]+$/.test(name) && (types === null || name.split('.').every((word) => words.has(word)));
  return FrontendReview.superRefine(({ comments }, context) => {
    const named = comments.flatMap(({ operation }) => (operation === null ? [] : [operation]));
    const unknown = named.filter((name) => !isOperation(name) && !isType(name));
    if (unknown.length === 0) return;
    const message = `the contract has no ${[...new Set(unknown)].join(', ')}; its operations are ${operations.join(', ') || 'none'}`;
    context.addIssue({ code: 'custom', message });
  });
}
