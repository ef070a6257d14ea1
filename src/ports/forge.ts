import type { Feedback } from '../domain/pull-request/feedback';
import type { PullRequest } from '../domain/pull-request/pull-request';

/** Name and password git may push with over HTTP where the user's own settings have none. */
interface PushCredentials {
  readonly username: string;
  readonly password: string;
}

/** One repository on a host that knows pull requests. What it refuses is a `ForgeFailure`. */
export interface Forge {
  readonly pushCredentials: PushCredentials;
  /**
   * Opens the pull request of a branch, or brings the one that is open up to date. `note`: what people should know of it.
   */
  putPullRequest(request: {
    readonly branch: string;
    /** Branch, tag or commit the work was built on. */
    readonly base: string;
    readonly title: string;
    readonly body: string;
    readonly signal: AbortSignal;
  }): Promise<{ readonly pullRequest: PullRequest; readonly note: string | null }>;
  /** Comments, reviews that request changes, and failing checks of its newest commit; resolved threads are left out. */
  readFeedback(request: { readonly number: number; readonly signal: AbortSignal }): Promise<{
    readonly items: Feedback['items'];
    /** What could not be told, a sentence each. */
    readonly notes: readonly string[];
  }>;
}

/** The forge behind a repository's address, or a clause that says why there is none. */
export type FindForge = (
  address: string,
) => { readonly kind: 'forge'; readonly forge: Forge } | { readonly kind: 'none'; readonly why: string };
