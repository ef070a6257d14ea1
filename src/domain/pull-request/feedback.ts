import { z } from 'zod';
import { BlobRef } from '../common/blob';
import { TaskId } from '../plan/plan';
import { PullRequest } from './pull-request';

/** Items one message takes at most; what is left is taken the next time. */
export const MAX_FEEDBACK = 20;

/** Tells an item from all others, also when it is fetched again: `github:review-comment:4711`. */
export const FeedbackKey = z.string().regex(/^(?:github|gitlab):[a-z-]+:[\w.:-]{1,120}$/);
export type FeedbackKey = z.infer<typeof FeedbackKey>;

/** What a feedback item is, the words it is told in, and what is done about it. */
export const FEEDBACK_KINDS = [
  { kind: 'review-comment', title: 'Review comment', demand: 'what the review comment asks for is done' },
  {
    kind: 'review',
    title: 'Review that requests changes',
    demand: 'the changes that the review requests are made',
  },
  { kind: 'check', title: 'Failing check', demand: 'what made the check fail is mended' },
] as const;

/** One thing somebody, or a check, said about a pull request. All of its text is a stranger's. */
export const FeedbackItem = z.strictObject({
  key: FeedbackKey,
  kind: z.enum(FEEDBACK_KINDS.map((row) => row.kind)),
  /** Account, or name of the check; a claim of the forge. */
  author: z.string().min(1).max(100),
  /** Whether the forge says that whoever wrote it belongs to the repository; checks of the pull request do. */
  member: z.boolean(),
  at: z.iso.datetime({ offset: true }),
  url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable(),
  /** File it is about, in the repository. */
  path: z.string().max(300).nullable(),
  line: z.int().min(1).nullable(),
  /** Cut and without secrets. */
  text: z.string().max(4000),
});
export type FeedbackItem = z.infer<typeof FeedbackItem>;

/** What was fetched of a pull request, kept as a blob. */
export const Feedback = z.strictObject({
  pullRequest: PullRequest,
  items: z.array(FeedbackItem).max(500),
});
export type Feedback = z.infer<typeof Feedback>;

/** Payload of `takeFeedback`: which items of the stored feedback become tasks. */
export const TakeFeedback = z.strictObject({
  feedback: BlobRef,
  keys: z.array(FeedbackKey).min(1).max(MAX_FEEDBACK),
  by: z.string().min(1).max(200),
});
export type TakeFeedback = z.infer<typeof TakeFeedback>;

/** An item that was taken, and the task it became; null: not yet. */
export const TakenFeedback = z.strictObject({ key: FeedbackKey, taskId: TaskId.nullable() });
export type TakenFeedback = z.infer<typeof TakenFeedback>;
