import { z } from 'zod';
import { ObjectiveHandle } from '../objective/objective';

/** An address of a forge people can open. */
const WebAddress = z.url({ protocol: /^https?$/ }).max(500);

/** A pull request (on GitLab: a merge request) and where it is. */
export const PullRequest = z.strictObject({
  forge: z.enum(['github', 'gitlab']),
  /** Address of the repository it is in, as git knows it, without credentials. */
  repository: z.string().max(500),
  number: z.int().min(1),
  url: WebAddress,
});
export type PullRequest = z.infer<typeof PullRequest>;

export const OpenPullRequestRequest = z.strictObject({
  handle: ObjectiveHandle,
  /** What was delivered. */
  branch: z.string(),
  commit: z.string(),
  /** Absolute path of the Markdown report. */
  report: z.string(),
});
export type OpenPullRequestRequest = z.infer<typeof OpenPullRequestRequest>;

/** What came of `--pr`; never both null. */
export const OpenPullRequestResult = z.strictObject({
  pullRequest: PullRequest.nullable(),
  /** What people should know: why there is none, or what is special about it. */
  note: z.string().max(1000).nullable(),
});
export type OpenPullRequestResult = z.infer<typeof OpenPullRequestResult>;
